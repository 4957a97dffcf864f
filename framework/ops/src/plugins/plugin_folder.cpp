#include "plugins/plugin_folder.hpp"

#include <algorithm>
#include <ashlar/errors.hpp>
#include <ashlar/plugin.hpp>
#include <ashlar/version.hpp>
#include <dlfcn.h>
#include <map>
#include <string>
#include <system_error>
#include <utility>

#include "plugins/plugin_stamp.hpp"

namespace ashlar::ops {
namespace {

namespace fs = std::filesystem;

std::vector<fs::path> libraries_in(const fs::path& folder) {
  std::vector<fs::path> files;
  std::error_code error;
  fs::directory_iterator entries(folder, error);
  for (; !error && entries != fs::directory_iterator(); entries.increment(error)) {
    if (entries->path().extension() == ".so") files.push_back(fs::absolute(entries->path()));
  }
  if (error) {
    throw Error("cannot read the plug-ins in " + folder.string() + ": " + error.message() +
                "; name another folder with --plugins or plugins.directory");
  }
  std::sort(files.begin(), files.end());
  return files;
}

// What is known of the modules so far: where each comes from, and the hash of its api.
class Known {
 public:
  explicit Known(const std::vector<ModuleFactory>& modules) {
    for (const ModuleFactory& module : modules) add(std::string(module.name), "", std::string(module.api));
  }

  // Throws Error, without the file's name, for what does not fit this application.
  void check(const PluginStamp& stamp, const fs::path& file) {
    if (stamp.framework != version()) {
      throw Error("it was built for Ashlar " + stamp.framework + ", and this application for " +
                  std::string(version()) + "; build it anew for that");
    }
    if (stamp.build != plugin_build()) {
      throw Error("it was built with " + stamp.build + ", and this application with " + std::string(plugin_build()) +
                  "; build both with the same");
    }
    if (const auto known = files_.find(stamp.module); known != files_.end()) {
      throw Error(
          "it holds module '" + stamp.module + "', which " +
          (known->second.empty() ? "is part of this application already" : known->second.string() + " holds too") +
          "; remove one of the two");
    }
    for (const auto& [module, api] : stamp.apis) {
      const auto known = apis_.find(module);
      if (known == apis_.end() || known->second.first == api) continue;
      throw Error("it was built with another api of module '" + module + "' than " +
                  (known->second.second.empty() ? "this application" : known->second.second.string()) +
                  "; build both from the same sources");
    }
    add(stamp.module, file, {});
    for (const auto& [module, api] : stamp.apis) apis_.emplace(module, std::pair(api, file));
  }

 private:
  void add(const std::string& module, const fs::path& file, const std::string& api) {
    files_.emplace(module, file);
    if (!api.empty()) apis_.emplace(module, std::pair(api, file));
  }

  std::map<std::string, fs::path> files_;  // empty: part of the application
  std::map<std::string, std::pair<std::string, fs::path>> apis_;
};

ModuleFactory load(const fs::path& file) {
  // Global, so that all parts of the process share one copy of what a header defines, as they do when linked into one
  // executable: an event's index, above all.
  void* library = ::dlopen(file.c_str(), RTLD_NOW | RTLD_GLOBAL | RTLD_NODELETE);
  if (library == nullptr) throw Error(std::string("it cannot be loaded: ") + ::dlerror());
  const auto* plugin = static_cast<const Plugin*>(::dlsym(library, "ashlar_plugin"));
  if (plugin == nullptr) throw Error("it does not export the symbol ashlar_plugin; build it with ashlar_plugin()");
  return plugin->module;
}

template <class Action>
void for_each_file(const std::vector<fs::path>& files, Action action) {
  std::string problems;
  for (const fs::path& file : files) {
    try {
      action(file);
    } catch (const Error& error) {
      problems += (problems.empty() ? "" : "\n") + ("plug-in " + file.string()) + ": " + error.what();
    }
  }
  if (!problems.empty()) throw Error(problems);
}

}  // namespace

void load_plugins(const fs::path& folder, std::vector<ModuleFactory>& modules, const Log& log) {
  const std::vector<fs::path> files = libraries_in(folder);
  Known known(modules);
  for_each_file(files, [&](const fs::path& file) { known.check(read_plugin_stamp(file), file); });
  for_each_file(files, [&](const fs::path& file) {
    modules.push_back(load(file));
    log.info("plug-in loaded", {{"plugin", modules.back().name}, {"file", file.string()}});
  });
}

}  // namespace ashlar::ops

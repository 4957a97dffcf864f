#include "command_line/parser.hpp"

#include <CLI/CLI.hpp>
#include <algorithm>
#include <deque>
#include <memory>

#include "command_line/help.hpp"
#include "text/nearest.hpp"

namespace ashlar::ops {
namespace {

// The library wants its arguments in reverse.
std::vector<std::string> reversed(std::span<const std::string> arguments) {
  return {arguments.rbegin(), arguments.rend()};
}

std::pair<std::string, std::string> path_and_value(const std::string& text) {
  const std::size_t equals = text.find('=');
  if (equals == 0 || equals == std::string::npos) {
    throw UsageError("--set " + text + ": write it as path=value, as in --set http.port=9090");
  }
  return {text.substr(0, equals), text.substr(equals + 1)};
}

std::vector<std::string> names_in(const std::string& list) {
  std::vector<std::string> names;
  for (std::size_t from = 0; from <= list.size();) {
    const std::size_t comma = std::min(list.find(',', from), list.size());
    if (comma == from) throw UsageError("--modules '" + list + "': write names with a comma between them, as in a,b");
    names.push_back(list.substr(from, comma - from));
    from = comma + 1;
  }
  return names;
}

struct CommonValues {
  CommonOptions options;
  std::optional<std::string> modules;
  std::vector<std::string> set;
};

void add_common_options(CLI::App& app, const Application& application, CommonValues& values) {
  CommonOptions& options = values.options;
  const std::string& name = application.name;
  app.add_option("--data", options.data, "The folder for its files; made if needed (default: ./" + name + "-data)")
      ->type_name("DIR");
  app.add_option("--config", options.config,
                 "The configuration, in YAML (default: ./" + name + ".yaml, where it is there)")
      ->type_name("FILE");
  app.add_option("--set", values.set, "Change one value of the configuration; may be repeated")
      ->type_name("PATH=VALUE")
      ->allow_extra_args(false);
  app.add_option("--plugins", options.plugins,
                 "Load the modules in this folder, too; the same as --set plugins.directory=…")
      ->type_name("DIR");
  app.add_option("--modules", values.modules, "Run these modules of the application only, and leave out the others")
      ->type_name("NAME,NAME…");
  app.add_option("--log-level", options.log_level, "The same as --set log.level=…")
      ->type_name("trace|debug|info|warning|error|off");
  app.add_option("--log-format", options.log_format, "The same as --set log.format=…")->type_name("text|json");
  app.add_flag("--print-config", options.print_config, "Print the configuration with every default, and end");
}

// A command as the library sees it, and where it leaves what it reads.
struct Entry {
  const Command* command;
  CLI::App* app;
  std::map<std::string, std::string> arguments;
  std::map<std::string, bool> flags;
};

std::string upper(std::string_view text) {
  std::string result(text);
  for (char& c : result) c = c >= 'a' && c <= 'z' ? static_cast<char>(c - 'a' + 'A') : c;
  return result;
}

std::string joined(const std::vector<std::string>& words, std::string_view separator) {
  std::string text;
  for (const std::string& word : words) text += (text.empty() ? "" : std::string(separator)) + word;
  return text;
}

void fill(Entry& entry) {
  for (const CommandArgument& each : entry.command->arguments) {
    CLI::Option* argument = entry.app->add_option(upper(each.name), entry.arguments[each.name], each.summary);
    argument->required(!each.optional)->type_name("");
  }
  for (const CommandOption& each : entry.command->options) {
    std::string& value = entry.arguments[each.name] = each.fallback;
    CLI::Option* option = entry.app->add_option("--" + each.name, value, each.summary);
    option->type_name(each.choices.empty() ? "TEXT" : joined(each.choices, "|"));
    if (!each.fallback.empty()) option->default_str(each.fallback);
    if (each.choices.empty()) continue;
    const CLI::Validator is_choice(
        [&each](std::string& given) {
          if (std::find(each.choices.begin(), each.choices.end(), given) != each.choices.end()) return std::string();
          return "'" + given + "' is none of " + joined(each.choices, ", ");
        },
        "");
    option->check(is_choice);
  }
  for (const CommandFlag& each : entry.command->flags) {
    entry.app->add_flag("--" + each.name, entry.flags[each.name], each.summary);
  }
}

// The application's commands as a tree of the library's.
class Tree {
 public:
  Tree(const Application& application, std::span<const Command> commands, std::size_t offered) {
    prepare_help(root_, application);
    add_common_options(root_, application, values_);
    for (const Command& command : commands) {
      const bool own = static_cast<std::size_t>(&command - commands.data()) >= offered;
      add(command, own ? "Commands of every application" : "Commands");
    }
    root_.require_subcommand(0, 1);
  }

  Call parse(std::span<const std::string> arguments) {
    try {
      root_.parse(reversed(arguments));
    } catch (const CLI::CallForHelp&) {
      return HelpCall{root_.help()};
    } catch (const CLI::CallForVersion& version) {
      return HelpCall{std::string(version.what()) + "\n"};
    } catch (const CLI::ParseError& error) {
      throw UsageError(problem(error));
    }
    for (Entry& entry : entries_) {
      if (entry.app->parsed()) {
        return CommandCall{entry.command, std::move(entry.arguments), std::move(entry.flags)};
      }
    }
    return ServeCall{};
  }

 private:
  void add(const Command& command, const std::string& group) {
    const std::size_t space = command.name.find(' ');
    CLI::App* parent = &root_;
    if (space != std::string::npos) {
      const std::string first = command.name.substr(0, space);
      parent = parents_[first];
      if (parent == nullptr) {
        parent = parents_[first] = root_.add_subcommand(first, "Commands about " + first);
        parent->group(group)->fallthrough()->require_subcommand(1);
        parent->footer("");
      }
    }
    CLI::App* app = parent->add_subcommand(command.name.substr(space == std::string::npos ? 0 : space + 1));
    app->description(command.summary)->fallthrough()->footer("");
    if (parent == &root_) app->group(group);
    fill(entries_.emplace_back(Entry{.command = &command, .app = app, .arguments = {}, .flags = {}}));
  }

  // The innermost command that was understood.
  const CLI::App& chosen() const {
    const CLI::App* app = &root_;
    while (!app->get_subcommands().empty()) app = app->get_subcommands().front();
    return *app;
  }

  std::string problem(const CLI::ParseError& error) const {
    const CLI::App& app = chosen();
    std::string path;
    for (const CLI::App* at = &app; at != nullptr; at = at->get_parent()) {
      path = at->get_name() + (path.empty() ? "" : " ") + path;
    }
    const std::string see = "; `" + path + " --help` shows what it takes";
    const auto extras = root_.remaining(true);
    if (dynamic_cast<const CLI::ExtrasError*>(&error) == nullptr || extras.empty()) return error.what() + see;

    const std::string& extra = extras.front();
    std::vector<std::string> names;
    const bool is_option = extra.starts_with('-');
    if (is_option) {
      for (const CLI::App* at = &app; at != nullptr; at = at->get_parent()) {
        for (const CLI::Option* option : at->get_options()) {
          if (!option->get_lnames().empty()) names.push_back("--" + option->get_lnames().front());
        }
      }
    } else {
      for (const CLI::App* sub : app.get_subcommands([](const CLI::App*) { return true; })) {
        names.push_back(sub->get_name());
      }
    }
    const std::string written = extra.substr(0, is_option ? extra.find('=') : extra.size());
    const std::string meant = did_you_mean(written, names);
    const std::string what = is_option       ? "there is no option '" + written + "'"
                             : names.empty() ? "'" + extra + "' is one argument too many"
                                             : "there is no command '" + extra + "'";
    return what + (meant.empty() ? see : meant);
  }

  CLI::App root_;
  CommonValues values_;
  std::deque<Entry> entries_;
  std::map<std::string, CLI::App*> parents_;  // of commands of two words, by the first
};

}  // namespace

CommonOptions read_common_options(const Application& application, std::span<const std::string> arguments) {
  CLI::App app{"", application.name};
  CommonValues values;
  bool help = false;
  bool version = false;
  app.set_help_flag();
  app.allow_extras();
  add_common_options(app, application, values);
  app.add_flag("-h,--help", help);
  app.add_flag("--version", version);
  try {
    app.parse(reversed(arguments));
  } catch (const CLI::ParseError& error) {
    throw UsageError(std::string(error.what()) + "; `" + application.name + " --help` shows what it takes");
  }
  for (const std::string& each : values.set) values.options.set.push_back(path_and_value(each));
  if (values.modules) values.options.modules = names_in(*values.modules);
  values.options.explains_itself = help || version;
  for (const std::string& word : app.remaining()) {
    if (values.options.first_word.empty() && !word.starts_with('-')) values.options.first_word = word;
  }
  return values.options;
}

Call parse(const Application& application, std::span<const Command> commands, std::size_t offered,
           std::span<const std::string> arguments) {
  return Tree(application, commands, offered).parse(arguments);
}

}  // namespace ashlar::ops

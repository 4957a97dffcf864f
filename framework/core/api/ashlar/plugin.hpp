#pragma once

#include <ashlar/module.hpp>
#include <memory>
#include <string_view>

// How a module becomes a plug-in, a shared library that an application loads when it starts. ashlar_plugin() writes the
// one file that needs this; a module's own sources do not know which of the two they become.

namespace ashlar {

// What a plug-in exports, as the symbol `ashlar_plugin`.
struct Plugin {
  const char* stamp;  // ASHLAR_PLUGIN_STAMP; read from the file before any code of it runs
  ModuleFactory module;
};

// The stamp's line `build:` as the framework of this executable has it. A plug-in is loaded only if its own is the same.
std::string_view plugin_build() noexcept;

}  // namespace ashlar

#define ASHLAR_TEXT(word) ASHLAR_TEXT_OF(word)
#define ASHLAR_TEXT_OF(word) #word

#if defined(__clang__)
#define ASHLAR_COMPILER "clang++ " ASHLAR_TEXT(__clang_major__)
#else
#define ASHLAR_COMPILER "g++ " ASHLAR_TEXT(__GNUC__)
#endif

#if defined(_LIBCPP_VERSION)
#define ASHLAR_STANDARD_LIBRARY "libc++ " ASHLAR_TEXT(_LIBCPP_VERSION)
#elif defined(_GLIBCXX_DEBUG)
#define ASHLAR_STANDARD_LIBRARY "libstdc++ " ASHLAR_TEXT(_GLIBCXX_RELEASE) " with debug containers"
#elif _GLIBCXX_USE_CXX11_ABI
#define ASHLAR_STANDARD_LIBRARY "libstdc++ " ASHLAR_TEXT(_GLIBCXX_RELEASE)
#else
#define ASHLAR_STANDARD_LIBRARY "libstdc++ " ASHLAR_TEXT(_GLIBCXX_RELEASE) " with old strings"
#endif

#if defined(__SANITIZE_ADDRESS__)
#define ASHLAR_SANITIZER ", AddressSanitizer"
#elif defined(__SANITIZE_THREAD__)
#define ASHLAR_SANITIZER ", ThreadSanitizer"
#else
#define ASHLAR_SANITIZER ""
#endif

// `headers` is a hash of the framework's, so that no two versions of them meet whatever they are called.
#define ASHLAR_PLUGIN_BUILD(headers) \
  ASHLAR_COMPILER ", " ASHLAR_STANDARD_LIBRARY ASHLAR_SANITIZER ", framework headers " headers

#define ASHLAR_PLUGIN_MARK "ashlar plug-in, form 1\n"

// `apis` names the modules whose api it was built with, each with a hash of it: "catalog=1a2b orders=3c4d".
#define ASHLAR_PLUGIN_STAMP(module, version, headers, apis)    \
  ASHLAR_PLUGIN_MARK "module: " module "\nframework: " version \
                     "\nbuild: " ASHLAR_PLUGIN_BUILD(headers) "\napis: " apis "\n"

#define ASHLAR_PLUGIN(id, version, headers, apis)                                                 \
  std::unique_ptr<::ashlar::Module> ashlar_make_module_##id();                                    \
  extern "C" [[gnu::visibility("default")]] const ::ashlar::Plugin ashlar_plugin;                 \
  const ::ashlar::Plugin ashlar_plugin{.stamp = ASHLAR_PLUGIN_STAMP(#id, version, headers, apis), \
                                       .module = {.name = #id, .make = &ashlar_make_module_##id}};

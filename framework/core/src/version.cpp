#include <ashlar/plugin.hpp>
#include <ashlar/version.hpp>

namespace ashlar {

std::string_view version() noexcept { return ASHLAR_VERSION; }

std::string_view plugin_build() noexcept { return ASHLAR_PLUGIN_BUILD(ASHLAR_HEADERS); }

}  // namespace ashlar

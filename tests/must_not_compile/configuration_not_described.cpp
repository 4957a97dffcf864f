// page: A configuration that is not described
#include <ashlar/module.hpp>

struct Options {
  int max_lines = 100;
};
#ifdef CORRECT
ASHLAR_STRUCT(Options, max_lines)
#endif

void declare(ashlar::Declaration& declaration, Options& options) { declaration.configured_by(options); }

#include "import/csv.hpp"

#include <ashlar/errors.hpp>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>

#include "import/table.hpp"

namespace {

template <class Read>
void attempt(Read read) {
  try {
    read();
  } catch (const shop::ImportError& error) {
    if (std::string_view(error.what()).empty()) std::abort();
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  const std::string file = "file.csv";
  const shop::CsvLimits limits{.bytes = 4096, .rows = 20, .columns = 8, .fields = 100, .field_bytes = 64};
  attempt([&] {
    for (const shop::CsvRow& row : shop::read_csv(text, file, limits)) {
      if (row.size() > limits.columns) std::abort();
      for (const shop::CsvField& field : row) {
        if (field.text.size() > limits.field_bytes) std::abort();
        const shop::Cell cell(file, "column", field);
        attempt([&] { (void)cell.text(40); });
        attempt([&] { (void)cell.id(); });
        attempt([&] { (void)cell.integer(-5, 1'000'000); });
        attempt([&] { (void)cell.hundredths(1'000'000'000); });
        attempt([&] { (void)cell.zero_or_one(); });
        attempt([&] { (void)cell.time(); });
      }
    }
  });
  return 0;
}

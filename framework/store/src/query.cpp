#include "query.hpp"

#include <algorithm>
#include <ashlar/errors.hpp>

namespace ashlar::store {

Uuid Query::uuid(int column) const {
  Uuid id;
  const auto* data = static_cast<const std::uint8_t*>(sqlite3_column_blob(statement_, column));
  if (data == nullptr || sqlite3_column_bytes(statement_, column) != static_cast<int>(id.bytes.size())) {
    connection_.fail(sql_, "an id in the log has not 16 bytes");
  }
  std::copy_n(data, id.bytes.size(), id.bytes.begin());
  return id;
}

}  // namespace ashlar::store

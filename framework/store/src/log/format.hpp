#pragma once

#include <string_view>

namespace ashlar::store {

// What a file holds besides the tables of log_schema(); docs/storage-format.md says it in words. Files that exist hold these
// numbers: nothing here changes its meaning, and what is new gets a number, and a version, of its own.

// The row of table ashlar_schema that has the version of the log's tables.
inline constexpr std::string_view log_schema_name = "ashlar_log";

// How many steps log_schema() has. A file of a lower version is migrated, one of a higher version is refused.
inline constexpr int log_format_version = 1;

// The file beside the store's whose locked bytes are the owners that live.
inline constexpr std::string_view owners_file_suffix = "-owners";

// ashlar_delivery.state
enum class DeliveryState : int {
  done = 0,     // inside a lease that is not over
  waiting = 1,  // for its time, and then for a claim
  held = 2,     // by an owner
  blocked = 3   // as waiting, behind an earlier event of its key
};

// ashlar_delivery.asked: by whom it was asked for again; what was asked for stays when it was never delivered.
enum class DeliveryAsked : int {
  no = 0,
  by_replay = 1,
  by_retry = 2  // its event is in ashlar_kept_event
};

}  // namespace ashlar::store

#include "log/schema.hpp"

namespace ashlar::store {

const std::vector<std::string_view>& log_schema() {
  static const std::vector<std::string_view> steps{
      R"sql(
CREATE TABLE ashlar_log_state (
  only_row INTEGER PRIMARY KEY CHECK (only_row = 1),
  last_sequence INTEGER NOT NULL,
  total_bytes INTEGER NOT NULL,
  removed_events INTEGER NOT NULL,
  removed_bytes INTEGER NOT NULL,
  last_owner INTEGER NOT NULL,
  changes INTEGER NOT NULL
) STRICT;
INSERT INTO ashlar_log_state VALUES (1, 0, 0, 0, 0, 0, 0);

CREATE TABLE ashlar_event_name (
  number INTEGER PRIMARY KEY,
  name TEXT NOT NULL,
  version INTEGER NOT NULL,
  UNIQUE (name, version)
) STRICT;

CREATE TABLE ashlar_event_rename (
  old_name TEXT PRIMARY KEY,
  new_name TEXT NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE ashlar_log (
  sequence INTEGER PRIMARY KEY,
  name INTEGER NOT NULL,
  key TEXT,
  id BLOB NOT NULL UNIQUE,
  time INTEGER NOT NULL,
  source TEXT,
  correlation_id TEXT,
  causation_id TEXT,
  tenant_id TEXT,
  user_id TEXT,
  data TEXT NOT NULL,
  total_bytes INTEGER NOT NULL
) STRICT;

CREATE TABLE ashlar_consumer (
  number INTEGER PRIMARY KEY,
  name TEXT NOT NULL UNIQUE,
  events TEXT NOT NULL,
  next INTEGER NOT NULL,
  replay_before INTEGER NOT NULL,
  paused INTEGER NOT NULL,
  lost INTEGER NOT NULL,
  max_deliver INTEGER NOT NULL,
  ack_wait INTEGER NOT NULL,
  max_in_flight INTEGER NOT NULL
) STRICT;

CREATE TABLE ashlar_lease (
  consumer INTEGER NOT NULL,
  first INTEGER NOT NULL,
  last INTEGER NOT NULL,
  deliveries INTEGER NOT NULL,
  owner INTEGER NOT NULL,
  since INTEGER NOT NULL,
  until INTEGER NOT NULL,
  PRIMARY KEY (consumer, first)
) STRICT, WITHOUT ROWID;

CREATE TABLE ashlar_delivery (
  consumer INTEGER NOT NULL,
  sequence INTEGER NOT NULL,
  state INTEGER NOT NULL,
  count INTEGER NOT NULL,
  key TEXT,
  since INTEGER NOT NULL,
  due INTEGER NOT NULL,
  owner INTEGER,
  alone INTEGER NOT NULL,
  replay INTEGER NOT NULL,
  asked INTEGER NOT NULL,
  first_failure INTEGER,
  attempts TEXT,
  PRIMARY KEY (consumer, sequence)
) STRICT, WITHOUT ROWID;
CREATE INDEX ashlar_delivery_by_state ON ashlar_delivery (consumer, state, sequence);
CREATE INDEX ashlar_delivery_by_key ON ashlar_delivery (consumer, key, sequence) WHERE key IS NOT NULL;
CREATE INDEX ashlar_delivery_by_due ON ashlar_delivery (consumer, due) WHERE state IN (1, 3);
CREATE INDEX ashlar_delivery_blocked ON ashlar_delivery (consumer, key, sequence) WHERE state = 3;
CREATE INDEX ashlar_delivery_by_count ON ashlar_delivery (consumer, count) WHERE state IN (1, 3) AND count > 0;

CREATE TABLE ashlar_kept_event (
  consumer INTEGER NOT NULL,
  sequence INTEGER NOT NULL,
  name INTEGER NOT NULL,
  key TEXT,
  id BLOB NOT NULL,
  time INTEGER NOT NULL,
  source TEXT,
  correlation_id TEXT,
  causation_id TEXT,
  tenant_id TEXT,
  user_id TEXT,
  data TEXT NOT NULL,
  PRIMARY KEY (consumer, sequence)
) STRICT, WITHOUT ROWID;

CREATE TABLE ashlar_dead_letter (
  number INTEGER PRIMARY KEY AUTOINCREMENT,
  consumer TEXT NOT NULL,
  grouping TEXT NOT NULL,
  reason TEXT NOT NULL,
  deliveries INTEGER NOT NULL,
  attempts TEXT NOT NULL,
  first_failure INTEGER NOT NULL,
  last_failure INTEGER NOT NULL,
  replay INTEGER NOT NULL,
  sequence INTEGER NOT NULL,
  name TEXT NOT NULL,
  version INTEGER NOT NULL,
  key TEXT,
  id BLOB NOT NULL,
  time INTEGER NOT NULL,
  source TEXT,
  correlation_id TEXT,
  causation_id TEXT,
  tenant_id TEXT,
  user_id TEXT,
  data BLOB NOT NULL
) STRICT;
CREATE INDEX ashlar_dead_letter_by_group ON ashlar_dead_letter (consumer, grouping);

CREATE TABLE ashlar_scheduled (
  number INTEGER PRIMARY KEY AUTOINCREMENT,
  due INTEGER NOT NULL,
  name TEXT NOT NULL,
  version INTEGER NOT NULL,
  key TEXT,
  id BLOB NOT NULL,
  time INTEGER NOT NULL,
  source TEXT,
  correlation_id TEXT,
  causation_id TEXT,
  tenant_id TEXT,
  user_id TEXT,
  data TEXT NOT NULL
) STRICT;
CREATE INDEX ashlar_scheduled_by_due ON ashlar_scheduled (due, number);

CREATE TABLE ashlar_inbox (
  inbox TEXT NOT NULL,
  id TEXT NOT NULL,
  until INTEGER NOT NULL,
  PRIMARY KEY (inbox, id)
) STRICT, WITHOUT ROWID;
CREATE INDEX ashlar_inbox_by_until ON ashlar_inbox (until);

CREATE TABLE ashlar_action (
  number INTEGER PRIMARY KEY AUTOINCREMENT,
  time INTEGER NOT NULL,
  action TEXT NOT NULL,
  detail TEXT NOT NULL
) STRICT;
)sql"};
  return steps;
}

}  // namespace ashlar::store

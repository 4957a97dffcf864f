PRAGMA foreign_keys=OFF;
BEGIN TRANSACTION;
CREATE TABLE ashlar_schema (module TEXT PRIMARY KEY, version INTEGER NOT NULL) STRICT, WITHOUT ROWID;
INSERT INTO ashlar_schema VALUES('ashlar_log',1);
CREATE TABLE ashlar_log_state (
  only_row INTEGER PRIMARY KEY CHECK (only_row = 1),
  last_sequence INTEGER NOT NULL,
  total_bytes INTEGER NOT NULL,
  removed_events INTEGER NOT NULL,
  removed_bytes INTEGER NOT NULL,
  last_owner INTEGER NOT NULL,
  changes INTEGER NOT NULL
) STRICT;
INSERT INTO ashlar_log_state VALUES(1,2,160,2,160,1,9);
CREATE TABLE ashlar_event_name (
  number INTEGER PRIMARY KEY,
  name TEXT NOT NULL,
  version INTEGER NOT NULL,
  UNIQUE (name, version)
) STRICT;
INSERT INTO ashlar_event_name VALUES(1,'users.user.renamed',1);
INSERT INTO ashlar_event_name VALUES(2,'orders.order.placed',1);
INSERT INTO ashlar_event_name VALUES(3,'orders.order.placed',2);
CREATE TABLE ashlar_event_rename (
  old_name TEXT PRIMARY KEY,
  new_name TEXT NOT NULL
) STRICT, WITHOUT ROWID;
INSERT INTO ashlar_event_rename VALUES('users.user.renamed','users.person.renamed');
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
INSERT INTO ashlar_log VALUES(3,2,'a',X'00000000000000000000000000000003',1767268803000,'orders','request-3','cause','tenant','user','{"number":3}',250);
INSERT INTO ashlar_log VALUES(4,3,NULL,X'00000000000000000000000000000004',1767268804000,'orders','','cause','tenant','user','{"number":4}',366);
INSERT INTO ashlar_log VALUES(5,2,'b',X'00000000000000000000000000000005',1767268805000,'orders','request-5','cause','tenant','user','{"number":5}',456);
INSERT INTO ashlar_log VALUES(6,2,NULL,X'00000000000000000000000000000006',1767268806000,'orders',NULL,NULL,NULL,NULL,'{"number":6}',521);
INSERT INTO ashlar_log VALUES(7,2,NULL,X'00000000000000000000000000000007',1767268807000,'orders','request-7','cause','tenant','user','{"number":7}',610);
INSERT INTO ashlar_log VALUES(8,2,'a',X'00000000000000000000000000000008',1767268808000,'orders','request-8','cause','tenant','user','{"number":8}',700);
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
INSERT INTO ashlar_consumer VALUES(1,'record','#',8,0,0,0,3,30000,1000);
INSERT INTO ashlar_consumer VALUES(2,'other','orders.*.placed',5,0,1,1,5,30000,1000);
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
INSERT INTO ashlar_lease VALUES(1,4,6,1,1,1767268800000,1767268830000);
INSERT INTO ashlar_lease VALUES(1,7,7,1,1,1767268800000,1767268830000);
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
INSERT INTO ashlar_delivery VALUES(1,2,1,0,'a',1767268800000,1767268800000,NULL,0,0,2,NULL,NULL);
INSERT INTO ashlar_delivery VALUES(1,3,3,1,'a',1767268800000,1767268810000,NULL,0,0,0,1767268800000,'[[1,1767268800000,"no order ''A-1'' in 3 tries"]]');
INSERT INTO ashlar_delivery VALUES(1,5,0,0,NULL,0,0,NULL,0,0,0,NULL,NULL);
INSERT INTO ashlar_delivery VALUES(1,6,1,1,NULL,1767268800000,1767268810000,NULL,0,0,0,1767268800000,'[[1,1767268800000,"no order ''A-1'' in 3 tries"]]');
INSERT INTO ashlar_delivery VALUES(2,4,2,2,NULL,1767268800000,1767268830000,1,0,0,0,1767268800000,'[[1,1767268800000,"busy"]]');
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
INSERT INTO ashlar_kept_event VALUES(1,2,2,'a',X'00000000000000000000000000000002',1767268802000,'orders','request-2','cause','tenant','user','{"number":2}');
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
INSERT INTO ashlar_dead_letter VALUES(2,'record','from.outside@1 no event','no event',1,'[[1,1767268800000,"no event"]]',1767268800000,1767268800000,0,0,'from.outside',1,NULL,X'00000000000000000000000000000000',0,NULL,NULL,NULL,NULL,NULL,X'6e6f74ff206a736f6e');
INSERT INTO ashlar_dead_letter VALUES(3,'other','orders.order.placed@1 no order * in # tries','no order ''A-1'' in 3 tries',1,'[[1,1767268800000,"no order ''A-1'' in 3 tries"]]',1767268800000,1767268800000,0,3,'orders.order.placed',1,'a',X'00000000000000000000000000000003',1767268803000,'orders','request-3','cause','tenant','user',X'7b226e756d626572223a337d');
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
INSERT INTO ashlar_scheduled VALUES(1,1767272400000,'orders.order.placed',1,'b',X'00000000000000000000000000000014',1767268820000,'orders','request-20','cause','tenant','user','{"number":20}');
CREATE TABLE ashlar_inbox (
  inbox TEXT NOT NULL,
  id TEXT NOT NULL,
  until INTEGER NOT NULL,
  PRIMARY KEY (inbox, id)
) STRICT, WITHOUT ROWID;
INSERT INTO ashlar_inbox VALUES('broker','message-1',1767272400000);
CREATE TABLE ashlar_action (
  number INTEGER PRIMARY KEY AUTOINCREMENT,
  time INTEGER NOT NULL,
  action TEXT NOT NULL,
  detail TEXT NOT NULL
) STRICT;
INSERT INTO ashlar_action VALUES(1,1767268800000,'dead-letters retry','1 of record: 1');
DELETE FROM sqlite_sequence;
INSERT INTO sqlite_sequence VALUES('ashlar_dead_letter',3);
INSERT INTO sqlite_sequence VALUES('ashlar_scheduled',1);
INSERT INTO sqlite_sequence VALUES('ashlar_action',1);
CREATE INDEX ashlar_delivery_by_state ON ashlar_delivery (consumer, state, sequence);
CREATE INDEX ashlar_delivery_by_key ON ashlar_delivery (consumer, key, sequence) WHERE key IS NOT NULL;
CREATE INDEX ashlar_delivery_by_due ON ashlar_delivery (consumer, due) WHERE state IN (1, 3);
CREATE INDEX ashlar_delivery_blocked ON ashlar_delivery (consumer, key, sequence) WHERE state = 3;
CREATE INDEX ashlar_delivery_by_count ON ashlar_delivery (consumer, count) WHERE state IN (1, 3) AND count > 0;
CREATE INDEX ashlar_dead_letter_by_group ON ashlar_dead_letter (consumer, grouping);
CREATE INDEX ashlar_scheduled_by_due ON ashlar_scheduled (due, number);
CREATE INDEX ashlar_inbox_by_until ON ashlar_inbox (until);
COMMIT;

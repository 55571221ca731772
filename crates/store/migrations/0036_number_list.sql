-- Number lists (F5, F6) in place of barred callers: `match_kind` is `exact`, `prefix` or `range` (`last_key` is the end of a range, elsewhere the same as
-- `first_key`); keys are those of the numbering plan, as in customer_phone; `scope` is the JSON of its places, `[]` for everywhere. `hits` and `last_hit_at`
-- are counted from facts, each once. `changed_at` tells the server that there is something to read.
CREATE TABLE number_list (
  id BIGINT PRIMARY KEY, list TEXT NOT NULL, match_kind TEXT NOT NULL, first_key TEXT NOT NULL, last_key TEXT NOT NULL, scope TEXT NOT NULL,
  action TEXT, vip_level BIGINT NOT NULL, reason TEXT NOT NULL, owner TEXT NOT NULL, note TEXT, since BIGINT NOT NULL, until BIGINT,
  hits BIGINT NOT NULL, last_hit_at BIGINT, changed_at BIGINT NOT NULL, version BIGINT NOT NULL,
  UNIQUE (list, match_kind, first_key, last_key, scope));
INSERT INTO number_list (id, list, match_kind, first_key, last_key, scope, action, vip_level, reason, owner, note, since, until, hits, last_hit_at, changed_at, version)
  SELECT id, 'black', 'exact', number_key, number_key, '[]', bar, 0, reason, owner, note, since, until, hits, last_hit_at, changed_at, 1 FROM barred_caller;
DROP TABLE barred_caller;
-- The event is told under another name.
UPDATE webhook SET topics = REPLACE(topics, 'caller.barred', 'caller.listed');

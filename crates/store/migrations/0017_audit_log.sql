-- Who did what to what (C21, F7): each row's hash is over its fields and the hash of the row before, so that none is changed or
-- taken out unseen. The head says which row is the last: without it the end could be cut off.
CREATE TABLE audit_log (
  seq {{PK}}, at BIGINT NOT NULL, actor_kind TEXT NOT NULL, actor_id BIGINT, action TEXT NOT NULL,
  entity TEXT NOT NULL, entity_id TEXT NOT NULL, before TEXT, after TEXT, prev_hash TEXT NOT NULL, hash TEXT NOT NULL);
CREATE INDEX audit_entity ON audit_log(entity, entity_id, seq);
CREATE TABLE audit_head (id BIGINT PRIMARY KEY NOT NULL, seq BIGINT NOT NULL, hash TEXT NOT NULL) {{WITHOUT_ROWID}};
INSERT INTO audit_head (id, seq, hash) VALUES (1, 0, '');

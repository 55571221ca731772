-- What is kept how long (E6): what the law holds stays, what goes is counted, and the audit log remembers where it was cut.
CREATE TABLE legal_hold (
  call_id BIGINT PRIMARY KEY NOT NULL, reason TEXT NOT NULL, until BIGINT, agent_id BIGINT NOT NULL, at BIGINT NOT NULL) {{WITHOUT_ROWID}};
CREATE TABLE retention_sweep (kind TEXT PRIMARY KEY NOT NULL, removed BIGINT NOT NULL) {{WITHOUT_ROWID}};
ALTER TABLE recording ADD COLUMN gone_at BIGINT;
CREATE INDEX recording_started ON recording(started_at);
CREATE INDEX recording_gone ON recording(gone_at) WHERE gone_at IS NOT NULL;
CREATE INDEX draft_opened ON draft(opened_at);
INSERT INTO audit_head (id, seq, hash) VALUES (2, 0, '');

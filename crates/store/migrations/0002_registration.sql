-- Contacts of the agents' phones as they were last told: what a start gives back to the registrar (G13). Not a projection of facts: a
-- refresh is no fact. `path` is JSON; `q` is in thousandths.
CREATE TABLE registration (
  login TEXT NOT NULL, contact TEXT NOT NULL, transport TEXT NOT NULL, local TEXT NOT NULL, remote TEXT NOT NULL,
  connection BIGINT NOT NULL, expires_at BIGINT NOT NULL, instance TEXT, reg_id BIGINT, q BIGINT NOT NULL, path TEXT NOT NULL,
  user_agent TEXT, call_id TEXT NOT NULL, cseq BIGINT NOT NULL, place BIGINT NOT NULL, written_at BIGINT NOT NULL,
  PRIMARY KEY (login, place)) {{WITHOUT_ROWID}};
CREATE INDEX registration_written ON registration(written_at);

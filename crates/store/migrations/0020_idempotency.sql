-- Requests that bear an `Idempotency-Key`, and their answers. `run` names the process that answers; a status is there once it has.
CREATE TABLE idempotency (
  principal TEXT NOT NULL, key TEXT NOT NULL, request_sha256 TEXT NOT NULL, run TEXT NOT NULL,
  status BIGINT, headers TEXT, body TEXT, created_at BIGINT NOT NULL,
  PRIMARY KEY (principal, key)) {{WITHOUT_ROWID}};
CREATE INDEX idempotency_created ON idempotency(created_at);

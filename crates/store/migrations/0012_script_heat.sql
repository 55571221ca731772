-- Where callers were in scripts, and how they left (E23): a projection of facts, a row for each way out of a node in an hour
-- (epoch ms of its start). `times` is a histogram of how long they stayed: [[bucket, count], …].
CREATE TABLE script_heat (
  script TEXT NOT NULL, hour BIGINT NOT NULL, version BIGINT NOT NULL, node TEXT NOT NULL, way TEXT NOT NULL,
  kind TEXT NOT NULL, visits BIGINT NOT NULL, to_person BIGINT NOT NULL, timeouts BIGINT NOT NULL,
  wrong_keys BIGINT NOT NULL, ms BIGINT NOT NULL, times TEXT NOT NULL,
  PRIMARY KEY (script, hour, version, node, way)) {{WITHOUT_ROWID}};

-- Every text that led callers (E20), numbered from 1 in each script.
CREATE TABLE script_version (
  script TEXT NOT NULL,
  number BIGINT NOT NULL,
  text TEXT NOT NULL,
  since BIGINT NOT NULL,
  by_login TEXT,
  restores BIGINT,
  PRIMARY KEY (script, number)
);

-- Surveys: who was asked, or was to be asked and hung up first, and the scores of those who answered.
CREATE TABLE survey (
  call_id BIGINT NOT NULL, part BIGINT NOT NULL, form TEXT NOT NULL, push TEXT NOT NULL, queue TEXT, agent_id BIGINT,
  outcome TEXT NOT NULL, at BIGINT NOT NULL, data TEXT NOT NULL, PRIMARY KEY (call_id, part)) {{WITHOUT_ROWID}};
CREATE INDEX survey_at ON survey(at);
CREATE TABLE survey_answer (
  call_id BIGINT NOT NULL, part BIGINT NOT NULL, question TEXT NOT NULL, score BIGINT NOT NULL,
  PRIMARY KEY (call_id, part, question)) {{WITHOUT_ROWID}};

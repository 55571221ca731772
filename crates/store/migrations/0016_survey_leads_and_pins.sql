-- Tickets about how an agent has served are for supervisors; those of low scores from before are such.
ALTER TABLE ticket ADD COLUMN for_leads BIGINT NOT NULL DEFAULT 0;
UPDATE ticket SET for_leads = 1 WHERE channel = 'ivr' AND fields LIKE '%"survey":%' AND fields LIKE '%"score":%';
-- The lowest and the highest score that a question had when it was answered; nobody knows it of answers from before.
ALTER TABLE survey_answer ADD COLUMN lowest BIGINT;
ALTER TABLE survey_answer ADD COLUMN highest BIGINT;
-- An agent's figures of a period.
CREATE INDEX survey_agent_at ON survey(agent_id, at);
-- PINs that were refused by telephone of late: tries count whatever process is there.
CREATE TABLE pin_refusal (
  at BIGINT NOT NULL, call_id BIGINT NOT NULL, calendar TEXT NOT NULL, wrong BIGINT NOT NULL,
  locked_until BIGINT, for_all BIGINT NOT NULL);
CREATE INDEX pin_refusal_at ON pin_refusal(at);

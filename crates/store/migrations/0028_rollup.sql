-- What reports are made of (I5): sums by the quarter of an hour (epoch ms of its start), projections of facts. A queue of '' is none.
CREATE TABLE rollup_queue (
  bucket_at BIGINT NOT NULL, queue TEXT NOT NULL,
  offered BIGINT NOT NULL, answered BIGINT NOT NULL, answered_in_t BIGINT NOT NULL, short_abandons BIGINT NOT NULL,
  abandoned BIGINT NOT NULL, abandoned_in_t BIGINT NOT NULL, callbacks BIGINT NOT NULL, led_elsewhere BIGINT NOT NULL,
  turned_away BIGINT NOT NULL, wait_answered_ms BIGINT NOT NULL, wait_abandoned_ms BIGINT NOT NULL, talks BIGINT NOT NULL,
  talk_ms BIGINT NOT NULL, hold_ms BIGINT NOT NULL, wrap_up_ms BIGINT NOT NULL, holds BIGINT NOT NULL,
  handed_on BIGINT NOT NULL, missed BIGINT NOT NULL, rejected BIGINT NOT NULL, unreachable BIGINT NOT NULL,
  surveys_asked BIGINT NOT NULL, surveys_answered BIGINT NOT NULL, scores BIGINT NOT NULL, score_permille BIGINT NOT NULL,
  PRIMARY KEY (bucket_at, queue)) {{WITHOUT_ROWID}};
CREATE TABLE rollup_agent (
  bucket_at BIGINT NOT NULL, agent_id BIGINT NOT NULL, queue TEXT NOT NULL,
  offered BIGINT NOT NULL, answered BIGINT NOT NULL, missed BIGINT NOT NULL, rejected BIGINT NOT NULL,
  unreachable BIGINT NOT NULL, cancelled BIGINT NOT NULL, ring_ms BIGINT NOT NULL, calls_out BIGINT NOT NULL,
  talk_ms BIGINT NOT NULL, hold_ms BIGINT NOT NULL, wrap_up_ms BIGINT NOT NULL, holds BIGINT NOT NULL,
  handed_on BIGINT NOT NULL, surveys_asked BIGINT NOT NULL, surveys_answered BIGINT NOT NULL, scores BIGINT NOT NULL,
  score_permille BIGINT NOT NULL,
  PRIMARY KEY (bucket_at, agent_id, queue)) {{WITHOUT_ROWID}};
-- How agents spent their time, cut at the borders of quarters; `reason` is of those who are not ready.
CREATE TABLE rollup_state (
  bucket_at BIGINT NOT NULL, agent_id BIGINT NOT NULL, doing TEXT NOT NULL, reason TEXT NOT NULL, ms BIGINT NOT NULL,
  PRIMARY KEY (bucket_at, agent_id, doing, reason)) {{WITHOUT_ROWID}};
-- What the counting remembers of calls that live, or whose abandon may be taken back, and of agents who are signed in.
CREATE TABLE tally_call (call_id {{PK}}, forget_at BIGINT NOT NULL, state TEXT NOT NULL);
CREATE INDEX tally_call_forget_at ON tally_call(forget_at);
CREATE TABLE tally_agent (agent_id {{PK}}, state TEXT NOT NULL);

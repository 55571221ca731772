-- Sums of four hours beside those of quarters, so that a report of a month reads a sixteenth of the rows (I5).
-- Same columns in the same order, same keys.
CREATE TABLE rollup_queue_block (
  bucket_at BIGINT NOT NULL, queue TEXT NOT NULL,
  offered BIGINT NOT NULL, answered BIGINT NOT NULL, answered_in_t BIGINT NOT NULL, short_abandons BIGINT NOT NULL,
  abandoned BIGINT NOT NULL, abandoned_in_t BIGINT NOT NULL, callbacks BIGINT NOT NULL, led_elsewhere BIGINT NOT NULL,
  turned_away BIGINT NOT NULL, wait_answered_ms BIGINT NOT NULL, wait_abandoned_ms BIGINT NOT NULL, talks BIGINT NOT NULL,
  talk_ms BIGINT NOT NULL, hold_ms BIGINT NOT NULL, wrap_up_ms BIGINT NOT NULL, holds BIGINT NOT NULL,
  handed_on BIGINT NOT NULL, missed BIGINT NOT NULL, rejected BIGINT NOT NULL, unreachable BIGINT NOT NULL,
  surveys_asked BIGINT NOT NULL, surveys_answered BIGINT NOT NULL, scores BIGINT NOT NULL, score_permille BIGINT NOT NULL,
  fifth_1 BIGINT NOT NULL, fifth_2 BIGINT NOT NULL, fifth_3 BIGINT NOT NULL, fifth_4 BIGINT NOT NULL, fifth_5 BIGINT NOT NULL,
  PRIMARY KEY (bucket_at, queue)) {{WITHOUT_ROWID}};
INSERT INTO rollup_queue_block (bucket_at, queue, offered, answered, answered_in_t, short_abandons, abandoned, abandoned_in_t, callbacks,
    led_elsewhere, turned_away, wait_answered_ms, wait_abandoned_ms, talks, talk_ms, hold_ms, wrap_up_ms, holds, handed_on, missed, rejected,
    unreachable, surveys_asked, surveys_answered, scores, score_permille, fifth_1, fifth_2, fifth_3, fifth_4, fifth_5)
  SELECT bucket_at / 14400000 * 14400000, queue,
    CAST(SUM(offered) AS BIGINT), CAST(SUM(answered) AS BIGINT), CAST(SUM(answered_in_t) AS BIGINT), CAST(SUM(short_abandons) AS BIGINT),
    CAST(SUM(abandoned) AS BIGINT), CAST(SUM(abandoned_in_t) AS BIGINT), CAST(SUM(callbacks) AS BIGINT), CAST(SUM(led_elsewhere) AS BIGINT),
    CAST(SUM(turned_away) AS BIGINT), CAST(SUM(wait_answered_ms) AS BIGINT), CAST(SUM(wait_abandoned_ms) AS BIGINT), CAST(SUM(talks) AS BIGINT),
    CAST(SUM(talk_ms) AS BIGINT), CAST(SUM(hold_ms) AS BIGINT), CAST(SUM(wrap_up_ms) AS BIGINT), CAST(SUM(holds) AS BIGINT),
    CAST(SUM(handed_on) AS BIGINT), CAST(SUM(missed) AS BIGINT), CAST(SUM(rejected) AS BIGINT), CAST(SUM(unreachable) AS BIGINT),
    CAST(SUM(surveys_asked) AS BIGINT), CAST(SUM(surveys_answered) AS BIGINT), CAST(SUM(scores) AS BIGINT), CAST(SUM(score_permille) AS BIGINT),
    CAST(SUM(fifth_1) AS BIGINT), CAST(SUM(fifth_2) AS BIGINT), CAST(SUM(fifth_3) AS BIGINT), CAST(SUM(fifth_4) AS BIGINT),
    CAST(SUM(fifth_5) AS BIGINT)
  FROM rollup_queue GROUP BY 1, queue;
CREATE TABLE rollup_agent_block (
  bucket_at BIGINT NOT NULL, agent_id BIGINT NOT NULL, queue TEXT NOT NULL,
  offered BIGINT NOT NULL, answered BIGINT NOT NULL, missed BIGINT NOT NULL, rejected BIGINT NOT NULL,
  unreachable BIGINT NOT NULL, cancelled BIGINT NOT NULL, ring_ms BIGINT NOT NULL, calls_out BIGINT NOT NULL,
  talk_ms BIGINT NOT NULL, hold_ms BIGINT NOT NULL, wrap_up_ms BIGINT NOT NULL, holds BIGINT NOT NULL,
  handed_on BIGINT NOT NULL, surveys_asked BIGINT NOT NULL, surveys_answered BIGINT NOT NULL, scores BIGINT NOT NULL,
  score_permille BIGINT NOT NULL,
  fifth_1 BIGINT NOT NULL, fifth_2 BIGINT NOT NULL, fifth_3 BIGINT NOT NULL, fifth_4 BIGINT NOT NULL, fifth_5 BIGINT NOT NULL,
  PRIMARY KEY (bucket_at, agent_id, queue)) {{WITHOUT_ROWID}};
INSERT INTO rollup_agent_block (bucket_at, agent_id, queue, offered, answered, missed, rejected, unreachable, cancelled, ring_ms, calls_out,
    talk_ms, hold_ms, wrap_up_ms, holds, handed_on, surveys_asked, surveys_answered, scores, score_permille, fifth_1, fifth_2, fifth_3, fifth_4,
    fifth_5)
  SELECT bucket_at / 14400000 * 14400000, agent_id, queue,
    CAST(SUM(offered) AS BIGINT), CAST(SUM(answered) AS BIGINT), CAST(SUM(missed) AS BIGINT), CAST(SUM(rejected) AS BIGINT),
    CAST(SUM(unreachable) AS BIGINT), CAST(SUM(cancelled) AS BIGINT), CAST(SUM(ring_ms) AS BIGINT), CAST(SUM(calls_out) AS BIGINT),
    CAST(SUM(talk_ms) AS BIGINT), CAST(SUM(hold_ms) AS BIGINT), CAST(SUM(wrap_up_ms) AS BIGINT), CAST(SUM(holds) AS BIGINT),
    CAST(SUM(handed_on) AS BIGINT), CAST(SUM(surveys_asked) AS BIGINT), CAST(SUM(surveys_answered) AS BIGINT), CAST(SUM(scores) AS BIGINT),
    CAST(SUM(score_permille) AS BIGINT), CAST(SUM(fifth_1) AS BIGINT), CAST(SUM(fifth_2) AS BIGINT), CAST(SUM(fifth_3) AS BIGINT),
    CAST(SUM(fifth_4) AS BIGINT), CAST(SUM(fifth_5) AS BIGINT)
  FROM rollup_agent GROUP BY 1, agent_id, queue;
CREATE TABLE rollup_state_block (
  bucket_at BIGINT NOT NULL, agent_id BIGINT NOT NULL, doing TEXT NOT NULL, reason TEXT NOT NULL, ms BIGINT NOT NULL,
  PRIMARY KEY (bucket_at, agent_id, doing, reason)) {{WITHOUT_ROWID}};
INSERT INTO rollup_state_block (bucket_at, agent_id, doing, reason, ms)
  SELECT bucket_at / 14400000 * 14400000, agent_id, doing, reason,
    CAST(SUM(ms) AS BIGINT)
  FROM rollup_state GROUP BY 1, agent_id, doing, reason;

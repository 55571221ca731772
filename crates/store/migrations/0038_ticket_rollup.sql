-- What reports of tickets are made of (I8): sums by the quarter of an hour (epoch ms of its start), the group that had a ticket and its
-- type, written with each step. A group, or a type, of '' is none.
CREATE TABLE rollup_ticket (
  bucket_at BIGINT NOT NULL, work_group TEXT NOT NULL, ticket_type TEXT NOT NULL,
  created BIGINT NOT NULL, opened BIGINT NOT NULL, direct_answers BIGINT NOT NULL, dispatched BIGINT NOT NULL,
  accepted BIGINT NOT NULL, returned BIGINT NOT NULL, transferred BIGINT NOT NULL, escalated BIGINT NOT NULL,
  resolved BIGINT NOT NULL, closed BIGINT NOT NULL, reopened BIGINT NOT NULL, urged BIGINT NOT NULL, urges BIGINT NOT NULL,
  voided BIGINT NOT NULL, mistakes BIGINT NOT NULL, merged BIGINT NOT NULL, extensions_asked BIGINT NOT NULL,
  extensions_given BIGINT NOT NULL, visits BIGINT NOT NULL, visit_successes BIGINT NOT NULL, score_1 BIGINT NOT NULL,
  score_2 BIGINT NOT NULL, score_3 BIGINT NOT NULL, score_4 BIGINT NOT NULL, score_5 BIGINT NOT NULL,
  responses_kept BIGINT NOT NULL, responses_breached BIGINT NOT NULL, resolves_kept BIGINT NOT NULL,
  resolves_breached BIGINT NOT NULL, stages_kept BIGINT NOT NULL, stages_breached BIGINT NOT NULL,
  quarantined_ms BIGINT NOT NULL, quarantined_stays BIGINT NOT NULL, new_ms BIGINT NOT NULL, new_stays BIGINT NOT NULL,
  dispatched_ms BIGINT NOT NULL, dispatched_stays BIGINT NOT NULL, in_progress_ms BIGINT NOT NULL,
  in_progress_stays BIGINT NOT NULL, pending_ms BIGINT NOT NULL, pending_stays BIGINT NOT NULL, in_review_ms BIGINT NOT NULL,
  in_review_stays BIGINT NOT NULL, resolved_ms BIGINT NOT NULL, resolved_stays BIGINT NOT NULL,
  PRIMARY KEY (bucket_at, work_group, ticket_type)) {{WITHOUT_ROWID}};
-- How long first responses (`response`) and solutions (`resolve`) took: how many, by the bucket of a histogram.
CREATE TABLE rollup_ticket_time (
  bucket_at BIGINT NOT NULL, work_group TEXT NOT NULL, ticket_type TEXT NOT NULL, clock TEXT NOT NULL, part BIGINT NOT NULL,
  tickets BIGINT NOT NULL,
  PRIMARY KEY (bucket_at, work_group, ticket_type, clock, part)) {{WITHOUT_ROWID}};
-- Since when a ticket stands in its state with its group; of one that has not moved since it was kept nobody knows.
ALTER TABLE ticket ADD COLUMN state_at BIGINT;

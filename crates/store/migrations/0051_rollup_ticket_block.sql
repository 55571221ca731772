-- Sums of tickets of four hours beside those of quarters, as queues and agents have them (I8); same columns in the same order, same keys.
-- How long they took stays by the quarter: few of those rows fall together.
CREATE TABLE rollup_ticket_block (
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
INSERT INTO rollup_ticket_block (bucket_at, work_group, ticket_type, created, opened, direct_answers, dispatched, accepted, returned, transferred,
    escalated, resolved, closed, reopened, urged, urges, voided, mistakes, merged, extensions_asked, extensions_given, visits, visit_successes,
    score_1, score_2, score_3, score_4, score_5, responses_kept, responses_breached, resolves_kept, resolves_breached, stages_kept, stages_breached,
    quarantined_ms, quarantined_stays, new_ms, new_stays, dispatched_ms, dispatched_stays, in_progress_ms, in_progress_stays, pending_ms,
    pending_stays, in_review_ms, in_review_stays, resolved_ms, resolved_stays)
  SELECT bucket_at / 14400000 * 14400000, work_group, ticket_type, CAST(SUM(created) AS BIGINT), CAST(SUM(opened) AS BIGINT),
    CAST(SUM(direct_answers) AS BIGINT), CAST(SUM(dispatched) AS BIGINT), CAST(SUM(accepted) AS BIGINT), CAST(SUM(returned) AS BIGINT),
    CAST(SUM(transferred) AS BIGINT), CAST(SUM(escalated) AS BIGINT), CAST(SUM(resolved) AS BIGINT), CAST(SUM(closed) AS BIGINT),
    CAST(SUM(reopened) AS BIGINT), CAST(SUM(urged) AS BIGINT), CAST(SUM(urges) AS BIGINT), CAST(SUM(voided) AS BIGINT), CAST(SUM(mistakes) AS BIGINT),
    CAST(SUM(merged) AS BIGINT), CAST(SUM(extensions_asked) AS BIGINT), CAST(SUM(extensions_given) AS BIGINT), CAST(SUM(visits) AS BIGINT),
    CAST(SUM(visit_successes) AS BIGINT), CAST(SUM(score_1) AS BIGINT), CAST(SUM(score_2) AS BIGINT), CAST(SUM(score_3) AS BIGINT),
    CAST(SUM(score_4) AS BIGINT), CAST(SUM(score_5) AS BIGINT), CAST(SUM(responses_kept) AS BIGINT), CAST(SUM(responses_breached) AS BIGINT),
    CAST(SUM(resolves_kept) AS BIGINT), CAST(SUM(resolves_breached) AS BIGINT), CAST(SUM(stages_kept) AS BIGINT),
    CAST(SUM(stages_breached) AS BIGINT), CAST(SUM(quarantined_ms) AS BIGINT), CAST(SUM(quarantined_stays) AS BIGINT), CAST(SUM(new_ms) AS BIGINT),
    CAST(SUM(new_stays) AS BIGINT), CAST(SUM(dispatched_ms) AS BIGINT), CAST(SUM(dispatched_stays) AS BIGINT), CAST(SUM(in_progress_ms) AS BIGINT),
    CAST(SUM(in_progress_stays) AS BIGINT), CAST(SUM(pending_ms) AS BIGINT), CAST(SUM(pending_stays) AS BIGINT), CAST(SUM(in_review_ms) AS BIGINT),
    CAST(SUM(in_review_stays) AS BIGINT), CAST(SUM(resolved_ms) AS BIGINT), CAST(SUM(resolved_stays) AS BIGINT)
  FROM rollup_ticket GROUP BY 1, work_group, ticket_type;

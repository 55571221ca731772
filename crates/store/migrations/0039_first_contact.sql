-- Tickets that were answered at once, and when their customer came back about the same (FCR); group and type as in rollup_ticket.
CREATE TABLE first_contact (
  ticket_id BIGINT NOT NULL, at BIGINT NOT NULL, bucket_at BIGINT NOT NULL, work_group TEXT NOT NULL, ticket_type TEXT NOT NULL, again_at BIGINT,
  PRIMARY KEY (ticket_id, at)) {{WITHOUT_ROWID}};
CREATE INDEX first_contact_bucket ON first_contact(bucket_at);
-- Scores by the fifth of their scale, from the lowest.
ALTER TABLE rollup_queue ADD COLUMN fifth_1 BIGINT NOT NULL DEFAULT 0;
ALTER TABLE rollup_queue ADD COLUMN fifth_2 BIGINT NOT NULL DEFAULT 0;
ALTER TABLE rollup_queue ADD COLUMN fifth_3 BIGINT NOT NULL DEFAULT 0;
ALTER TABLE rollup_queue ADD COLUMN fifth_4 BIGINT NOT NULL DEFAULT 0;
ALTER TABLE rollup_queue ADD COLUMN fifth_5 BIGINT NOT NULL DEFAULT 0;
ALTER TABLE rollup_agent ADD COLUMN fifth_1 BIGINT NOT NULL DEFAULT 0;
ALTER TABLE rollup_agent ADD COLUMN fifth_2 BIGINT NOT NULL DEFAULT 0;
ALTER TABLE rollup_agent ADD COLUMN fifth_3 BIGINT NOT NULL DEFAULT 0;
ALTER TABLE rollup_agent ADD COLUMN fifth_4 BIGINT NOT NULL DEFAULT 0;
ALTER TABLE rollup_agent ADD COLUMN fifth_5 BIGINT NOT NULL DEFAULT 0;
-- Reports of all scripts read them by their hours.
CREATE INDEX script_heat_hour ON script_heat(hour);

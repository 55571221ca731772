-- Return visits (回访) by whom they were made to, for his timeline (F10): the ticket of his that is asked about (M6), which went into the ticket
-- where the entry stands, or is that one. The entry tells the rest.
CREATE TABLE return_visit (
  id {{PK}}, reporter_id BIGINT NOT NULL REFERENCES ticket(id), at BIGINT NOT NULL,
  ticket_id BIGINT NOT NULL REFERENCES ticket(id), seq BIGINT NOT NULL);
CREATE INDEX return_visit_reporter ON return_visit(reporter_id, at, id);
-- Visits of before are told of who reported the ticket where they stand.
INSERT INTO return_visit (id, reporter_id, at, ticket_id, seq)
  SELECT ROW_NUMBER() OVER (ORDER BY at, ticket_id, seq), ticket_id, at, ticket_id, seq FROM ticket_event
  WHERE kind IN ('visit_ok', 'visit_retry', 'visit_bad');

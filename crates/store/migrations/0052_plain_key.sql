-- 1: whoever may look for it may read the ticket, and it was not entered in error, so that of a hard key with thousands of tickets none is
-- looked up to be counted. 0: the ticket says so itself.
ALTER TABLE ticket_key ADD COLUMN is_plain BIGINT NOT NULL DEFAULT 0;
-- The keys that stand are made anew, the newest first, as after a change of the house's conditions.
UPDATE ticket_sameness SET conditions = 'before step 52' WHERE conditions <> '';

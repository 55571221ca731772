-- What a verb of the command line has changed beside a server waits for the server to tell it; whoever takes it to tell it says so first.
ALTER TABLE ticket_outbox ADD COLUMN is_left BIGINT NOT NULL DEFAULT 0;
CREATE INDEX ticket_outbox_left ON ticket_outbox (ticket_id, seq) WHERE is_left = 1;

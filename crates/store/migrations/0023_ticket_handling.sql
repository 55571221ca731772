-- How a ticket is worked on, as JSON, and in columns what lists and timers look for. A ticket of before has none, and is read by its
-- state, its priority and its creator.
ALTER TABLE ticket ADD COLUMN handling TEXT NOT NULL DEFAULT '';
ALTER TABLE ticket ADD COLUMN work_group TEXT;
ALTER TABLE ticket ADD COLUMN named BIGINT;
ALTER TABLE ticket ADD COLUMN assignee BIGINT;
ALTER TABLE ticket ADD COLUMN owner BIGINT;
-- When it is due next, for lists: the last moment there is where nothing is due. (due_at is what was set by hand before.)
ALTER TABLE ticket ADD COLUMN due_key BIGINT NOT NULL DEFAULT 9223372036854775807;
ALTER TABLE ticket ADD COLUMN wake_at BIGINT;
ALTER TABLE ticket ADD COLUMN visit_at BIGINT;
ALTER TABLE ticket ADD COLUMN closed_at BIGINT;
ALTER TABLE ticket ADD COLUMN merged_into BIGINT;
ALTER TABLE ticket ADD COLUMN sensitive BIGINT NOT NULL DEFAULT 0;
UPDATE ticket SET owner = created_by;
UPDATE ticket SET due_key = due_at WHERE due_at IS NOT NULL AND is_open = 1;
CREATE INDEX ticket_assignee ON ticket(assignee, due_key, id) WHERE is_open = 1;
CREATE INDEX ticket_named ON ticket(named, due_key, id) WHERE is_open = 1;
CREATE INDEX ticket_group ON ticket(work_group, due_key, id) WHERE is_open = 1;
CREATE INDEX ticket_open ON ticket(due_key, id) WHERE is_open = 1;
CREATE INDEX ticket_owner ON ticket(owner, id) WHERE is_open = 1;
CREATE INDEX ticket_wake ON ticket(wake_at) WHERE wake_at IS NOT NULL;
CREATE INDEX ticket_visit ON ticket(visit_at, id) WHERE visit_at IS NOT NULL;
CREATE INDEX ticket_merged ON ticket(merged_into) WHERE merged_into IS NOT NULL;
-- Who follows which ticket (T31).
CREATE TABLE ticket_watcher (agent_id BIGINT NOT NULL, ticket_id BIGINT NOT NULL REFERENCES ticket(id), PRIMARY KEY (agent_id, ticket_id)) {{WITHOUT_ROWID}};
CREATE INDEX ticket_watcher_ticket ON ticket_watcher(ticket_id);
-- Facts of tickets that are not known to stand in the log: told when they are committed, and again at a start.
CREATE TABLE ticket_outbox (ticket_id BIGINT NOT NULL REFERENCES ticket(id), seq BIGINT NOT NULL, fact TEXT NOT NULL, PRIMARY KEY (ticket_id, seq)) {{WITHOUT_ROWID}};
-- Whose turn it was in each group (C2).
CREATE TABLE group_turns (work_group TEXT PRIMARY KEY NOT NULL, turns TEXT NOT NULL) {{WITHOUT_ROWID}};
-- The ways by which tickets come, in the words of the rules of dispatch.
UPDATE ticket SET channel = 'call' WHERE channel = 'phone';
UPDATE ticket SET channel = 'script' WHERE channel = 'ivr';

-- The calendars by which promises of tickets have run, each text once, and which one holds for tickets of a type since when (R10).
-- The type '' is of all that have none of their own.
CREATE TABLE calendar_version (version BIGINT PRIMARY KEY NOT NULL, spec TEXT NOT NULL) {{WITHOUT_ROWID}};
CREATE TABLE ticket_hours (ticket_type TEXT PRIMARY KEY NOT NULL, version BIGINT NOT NULL, since BIGINT NOT NULL) {{WITHOUT_ROWID}};
-- By which of them a ticket runs; 0 of one from before they were kept.
ALTER TABLE ticket ADD COLUMN hours BIGINT NOT NULL DEFAULT 0;

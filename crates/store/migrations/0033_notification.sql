-- What people are told on their pages (J8), numbered for each person.
CREATE TABLE notification (
  agent_id BIGINT NOT NULL, number BIGINT NOT NULL, kind TEXT NOT NULL, ticket_id BIGINT NOT NULL REFERENCES ticket(id), entry BIGINT NOT NULL,
  at BIGINT NOT NULL, read_at BIGINT, PRIMARY KEY (agent_id, number)) {{WITHOUT_ROWID}};
CREATE UNIQUE INDEX notification_once ON notification(agent_id, ticket_id, entry);
CREATE INDEX notification_unread ON notification(agent_id, number) WHERE read_at IS NULL;
-- Kinds of which somebody does not want to be told.
CREATE TABLE notification_off (agent_id BIGINT NOT NULL, kind TEXT NOT NULL, PRIMARY KEY (agent_id, kind)) {{WITHOUT_ROWID}};

-- Reminders (定时提醒): of a ticket or a customer, for a moment. `untold` is the notification whose fact may not stand in the log.
CREATE TABLE reminder (
  id {{PK}}, agent_id BIGINT NOT NULL, made_by BIGINT NOT NULL, ticket_id BIGINT REFERENCES ticket(id), customer_id BIGINT, words TEXT NOT NULL,
  due_at BIGINT NOT NULL, told_at BIGINT, done_at BIGINT, untold BIGINT, created_at BIGINT NOT NULL, version BIGINT NOT NULL);
CREATE INDEX reminder_due ON reminder(due_at, id) WHERE told_at IS NULL AND done_at IS NULL;
CREATE INDEX reminder_untold ON reminder(id) WHERE untold IS NOT NULL;
CREATE INDEX reminder_agent ON reminder(agent_id, id);
CREATE INDEX reminder_made_by ON reminder(made_by, id);
-- What people are told may be of a reminder, and then of no entry of a ticket.
CREATE TABLE notification_of_all (
  agent_id BIGINT NOT NULL, number BIGINT NOT NULL, kind TEXT NOT NULL, ticket_id BIGINT REFERENCES ticket(id), entry BIGINT, customer_id BIGINT,
  reminder_id BIGINT, words TEXT, at BIGINT NOT NULL, read_at BIGINT, PRIMARY KEY (agent_id, number)) {{WITHOUT_ROWID}};
INSERT INTO notification_of_all (agent_id, number, kind, ticket_id, entry, at, read_at)
  SELECT agent_id, number, kind, ticket_id, entry, at, read_at FROM notification;
DROP TABLE notification;
ALTER TABLE notification_of_all RENAME TO notification;
CREATE UNIQUE INDEX notification_once ON notification(agent_id, ticket_id, entry);
CREATE INDEX notification_unread ON notification(agent_id, number) WHERE read_at IS NULL;

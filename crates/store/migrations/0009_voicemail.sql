-- Messages of callers in mailboxes; `data` is the fact that tells of one. When a ticket is due, if it is.
CREATE TABLE voicemail (
  id {{PK}}, call_id BIGINT NOT NULL, part BIGINT NOT NULL, mailbox TEXT NOT NULL, data TEXT NOT NULL,
  left_at BIGINT NOT NULL, heard_at BIGINT, heard_by BIGINT, removed_at BIGINT);
CREATE UNIQUE INDEX voicemail_message ON voicemail(call_id, part);
CREATE INDEX voicemail_mailbox ON voicemail(mailbox, id) WHERE removed_at IS NULL;
ALTER TABLE ticket ADD COLUMN due_at BIGINT;

-- Services of others that are told facts: where, what of, how far. `changes` rises with all that the sender has to know of.
CREATE TABLE webhook (
  id {{PK}}, url TEXT NOT NULL, topics TEXT NOT NULL, format TEXT NOT NULL,
  secret TEXT NOT NULL, former_secret TEXT, former_until BIGINT,
  is_enabled BIGINT NOT NULL, disabled_because TEXT, told_seq BIGINT NOT NULL, changes BIGINT NOT NULL DEFAULT 0,
  created_at BIGINT NOT NULL, updated_at BIGINT NOT NULL, version BIGINT NOT NULL DEFAULT 1);
-- What they are told, until it is taken, and for a week after.
CREATE TABLE webhook_delivery (
  id {{PK}}, webhook_id BIGINT NOT NULL REFERENCES webhook(id), seq BIGINT NOT NULL, kind TEXT NOT NULL, lane TEXT NOT NULL, thread TEXT,
  body TEXT NOT NULL, state TEXT NOT NULL, given_up TEXT, made_at BIGINT NOT NULL, expires_at BIGINT, due_at BIGINT NOT NULL,
  sent BIGINT NOT NULL DEFAULT 0, tried_at BIGINT, took_ms BIGINT, status BIGINT, failure TEXT, answer TEXT);
CREATE INDEX webhook_delivery_of ON webhook_delivery(webhook_id, id);
CREATE INDEX webhook_delivery_pending ON webhook_delivery(webhook_id, id) WHERE state = 'pending';
CREATE INDEX webhook_delivery_made ON webhook_delivery(made_at);
-- What a format remembers of a call until it ends.
CREATE TABLE webhook_call (
  webhook_id BIGINT NOT NULL REFERENCES webhook(id), call_id BIGINT NOT NULL, memory TEXT NOT NULL,
  PRIMARY KEY (webhook_id, call_id)) {{WITHOUT_ROWID}};

-- PINs of tickets (查询密码, X11): what opens a sensitive one for a caller, as a hash; and the tries of an hour, wrong or still compared.
CREATE TABLE ticket_pin (
  ticket_id BIGINT PRIMARY KEY NOT NULL REFERENCES ticket(id), hash TEXT NOT NULL, agent_id BIGINT, at BIGINT NOT NULL) {{WITHOUT_ROWID}};
CREATE TABLE ticket_pin_try (
  id {{PK}}, at BIGINT NOT NULL, call_id BIGINT NOT NULL, asked TEXT NOT NULL, caller_key TEXT NOT NULL);
CREATE INDEX ticket_pin_try_at ON ticket_pin_try(at);

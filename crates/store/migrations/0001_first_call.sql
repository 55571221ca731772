-- People, customers, calls, tickets, sessions. One text for SQLite and PostgreSQL: {{PK}} and {{WITHOUT_ROWID}} are filled in.
-- BIGINT and TEXT only: times are epoch ms UTC, booleans 0/1, JSON is TEXT that only the program reads, ids are 63-bit and time-ordered.
-- A *_key of a telephone number is its E.164 form, or what was received when it has none.
CREATE TABLE agent (
  id {{PK}}, login TEXT NOT NULL, display_name TEXT NOT NULL, locale TEXT NOT NULL,
  queues TEXT NOT NULL, skills TEXT NOT NULL, roles TEXT NOT NULL,
  pw_hash TEXT NOT NULL, ha1_md5 TEXT NOT NULL, ha1_sha256 TEXT NOT NULL,
  is_active BIGINT NOT NULL DEFAULT 1, removed_at BIGINT,
  created_at BIGINT NOT NULL, updated_at BIGINT NOT NULL, version BIGINT NOT NULL DEFAULT 1);
CREATE UNIQUE INDEX agent_login ON agent(login) WHERE removed_at IS NULL;

CREATE TABLE session (
  token_sha256 TEXT PRIMARY KEY NOT NULL, agent_id BIGINT NOT NULL REFERENCES agent(id),
  created_at BIGINT NOT NULL, expires_at BIGINT NOT NULL) {{WITHOUT_ROWID}};
CREATE INDEX session_agent ON session(agent_id);
CREATE INDEX session_expiry ON session(expires_at);
CREATE TABLE api_token (
  token_sha256 TEXT PRIMARY KEY NOT NULL, name TEXT NOT NULL UNIQUE, agent_id BIGINT NOT NULL REFERENCES agent(id),
  created_at BIGINT NOT NULL, expires_at BIGINT) {{WITHOUT_ROWID}};
CREATE INDEX api_token_agent ON api_token(agent_id);

CREATE TABLE customer (
  id {{PK}}, display_name TEXT NOT NULL, vip_level BIGINT NOT NULL DEFAULT 0, owner_agent_id BIGINT,
  created_at BIGINT NOT NULL, updated_at BIGINT NOT NULL, version BIGINT NOT NULL DEFAULT 1);
CREATE TABLE customer_phone (
  number_key TEXT NOT NULL, customer_id BIGINT NOT NULL REFERENCES customer(id), raw TEXT NOT NULL,
  confidence TEXT NOT NULL, is_shared BIGINT NOT NULL DEFAULT 0, created_at BIGINT NOT NULL,
  PRIMARY KEY (number_key, customer_id)) {{WITHOUT_ROWID}};
CREATE INDEX customer_phone_customer ON customer_phone(customer_id);

-- What was read from the fact log, and how far.
CREATE TABLE projection (name TEXT PRIMARY KEY NOT NULL, seq BIGINT NOT NULL) {{WITHOUT_ROWID}};
CREATE TABLE call_record (
  id {{PK}}, peer_key TEXT, service_number TEXT NOT NULL, customer_id BIGINT, queue TEXT, agent_id BIGINT, first_agent_id BIGINT,
  result TEXT, ended_by TEXT, started_at BIGINT NOT NULL, queued_at BIGINT, connected_at BIGINT, ended_at BIGINT,
  ivr_ms BIGINT NOT NULL, wait_ms BIGINT NOT NULL, ring_ms BIGINT NOT NULL, talk_ms BIGINT NOT NULL, hold_ms BIGINT NOT NULL,
  record TEXT NOT NULL);
CREATE INDEX call_peer ON call_record(peer_key, id) WHERE peer_key IS NOT NULL;
CREATE INDEX call_queue ON call_record(queue, id);
CREATE INDEX call_agent ON call_record(agent_id, id);
CREATE INDEX call_result ON call_record(result, id);
CREATE INDEX call_started ON call_record(started_at);
CREATE INDEX call_open ON call_record(id) WHERE ended_at IS NULL;
CREATE TABLE call_event (
  call_id BIGINT NOT NULL, seq BIGINT NOT NULL, at BIGINT NOT NULL, kind TEXT NOT NULL, fact TEXT NOT NULL,
  PRIMARY KEY (call_id, seq)) {{WITHOUT_ROWID}};
CREATE TABLE recording (
  call_id BIGINT NOT NULL, part BIGINT NOT NULL, path TEXT NOT NULL UNIQUE, started_at BIGINT NOT NULL,
  duration_ms BIGINT NOT NULL, bytes BIGINT NOT NULL, PRIMARY KEY (call_id, part)) {{WITHOUT_ROWID}};

CREATE TABLE draft (
  call_id BIGINT NOT NULL, agent_id BIGINT NOT NULL, data TEXT NOT NULL, opened_at BIGINT NOT NULL,
  PRIMARY KEY (call_id, agent_id)) {{WITHOUT_ROWID}};
CREATE INDEX draft_agent ON draft(agent_id, opened_at);
CREATE TABLE ticket_serial (day BIGINT PRIMARY KEY NOT NULL, last BIGINT NOT NULL) {{WITHOUT_ROWID}};
CREATE TABLE ticket (
  id {{PK}}, number TEXT NOT NULL UNIQUE, state TEXT NOT NULL, is_open BIGINT NOT NULL, priority BIGINT NOT NULL,
  subject TEXT NOT NULL, body TEXT NOT NULL, customer_id BIGINT, contact_name TEXT, contact_raw TEXT, contact_e164 TEXT, contact_key TEXT,
  queue TEXT, channel TEXT NOT NULL, source_call_id BIGINT, source_ref TEXT, urge_count BIGINT NOT NULL DEFAULT 0,
  created_by BIGINT, created_at BIGINT NOT NULL, updated_at BIGINT NOT NULL, version BIGINT NOT NULL);
CREATE UNIQUE INDEX ticket_source ON ticket(channel, source_ref) WHERE source_ref IS NOT NULL;
CREATE INDEX ticket_state ON ticket(state, id);
CREATE INDEX ticket_customer ON ticket(customer_id, is_open, id);
CREATE INDEX ticket_contact ON ticket(contact_key, is_open, id);
CREATE INDEX ticket_creator ON ticket(created_by, id);
CREATE TABLE ticket_event (
  ticket_id BIGINT NOT NULL REFERENCES ticket(id), seq BIGINT NOT NULL, at BIGINT NOT NULL, kind TEXT NOT NULL, entry TEXT NOT NULL,
  PRIMARY KEY (ticket_id, seq)) {{WITHOUT_ROWID}};
CREATE TABLE ticket_call (
  ticket_id BIGINT NOT NULL REFERENCES ticket(id), call_id BIGINT NOT NULL, role TEXT NOT NULL,
  PRIMARY KEY (ticket_id, call_id)) {{WITHOUT_ROWID}};
CREATE INDEX ticket_call_call ON ticket_call(call_id);
CREATE TABLE ticket_recording (
  ticket_id BIGINT NOT NULL REFERENCES ticket(id), path TEXT NOT NULL, PRIMARY KEY (ticket_id, path)) {{WITHOUT_ROWID}};

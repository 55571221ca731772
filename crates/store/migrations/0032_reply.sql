-- Canned replies (C18): `shelf` is `personal` (of an agent), `group` (of a group's name) or `house`.
CREATE TABLE reply (
  id {{PK}}, shelf TEXT NOT NULL, agent_id BIGINT, work_group TEXT, name TEXT NOT NULL, category TEXT, used BIGINT NOT NULL DEFAULT 0, used_at BIGINT,
  created_at BIGINT NOT NULL, updated_at BIGINT NOT NULL, version BIGINT NOT NULL);
CREATE INDEX reply_agent ON reply(agent_id, id) WHERE agent_id IS NOT NULL;
CREATE INDEX reply_group ON reply(work_group, id) WHERE work_group IS NOT NULL;
CREATE TABLE reply_text (
  reply_id BIGINT NOT NULL REFERENCES reply(id), language TEXT NOT NULL, body TEXT NOT NULL, PRIMARY KEY (reply_id, language)) {{WITHOUT_ROWID}};
CREATE TABLE reply_term (
  term TEXT NOT NULL, reply_id BIGINT NOT NULL REFERENCES reply(id), PRIMARY KEY (term, reply_id)) {{WITHOUT_ROWID}};
CREATE INDEX reply_term_reply ON reply_term(reply_id);

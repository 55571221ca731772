-- Who is of which group of tickets (C2), and who is away until when, with who stands in for him (C6). Groups themselves stand in
-- tickets.toml; a name of one that is there no more is kept and counts for nothing.
CREATE TABLE group_member (
  group_name TEXT NOT NULL, agent_id BIGINT NOT NULL REFERENCES agent(id), weight BIGINT NOT NULL, takes_max BIGINT NOT NULL,
  leads BIGINT NOT NULL, receives BIGINT NOT NULL, PRIMARY KEY (group_name, agent_id)) {{WITHOUT_ROWID}};
CREATE INDEX group_member_agent ON group_member(agent_id);
CREATE TABLE agent_absence (
  agent_id BIGINT PRIMARY KEY NOT NULL REFERENCES agent(id), ends_at BIGINT NOT NULL, stand_in BIGINT REFERENCES agent(id)) {{WITHOUT_ROWID}};

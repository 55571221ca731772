-- How far somebody's rights go (J1): `own`, `group`, `tree`, `all`; everybody's as before, until somebody says otherwise. And the agents of a call,
-- found from the call: lists of calls of a group's people go along the calls.
ALTER TABLE agent ADD COLUMN reach TEXT NOT NULL DEFAULT 'all';
CREATE INDEX call_part_call ON call_part(call_id, agent_id);

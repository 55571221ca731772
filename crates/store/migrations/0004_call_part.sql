-- Who took part in a call: each agent whom it was connected to, so that his calls are found however often they were handed on.
CREATE TABLE call_part (
  agent_id BIGINT NOT NULL, call_id BIGINT NOT NULL, PRIMARY KEY (agent_id, call_id)) {{WITHOUT_ROWID}};
INSERT INTO call_part (agent_id, call_id)
  SELECT agent_id, id FROM call_record WHERE agent_id IS NOT NULL
  UNION SELECT first_agent_id, id FROM call_record WHERE first_agent_id IS NOT NULL;

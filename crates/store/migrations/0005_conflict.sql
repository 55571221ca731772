-- Callers and agents who must not meet (R66). `number_key` is the key of the numbering plan, as in customer_phone.
CREATE TABLE conflict (
  id {{PK}}, number_key TEXT NOT NULL, agent_id BIGINT NOT NULL REFERENCES agent(id), reason TEXT NOT NULL, owner TEXT NOT NULL,
  since BIGINT NOT NULL, until BIGINT, UNIQUE (number_key, agent_id));

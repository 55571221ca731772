-- Notes of people about a customer (F10).
CREATE TABLE customer_note (
  id {{PK}}, customer_id BIGINT NOT NULL REFERENCES customer(id), at BIGINT NOT NULL, agent_id BIGINT NOT NULL, body TEXT NOT NULL);
CREATE INDEX customer_note_customer ON customer_note(customer_id, at, id);

-- Callers whose calls are turned away (A7). `number_key` is the key of the numbering plan, as in customer_phone; `hits` and
-- `last_hit_at` are counted from facts, each once. `changed_at` tells the server that there is something to read.
CREATE TABLE barred_caller (
  id {{PK}}, number_key TEXT NOT NULL UNIQUE, bar TEXT NOT NULL, reason TEXT NOT NULL, owner TEXT NOT NULL, note TEXT,
  since BIGINT NOT NULL, until BIGINT, hits BIGINT NOT NULL, last_hit_at BIGINT, changed_at BIGINT NOT NULL);

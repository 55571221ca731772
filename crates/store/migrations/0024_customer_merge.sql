-- Two customers who are one (F9): `moved` is what it takes to part them again.
CREATE TABLE customer_merge (
  id {{PK}}, merged_id BIGINT NOT NULL REFERENCES customer(id), into_id BIGINT NOT NULL REFERENCES customer(id),
  at BIGINT NOT NULL, moved TEXT NOT NULL, undone_at BIGINT);
CREATE INDEX customer_merge_merged ON customer_merge(merged_id, id);

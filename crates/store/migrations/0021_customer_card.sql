-- What is known of a customer (F1, F2). `ext`: digits dialled behind the number; `tail`: the digits of the number from the last one
-- on, so that what a number ends in is the beginning of a text. `customer_index` is filled in by the program when it opens the file.
ALTER TABLE customer ADD COLUMN kind TEXT NOT NULL DEFAULT 'person';
ALTER TABLE customer ADD COLUMN organisation_id BIGINT;
ALTER TABLE customer ADD COLUMN locale TEXT;
ALTER TABLE customer ADD COLUMN region TEXT;
ALTER TABLE customer ADD COLUMN external_ref TEXT;
ALTER TABLE customer ADD COLUMN note TEXT;
ALTER TABLE customer ADD COLUMN is_active BIGINT NOT NULL DEFAULT 1;
ALTER TABLE customer ADD COLUMN merged_into_id BIGINT;
CREATE UNIQUE INDEX customer_external_ref ON customer(external_ref) WHERE external_ref IS NOT NULL;
CREATE INDEX customer_merged_into ON customer(merged_into_id) WHERE merged_into_id IS NOT NULL;
CREATE INDEX customer_organisation ON customer(organisation_id) WHERE organisation_id IS NOT NULL;
CREATE TABLE customer_number (
  number_key TEXT NOT NULL, ext TEXT NOT NULL, customer_id BIGINT NOT NULL REFERENCES customer(id), raw TEXT NOT NULL, tail TEXT NOT NULL,
  confidence TEXT NOT NULL, is_shared BIGINT NOT NULL DEFAULT 0, created_at BIGINT NOT NULL,
  PRIMARY KEY (number_key, ext, customer_id)) {{WITHOUT_ROWID}};
INSERT INTO customer_number (number_key, ext, customer_id, raw, tail, confidence, is_shared, created_at)
  SELECT number_key, '', customer_id, raw, '', confidence, is_shared, created_at FROM customer_phone;
DROP TABLE customer_phone;
CREATE INDEX customer_number_customer ON customer_number(customer_id);
CREATE INDEX customer_number_tail ON customer_number(tail, customer_id);
CREATE TABLE customer_contact (
  customer_id BIGINT NOT NULL REFERENCES customer(id), kind TEXT NOT NULL, value TEXT NOT NULL,
  PRIMARY KEY (customer_id, kind, value)) {{WITHOUT_ROWID}};
-- What a name is found by: its characters by one and by two, its words, its reading and the initials of it.
CREATE TABLE customer_term (
  term TEXT NOT NULL, customer_id BIGINT NOT NULL REFERENCES customer(id), PRIMARY KEY (term, customer_id)) {{WITHOUT_ROWID}};
CREATE INDEX customer_term_customer ON customer_term(customer_id);
CREATE INDEX call_customer ON call_record(customer_id, id) WHERE customer_id IS NOT NULL;

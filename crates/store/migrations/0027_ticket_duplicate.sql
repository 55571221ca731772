-- What tickets are about in normal form, by the conditions of their types (D1): a digest of each key, for a key may be long.
CREATE TABLE ticket_key (
  dup_key TEXT NOT NULL, ticket_id BIGINT NOT NULL REFERENCES ticket(id), filed_at BIGINT NOT NULL, PRIMARY KEY (dup_key, ticket_id)) {{WITHOUT_ROWID}};
CREATE INDEX ticket_key_ticket ON ticket_key(ticket_id);
-- By which conditions keys were made, and from which ticket on downwards they are to be made anew; 0: all are.
CREATE TABLE ticket_sameness (id BIGINT PRIMARY KEY NOT NULL, conditions TEXT NOT NULL, next_id BIGINT NOT NULL) {{WITHOUT_ROWID}};
-- What two tickets are to each other (D6, D7), from either side.
CREATE TABLE ticket_relation (
  ticket_id BIGINT NOT NULL REFERENCES ticket(id), other_id BIGINT NOT NULL REFERENCES ticket(id), relation TEXT NOT NULL, at BIGINT NOT NULL,
  PRIMARY KEY (ticket_id, other_id, relation)) {{WITHOUT_ROWID}};
-- When a ticket is looked at again whose duplicates nobody could look for in time (D5).
ALTER TABLE ticket ADD COLUMN dup_unchecked BIGINT;
CREATE INDEX ticket_unchecked ON ticket(dup_unchecked) WHERE dup_unchecked IS NOT NULL;
CREATE INDEX ticket_category ON ticket(category, id) WHERE category IS NOT NULL;

-- Where an agent is rung outside the house (C14): his number, and whether he wants to be rung there though he has a phone here.
ALTER TABLE agent ADD COLUMN outside_number TEXT;
ALTER TABLE agent ADD COLUMN is_outside BIGINT NOT NULL DEFAULT 0;

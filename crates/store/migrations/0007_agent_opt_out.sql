-- The queues of his profile that an agent does not serve for now (C1): a JSON array of names.
ALTER TABLE agent ADD COLUMN opted_out TEXT NOT NULL DEFAULT '[]';

-- What kind of matter a ticket is, and what was found out about it: an object of typed values by name.
ALTER TABLE ticket ADD COLUMN ticket_type TEXT;
ALTER TABLE ticket ADD COLUMN category TEXT;
ALTER TABLE ticket ADD COLUMN fields TEXT NOT NULL DEFAULT '{}';

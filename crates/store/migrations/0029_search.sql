-- What has words that people look for (J7): the id is that of the thing. The words stand in a table that each database has in its own way.
CREATE TABLE search_document (id {{PK}}, kind TEXT NOT NULL);
{{WORDS}}

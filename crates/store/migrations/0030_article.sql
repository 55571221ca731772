-- The knowledge base (E7, E8). `live` is the version that readers see, `newest` the one that is worked on or was last.
CREATE TABLE article (
  id {{PK}}, writer_id BIGINT NOT NULL, source_ticket_id BIGINT, newest BIGINT NOT NULL, live BIGINT, created_at BIGINT NOT NULL,
  updated_at BIGINT NOT NULL, version BIGINT NOT NULL);
CREATE TABLE article_version (
  article_id BIGINT NOT NULL REFERENCES article(id), number BIGINT NOT NULL, status TEXT NOT NULL, visibility TEXT NOT NULL, category TEXT,
  clip BIGINT, reviewer_id BIGINT, note TEXT, at BIGINT NOT NULL, PRIMARY KEY (article_id, number)) {{WITHOUT_ROWID}};
CREATE INDEX article_version_status ON article_version(status, article_id);
CREATE TABLE article_text (
  article_id BIGINT NOT NULL REFERENCES article(id), number BIGINT NOT NULL, language TEXT NOT NULL, title TEXT NOT NULL, body TEXT NOT NULL,
  PRIMARY KEY (article_id, number, language)) {{WITHOUT_ROWID}};
-- Who wrote on a version: none of them reviews it.
CREATE TABLE article_writer (
  article_id BIGINT NOT NULL REFERENCES article(id), number BIGINT NOT NULL, agent_id BIGINT NOT NULL,
  PRIMARY KEY (article_id, number, agent_id)) {{WITHOUT_ROWID}};
-- What titles of the newest and the live version are found by.
CREATE TABLE article_term (
  term TEXT NOT NULL, article_id BIGINT NOT NULL REFERENCES article(id), number BIGINT NOT NULL,
  PRIMARY KEY (term, article_id, number)) {{WITHOUT_ROWID}};
CREATE INDEX article_term_article ON article_term(article_id);
-- Whether it was of use to somebody; each has one word about it.
CREATE TABLE article_vote (
  article_id BIGINT NOT NULL REFERENCES article(id), agent_id BIGINT NOT NULL, useful BIGINT NOT NULL, at BIGINT NOT NULL,
  PRIMARY KEY (article_id, agent_id)) {{WITHOUT_ROWID}};
-- Which tickets it solved.
CREATE TABLE article_use (
  ticket_id BIGINT NOT NULL REFERENCES ticket(id), article_id BIGINT NOT NULL REFERENCES article(id), agent_id BIGINT NOT NULL, at BIGINT NOT NULL,
  PRIMARY KEY (ticket_id, article_id)) {{WITHOUT_ROWID}};
CREATE INDEX article_use_article ON article_use(article_id, ticket_id);

-- How canaries of scripts stand (M6): their facts, a row each, in place of one row that each bad call wrote anew.
DROP TABLE script_canary;
CREATE TABLE canary_fact (seq BIGINT PRIMARY KEY NOT NULL, kind TEXT NOT NULL, fact TEXT NOT NULL) {{WITHOUT_ROWID}};

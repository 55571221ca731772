-- How the last canary of scripts stands (M6): a projection of facts, so that a start knows of it. One row; `trial` is JSON.
CREATE TABLE script_canary (id BIGINT PRIMARY KEY NOT NULL, trial TEXT NOT NULL) {{WITHOUT_ROWID}};

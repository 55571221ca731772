-- How canaries of scripts stand (M6): their facts, a row each, in place of one row that each bad call wrote anew.
CREATE TABLE canary_fact (seq BIGINT PRIMARY KEY NOT NULL, kind TEXT NOT NULL, fact TEXT NOT NULL) {{WITHOUT_ROWID}};
-- What was taken back stays refused; its end comes before all facts that follow.
INSERT INTO canary_fact (seq, kind, fact)
  SELECT 0, 'canary.ended', '{"type":"canary.ended","data":' || (CAST(trial AS {{JSON}}) ->> 'ended') || '}'
  FROM script_canary WHERE CAST(trial AS {{JSON}}) ->> 'ended' IS NOT NULL;
DROP TABLE script_canary;

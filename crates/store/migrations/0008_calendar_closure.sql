-- Calendars that are closed out of turn (E9): a projection of facts, so that a start knows of them. `closure` is the fact's.
CREATE TABLE calendar_closure (calendar TEXT PRIMARY KEY, closure TEXT NOT NULL) {{WITHOUT_ROWID}};

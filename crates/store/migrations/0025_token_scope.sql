-- What a bearer token may do of what its agent may (J1): words of scopes with a space between them, `*` for all of it; and when it was last used.
ALTER TABLE api_token ADD COLUMN scopes TEXT NOT NULL DEFAULT '*';
ALTER TABLE api_token ADD COLUMN last_used_at BIGINT;

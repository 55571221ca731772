-- Since when somebody is away: it may be said beforehand (C6). Who was away already has been.
ALTER TABLE agent_absence ADD COLUMN starts_at BIGINT NOT NULL DEFAULT 0;

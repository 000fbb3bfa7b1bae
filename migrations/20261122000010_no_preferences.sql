-- migrate:up
-- No fact ever wrote them.
ALTER TABLE account DROP COLUMN preferences;

-- migrate:down
ALTER TABLE account ADD COLUMN preferences jsonb NOT NULL DEFAULT '{}';

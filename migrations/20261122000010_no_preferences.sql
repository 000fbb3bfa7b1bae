-- migrate:up
-- No fact wrote this column.
ALTER TABLE account DROP COLUMN preferences;

-- migrate:down
ALTER TABLE account ADD COLUMN preferences jsonb NOT NULL DEFAULT '{}';

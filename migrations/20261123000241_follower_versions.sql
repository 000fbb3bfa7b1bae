-- migrate:up
-- The version of a projection whose rows are in its tables (ADR 75). A program of another version leaves them alone.
ALTER TABLE consumer ADD COLUMN version integer NOT NULL DEFAULT 1;

-- The position up to which the tables of a projection's next version hold the log, while they are made.
ALTER TABLE replay_run ADD COLUMN position bigint;

-- migrate:down
ALTER TABLE replay_run DROP COLUMN position;
ALTER TABLE consumer DROP COLUMN version;

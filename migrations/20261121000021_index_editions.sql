-- migrate:up
-- The edition of the index that made a row, and its season (ADR 0023); 0: an unknown edition. A worker makes rows that
-- are behind again, and ``indexed_to`` says how far all of them are.
ALTER TABLE resource ADD COLUMN indexed integer NOT NULL DEFAULT 0;
ALTER TABLE shard ADD COLUMN indexed_to integer NOT NULL DEFAULT 0;

-- migrate:down
ALTER TABLE resource DROP COLUMN indexed;
ALTER TABLE shard DROP COLUMN indexed_to;

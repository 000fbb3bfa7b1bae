-- migrate:up
-- The edition and season with which a row was indexed (ADR 0023); 0: unknown. A worker indexes older rows again, and
-- ``indexed_to`` is the edition and season that all rows have reached.
ALTER TABLE resource ADD COLUMN indexed integer NOT NULL DEFAULT 0;
ALTER TABLE shard ADD COLUMN indexed_to integer NOT NULL DEFAULT 0;

-- migrate:down
ALTER TABLE resource DROP COLUMN indexed;
ALTER TABLE shard DROP COLUMN indexed_to;

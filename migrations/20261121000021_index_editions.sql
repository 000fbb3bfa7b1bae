-- migrate:up
-- By which edition of the index a row was indexed, and for which season (ADR 0023); 0: by none that is known. Rows that
-- are behind are made anew by a worker, and ``indexed_to`` says how far all of them are.
ALTER TABLE resource ADD COLUMN indexed integer NOT NULL DEFAULT 0;
ALTER TABLE shard ADD COLUMN indexed_to integer NOT NULL DEFAULT 0;

-- migrate:down
ALTER TABLE resource DROP COLUMN indexed;
ALTER TABLE shard DROP COLUMN indexed_to;

-- migrate:up
-- The incarnation of the data, which is part of every sync token. A database restored from a backup counts its changes
-- again from an earlier number, so it must refuse the tokens given out before (ADR 0006). ``witness``: the values that
-- differ between a copy and its original.
ALTER TABLE shard ADD COLUMN incarnation uuid NOT NULL DEFAULT gen_random_uuid(), ADD COLUMN witness text;

-- migrate:down
ALTER TABLE shard DROP COLUMN incarnation, DROP COLUMN witness;

-- migrate:up
-- A random number for this life of the data. Sync tokens name it: a database put back from a backup counts its changes
-- again from there, and a token from before must be refused (ADR 0006). ``witness`` tells a copy from its original.
ALTER TABLE shard ADD COLUMN incarnation uuid NOT NULL DEFAULT gen_random_uuid(), ADD COLUMN witness text;

-- migrate:down
ALTER TABLE shard DROP COLUMN incarnation, DROP COLUMN witness;

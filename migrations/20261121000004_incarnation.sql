-- migrate:up
-- Which life of the data this is. Sync tokens name it: a database put back from a backup counts its changes anew, and a
-- token from before must not be taken for one of now (ADR 0006). ``witness``: by what a copy is told from its original.
ALTER TABLE shard ADD COLUMN incarnation uuid NOT NULL DEFAULT gen_random_uuid(), ADD COLUMN witness text;

-- migrate:down
ALTER TABLE shard DROP COLUMN incarnation, DROP COLUMN witness;

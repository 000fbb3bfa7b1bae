-- migrate:up
-- The request that is at work with the key, and until when it may be: another one with the key waits for its answer.
ALTER TABLE idempotency_key ADD COLUMN holder uuid, ADD COLUMN busy_until timestamptz;

-- migrate:down
ALTER TABLE idempotency_key DROP COLUMN holder, DROP COLUMN busy_until;

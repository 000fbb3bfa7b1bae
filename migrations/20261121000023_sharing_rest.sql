-- migrate:up
-- The messages of an inbox, whose UID is their stream's id (ADR 0014), by age. Each delivery asks which are too
-- many, and an inbox whose messages are removed as they come has far more tombstones than messages.
CREATE INDEX resource_message ON resource (calendar_id, seq) WHERE NOT deleted AND uid = stream_id::text;

-- migrate:down
DROP INDEX resource_message;

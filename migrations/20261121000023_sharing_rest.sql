-- migrate:up
-- The messages of an inbox, whose UID is their stream's id (ADR 0014), by age. With each delivery is asked which are too
-- many, and where messages are taken away as they come there are far more tombstones than messages.
CREATE INDEX resource_message ON resource (calendar_id, seq) WHERE NOT deleted AND uid = stream_id::text;

-- migrate:down
DROP INDEX resource_message;

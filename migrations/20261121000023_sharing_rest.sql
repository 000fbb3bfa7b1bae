-- migrate:up
-- The messages of an inbox, whose UID is their stream's id (ADR 0014), by age. Each delivery asks which messages exceed
-- the limit. Tombstones are left out, because a client that deletes every message leaves many.
CREATE INDEX resource_message ON resource (calendar_id, seq) WHERE NOT deleted AND uid = stream_id::text;

-- migrate:down
DROP INDEX resource_message;

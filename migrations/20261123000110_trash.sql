-- migrate:up
-- The deletions of an account, the newest of which are its trash. The rows of the index of resources cannot say: a new
-- event of the same name takes the place of a tombstone.
CREATE INDEX event_deleted ON event (tenant_id, recorded_at) WHERE topic LIKE 'event-deleted/%';

-- migrate:down
DROP INDEX event_deleted;

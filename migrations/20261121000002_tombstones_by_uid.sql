-- migrate:up
-- Finds the stream of a deleted UID, for an iTIP message about it. Only tombstones, so that queries for live resources
-- keep their own indexes.
CREATE INDEX resource_buried_uid ON resource (uid, tenant_id) WHERE deleted;

-- migrate:down
DROP INDEX resource_buried_uid;

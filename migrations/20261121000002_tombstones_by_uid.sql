-- migrate:up
-- Finds the stream of a deleted UID when an iTIP message about it comes: the stream knows the earlier messages.
-- Tombstones only, so that queries of live resources keep their own indexes.
CREATE INDEX resource_buried_uid ON resource (uid, tenant_id) WHERE deleted;

-- migrate:down
DROP INDEX resource_buried_uid;

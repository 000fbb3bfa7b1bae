-- migrate:up
-- A letter about a UID that was deleted: which stream remembers the letters before it? Tombstones only, so that the
-- look-ups of live resources keep their own indexes.
CREATE INDEX resource_buried_uid ON resource (uid, tenant_id) WHERE deleted;

-- migrate:down
DROP INDEX resource_buried_uid;

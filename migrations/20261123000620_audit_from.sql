-- migrate:up

-- The audit begins here: older rows were deleted at the end of their time, and a replay does not miss them.
ALTER TABLE shard ADD COLUMN audit_from timestamptz;

-- migrate:down
ALTER TABLE shard DROP COLUMN audit_from;

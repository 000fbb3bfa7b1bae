-- migrate:up
-- A silence belongs to the person who asked for it, as do the subscriptions that it names.
ALTER TABLE push_silence DROP CONSTRAINT push_silence_pkey, ADD PRIMARY KEY (tenant_id, command_id);

-- migrate:down
-- With a key of the command alone no command may have two: the older one goes.
DELETE FROM push_silence AS older USING push_silence AS newer
WHERE older.command_id = newer.command_id
    AND (older.noted_at, older.tenant_id) < (newer.noted_at, newer.tenant_id);
ALTER TABLE push_silence DROP CONSTRAINT push_silence_pkey, ADD PRIMARY KEY (command_id);

-- migrate:up
-- A silence belongs to the person who asked for it, like that person's subscriptions.
ALTER TABLE push_silence DROP CONSTRAINT push_silence_pkey, ADD PRIMARY KEY (tenant_id, command_id);

-- migrate:down
-- With the command alone as key, a command may have only one silence: the older one is deleted.
DELETE FROM push_silence AS older USING push_silence AS newer
WHERE older.command_id = newer.command_id
    AND (older.noted_at, older.tenant_id) < (newer.noted_at, newer.tenant_id);
ALTER TABLE push_silence DROP CONSTRAINT push_silence_pkey, ADD PRIMARY KEY (command_id);

-- migrate:up
-- Tells which device's hash a password is checked against: one hash for each sign-in, whatever the number of devices.
-- NULL in rows from before, until their password is used.
ALTER TABLE device ADD COLUMN selector text;

-- migrate:down
ALTER TABLE device DROP COLUMN selector;

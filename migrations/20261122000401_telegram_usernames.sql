-- migrate:up
-- The Telegram usernames of people, in lower case, as their last messages had them. Telegram has no way to ask for one.
CREATE TABLE telegram_username (
    tenant_id uuid NOT NULL PRIMARY KEY,
    username  text NOT NULL
);
CREATE UNIQUE INDEX telegram_username_name ON telegram_username (username);

-- migrate:down
DROP TABLE telegram_username;

-- migrate:up
-- The process that polls Telegram for a bot. Two that poll get errors from Telegram, and each of them half of the updates.
CREATE TABLE bot_lease (
    bot_id      bigint      NOT NULL PRIMARY KEY,
    holder      uuid        NOT NULL,
    host        text        NOT NULL,
    process     integer     NOT NULL,
    lease_until timestamptz NOT NULL
);
-- People to whom Telegram takes no messages: they have blocked the bot, or deleted their account there.
CREATE TABLE unreachable_chat (
    tenant_id uuid        NOT NULL PRIMARY KEY,
    reason    text        NOT NULL,
    since     timestamptz NOT NULL
);

-- migrate:down
DROP TABLE unreachable_chat;
DROP TABLE bot_lease;

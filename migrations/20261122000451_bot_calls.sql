-- migrate:up
-- How often Telegram did not carry out a call of the bot at once, by day (UTC) and reason.
CREATE TABLE bot_trouble (
    bot_id  bigint      NOT NULL,
    day     date        NOT NULL,
    reason  text        NOT NULL,
    calls   bigint      NOT NULL,
    last_at timestamptz NOT NULL,
    PRIMARY KEY (bot_id, day, reason)
);

-- migrate:down
DROP TABLE bot_trouble;

-- migrate:up
-- Updates of Telegram that were taken in and are not handled yet: a process that is killed leaves them to the next one.
-- content: the update as Telegram sent it, as JSON. A text, because jsonb refuses \u0000, which anybody can write.
-- attempts: how often a process has begun with it.
CREATE TABLE bot_update (
    bot_id    bigint      NOT NULL,
    update_id bigint      NOT NULL,
    content   text        NOT NULL,
    attempts  integer     NOT NULL DEFAULT 1,
    kept_at   timestamptz NOT NULL,
    PRIMARY KEY (bot_id, update_id)
);

-- migrate:down
DROP TABLE bot_update;

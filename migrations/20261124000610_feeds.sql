-- migrate:up

-- Secret addresses at which anybody reads a calendar (application.feeds.given). secret: a hash.
CREATE TABLE feed (
    tenant_id   uuid        NOT NULL,
    feed_id     uuid        NOT NULL,
    calendar_id uuid        NOT NULL,
    content     text        NOT NULL,
    description text        NOT NULL,
    secret      bytea       NOT NULL,
    created_at  timestamptz NOT NULL,
    read_at     timestamptz,
    PRIMARY KEY (tenant_id, feed_id)
);
CREATE UNIQUE INDEX feed_secret ON feed (secret);

-- migrate:down
DROP TABLE feed;

-- migrate:up

-- Calendars that people subscribe to at a URL (application.feeds.taken). keeper: the account of the calendar.
CREATE TABLE subscription (
    tenant_id  uuid        NOT NULL,
    keeper     uuid        NOT NULL,
    url        text        NOT NULL,
    title      text        NOT NULL,
    titled     boolean     NOT NULL,
    created_at timestamptz NOT NULL,
    next_at    timestamptz NOT NULL,
    etag       text        NOT NULL DEFAULT '',
    modified   text        NOT NULL DEFAULT '',
    polled_at  timestamptz,
    taken_at   timestamptz,
    failures   integer     NOT NULL DEFAULT 0,
    error      text        NOT NULL DEFAULT '',
    events     integer     NOT NULL DEFAULT 0,
    every      interval    NOT NULL DEFAULT interval '1 hour',
    lease_until timestamptz,
    PRIMARY KEY (tenant_id, keeper)
);
CREATE INDEX subscription_next_at ON subscription (next_at);

-- The accounts of such calendars, each until it is erased.
CREATE TABLE keeper (
    tenant_id  uuid NOT NULL PRIMARY KEY,
    subscriber uuid NOT NULL
);

-- migrate:down
DROP TABLE keeper, subscription;

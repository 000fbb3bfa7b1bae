-- migrate:up
-- WebDAV-Push. The server's own keys, made once and the same on every node. vapid_key is a scalar of P-256 that signs
-- messages (VAPID). topic_secret makes topics that cannot be guessed.
CREATE TABLE push_key (
    only_row     boolean PRIMARY KEY DEFAULT true CHECK (only_row),
    vapid_key    bytea NOT NULL,
    topic_secret bytea NOT NULL
);

-- The push subscriptions. They are no facts about a person but leases: apps renew them every few days, and they end
-- with the device password. A follower of the log counts the ``changes``; ``sent`` is the count at the last message.
CREATE TABLE push_subscription (
    tenant_id        uuid        NOT NULL,
    subscription_id  uuid        NOT NULL,
    device_id        uuid        NOT NULL,
    owner_id         uuid        NOT NULL,
    kind             text        NOT NULL CHECK (kind IN ('calendar', 'home', 'inbox', 'outbox')),
    collection_id    uuid        NOT NULL,
    push_resource    text        NOT NULL,
    public_key       bytea       NOT NULL,
    auth_secret      bytea       NOT NULL,
    content_depth    integer,
    property_depth   integer,
    generation       integer     NOT NULL DEFAULT 0,
    content_changes  bigint      NOT NULL DEFAULT 0,
    content_sent     bigint      NOT NULL DEFAULT 0,
    property_changes bigint      NOT NULL DEFAULT 0,
    property_sent    bigint      NOT NULL DEFAULT 0,
    created_at       timestamptz NOT NULL,
    expires_at       timestamptz NOT NULL,
    delivered_at     timestamptz,
    PRIMARY KEY (tenant_id, subscription_id),
    FOREIGN KEY (tenant_id, device_id) REFERENCES device ON DELETE CASCADE,
    CHECK (content_depth IS NOT NULL OR property_depth IS NOT NULL)
);
CREATE UNIQUE INDEX push_subscription_resource
    ON push_subscription (tenant_id, owner_id, kind, collection_id, push_resource);
CREATE INDEX push_subscription_collection ON push_subscription (owner_id, collection_id);
CREATE INDEX push_subscription_device ON push_subscription (tenant_id, device_id);

-- Push-Dont-Notify: the subscriptions (NULL: all of the person's) that get no message about a command.
CREATE TABLE push_silence (
    command_id    uuid PRIMARY KEY,
    tenant_id     uuid        NOT NULL,
    subscriptions uuid[],
    noted_at      timestamptz NOT NULL
);

-- migrate:down
DELETE FROM consumer WHERE name = 'push';
DROP TABLE push_silence, push_subscription, push_key;

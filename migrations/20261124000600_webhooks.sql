-- migrate:up

-- URLs that get events (application.webhooks.book). types: empty for all. secrets: sealed with the person's key.
-- failing_since: the first failure after the last success.
CREATE TABLE webhook (
    tenant_id     uuid        NOT NULL,
    webhook_id    uuid        NOT NULL,
    url           text        NOT NULL,
    description   text        NOT NULL,
    types         text[]      NOT NULL,
    secrets       bytea       NOT NULL,
    created_at    timestamptz NOT NULL,
    failing_since timestamptz,
    disabled_at   timestamptz,
    why           text        NOT NULL,
    PRIMARY KEY (tenant_id, webhook_id)
);

-- The log of deliveries. status, error and answer are of the last attempt.
CREATE TABLE webhook_delivery (
    tenant_id    uuid        NOT NULL,
    delivery_id  uuid        NOT NULL,
    webhook_id   uuid        NOT NULL,
    event_id     uuid        NOT NULL,
    type         text        NOT NULL,
    body         text        NOT NULL,
    created_at   timestamptz NOT NULL,
    state        text        NOT NULL DEFAULT 'pending',
    attempts     integer     NOT NULL DEFAULT 0,
    attempted_at timestamptz,
    status       integer,
    error        text        NOT NULL DEFAULT '',
    answer       text        NOT NULL DEFAULT '',
    PRIMARY KEY (tenant_id, delivery_id),
    FOREIGN KEY (tenant_id, webhook_id) REFERENCES webhook ON DELETE CASCADE
);
CREATE INDEX webhook_delivery_log ON webhook_delivery (tenant_id, webhook_id, created_at DESC, delivery_id DESC);
CREATE INDEX webhook_delivery_created_at ON webhook_delivery (created_at);

-- migrate:down
DROP TABLE webhook_delivery, webhook;

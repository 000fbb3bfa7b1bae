-- migrate:up
-- The answers to requests of the last day that had an Idempotency-Key (ADR 85). ``request``: the hash of method, path
-- and body. ``status`` 0: there is no answer yet.
CREATE TABLE idempotency_key (
    tenant_id uuid        NOT NULL,
    key       text        NOT NULL,
    request   bytea       NOT NULL,
    status    smallint    NOT NULL,
    headers   jsonb       NOT NULL,
    body      bytea       NOT NULL,
    made_at   timestamptz NOT NULL,
    PRIMARY KEY (tenant_id, key)
);
CREATE INDEX idempotency_key_made_at ON idempotency_key (made_at);

-- migrate:down
DROP TABLE idempotency_key;

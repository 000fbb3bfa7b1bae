-- migrate:up
-- directory (inline): the API keys of the REST door. ``hash`` is the SHA-256 of the secret part of the key.
CREATE TABLE api_key (
    tenant_id    uuid        NOT NULL,
    key_id       uuid        NOT NULL,
    name         text        NOT NULL,
    hash         text        NOT NULL,
    scopes       text[]      NOT NULL,
    expires_at   timestamptz,
    created_at   timestamptz NOT NULL,
    last_used_at timestamptz,
    PRIMARY KEY (tenant_id, key_id)
);

-- migrate:down
DROP TABLE api_key;

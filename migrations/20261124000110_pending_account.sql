-- migrate:up
-- Accounts that somebody registered at the REST door, until a code proves their address. ``tenant_id`` is the id that
-- the account will have.
CREATE TABLE pending_account (
    tenant_id     uuid        PRIMARY KEY,
    address       text        NOT NULL,
    password_hash text        NOT NULL,
    name          text        NOT NULL,
    timezone      text        NOT NULL,
    locale        text        NOT NULL,
    code_hash     text,
    code_until    timestamptz,
    wrong         integer     NOT NULL,
    expires_at    timestamptz NOT NULL
);
CREATE INDEX pending_account_expires_at ON pending_account (expires_at);

-- migrate:down
DROP TABLE pending_account;

-- migrate:up
-- Managed attachments (RFC 8607, ADR 0018). Names and bytes are sealed with the key of the account that owns them.
CREATE TABLE attachment (
    tenant_id     uuid        NOT NULL,
    attachment_id uuid        NOT NULL,
    described     bytea       NOT NULL,
    size          bigint,
    chunks        integer,
    created_at    timestamptz NOT NULL,
    looked_at     timestamptz NOT NULL,
    unused_since  timestamptz,
    PRIMARY KEY (tenant_id, attachment_id)
);
CREATE INDEX attachment_looked_at ON attachment (looked_at);
CREATE TABLE attachment_chunk (
    tenant_id     uuid    NOT NULL,
    attachment_id uuid    NOT NULL,
    ordinal       integer NOT NULL,
    sealed        bytea   NOT NULL,
    PRIMARY KEY (tenant_id, attachment_id, ordinal),
    FOREIGN KEY (tenant_id, attachment_id) REFERENCES attachment ON DELETE CASCADE
);
ALTER TABLE attachment_chunk ALTER COLUMN sealed SET STORAGE EXTERNAL;
-- The objects, by UID, that use or used an attachment.
CREATE TABLE attachment_use (
    tenant_id     uuid NOT NULL,
    attachment_id uuid NOT NULL,
    uid           text NOT NULL,
    PRIMARY KEY (tenant_id, attachment_id, uid),
    FOREIGN KEY (tenant_id, attachment_id) REFERENCES attachment ON DELETE CASCADE
);

-- migrate:down
DROP TABLE attachment_use, attachment_chunk, attachment;

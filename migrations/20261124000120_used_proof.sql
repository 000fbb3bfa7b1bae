-- migrate:up
-- The proofs of Telegram with which a session began, as SHA-256, until they expire: each begins one session only.
CREATE TABLE used_proof (
    tenant_id  uuid        NOT NULL,
    digest     bytea       NOT NULL,
    expires_at timestamptz NOT NULL,
    PRIMARY KEY (tenant_id, digest)
);
CREATE INDEX used_proof_expires_at ON used_proof (expires_at);

-- migrate:down
DROP TABLE used_proof;

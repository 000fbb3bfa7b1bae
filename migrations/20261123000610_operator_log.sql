-- migrate:up

-- The commands by which operators looked at what belongs to people. tenant_id: whose; only zeros: everybody's.
CREATE TABLE operator_log (
    tenant_id uuid        NOT NULL,
    entry_id  uuid        NOT NULL,
    at        timestamptz NOT NULL,
    os_user   text        NOT NULL,
    host      text        NOT NULL,
    command   text        NOT NULL,
    PRIMARY KEY (tenant_id, entry_id)
);
CREATE INDEX operator_log_at ON operator_log (at, entry_id);

-- migrate:down
DROP TABLE operator_log;

-- migrate:up
-- The last archive of everything that each person asked for at the REST door. No archive is stored: it is written while
-- it is sent. ``begun_at`` without ``finished_at``: it is being sent, or was torn.
CREATE TABLE archive_request (
    tenant_id   uuid        PRIMARY KEY,
    asked_at    timestamptz NOT NULL,
    begun_at    timestamptz,
    finished_at timestamptz,
    size        bigint
);
CREATE INDEX archive_request_asked_at ON archive_request (asked_at);

-- migrate:down
DROP TABLE archive_request;

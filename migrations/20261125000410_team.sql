-- migrate:up

-- The accounts that own team calendars (ADR 96): each has one calendar, no address, and nobody signs in to it.
CREATE TABLE team (
    tenant_id uuid        NOT NULL PRIMARY KEY,
    made_at   timestamptz NOT NULL
);

-- migrate:down
DROP TABLE team;

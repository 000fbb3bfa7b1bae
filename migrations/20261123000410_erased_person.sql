-- migrate:up
-- The people whose name and addresses are still to be taken out of the copies of others (ADR 78). ``hashes``: SHA-256 of
-- the salt and an address. A row goes after the second pass over all copies, which comes a day after the first one.
CREATE TABLE erased_person (
    tenant_id      uuid        PRIMARY KEY,
    salt           bytea       NOT NULL,
    hashes         bytea[]     NOT NULL,
    pass           integer     NOT NULL DEFAULT 1,
    began_at       timestamptz,
    due_at         timestamptz NOT NULL DEFAULT 'epoch',
    after_tenant   uuid        NOT NULL DEFAULT '00000000-0000-0000-0000-000000000000',
    after_calendar uuid        NOT NULL DEFAULT '00000000-0000-0000-0000-000000000000',
    after_href     text        NOT NULL DEFAULT ''
);

-- migrate:down
DROP TABLE erased_person;

-- migrate:up
-- A mailbox that is read by IMAP: the process that reads it, and the last UID that it has taken.
CREATE TABLE mailbox (
    name        text        NOT NULL PRIMARY KEY,
    holder      uuid,
    host        text,
    process     integer,
    lease_until timestamptz,
    uidvalidity bigint,
    last_uid    bigint
);

-- migrate:down
DROP TABLE mailbox;

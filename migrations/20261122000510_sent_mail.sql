-- migrate:up

-- A guest elsewhere was last sent this version of the organizer's copy. The next mail tells of everything after it.
-- plan_id to parts: the mails that are being sent now, up to plan_version. An interrupted attempt is finished with the
-- same mails under the same Message-IDs.
CREATE TABLE sent_mail (
    tenant_id    uuid        NOT NULL,
    stream_id    uuid        NOT NULL,
    recipient    text        NOT NULL,
    version      integer     NOT NULL,
    plan_id      uuid,
    plan_version integer,
    asks         boolean     NOT NULL DEFAULT false,
    parts        integer     NOT NULL DEFAULT 0,
    held_by      uuid,
    held_until   timestamptz,
    PRIMARY KEY (tenant_id, stream_id, recipient)
);

-- The changes that wait to be mailed to one guest.
CREATE INDEX outbox_changes ON outbox (tenant_id, (payload ->> 'stream_id'), (payload ->> 'recipient'))
    WHERE kind = 'calendar_change/1' AND state IN ('pending', 'processing');

-- migrate:down
DROP INDEX outbox_changes;
DROP TABLE sent_mail;

-- migrate:up

-- The mails that came about an event, and what each did or why it did nothing, for the person who asks
-- (application.event_mails). sender: as it was proven when the mail came.
CREATE TABLE event_mail (
    tenant_id uuid        NOT NULL,
    stream_id uuid        NOT NULL,
    mail_key  text        NOT NULL,
    method    text        NOT NULL,
    state     text        NOT NULL,
    reason    text        NOT NULL,
    proof     text        NOT NULL,
    sender    jsonb       NOT NULL,
    at        timestamptz NOT NULL,
    PRIMARY KEY (tenant_id, stream_id, mail_key)
);
CREATE INDEX event_mail_by_mail ON event_mail (mail_key);

-- migrate:down
DROP TABLE event_mail;

-- migrate:up

-- The mails that wait for a person's decision (application.parked_mails). card_id: the card that asks about them; sender:
-- as it was proven when the mail came.
CREATE TABLE parked_mail (
    tenant_id uuid        NOT NULL,
    card_id   uuid        NOT NULL,
    mail_key  text        NOT NULL,
    stream_id uuid        NOT NULL,
    reason    text        NOT NULL,
    method    text        NOT NULL,
    calendar  bytea       NOT NULL,
    sender    jsonb       NOT NULL,
    at        timestamptz NOT NULL,
    state     text        NOT NULL DEFAULT 'waiting',
    PRIMARY KEY (tenant_id, card_id, mail_key)
);

CREATE INDEX parked_mail_stream ON parked_mail (tenant_id, stream_id);
CREATE INDEX parked_mail_at ON parked_mail (at);

-- migrate:down
DROP TABLE parked_mail;

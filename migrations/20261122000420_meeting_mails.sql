-- migrate:up

-- The link in a mail by which a person here answers one meeting, or one date of it ('' for the whole meeting).
-- form: the last form with a note that was taken, so that a form that comes twice gives one note.
CREATE TABLE answer_link (
    tenant_id     uuid        NOT NULL,
    stream_id     uuid        NOT NULL,
    recurrence_id text        NOT NULL DEFAULT '',
    token         text        NOT NULL,
    expires_at    timestamptz NOT NULL,
    form          text,
    PRIMARY KEY (tenant_id, stream_id, recurrence_id)
);

CREATE UNIQUE INDEX answer_link_token ON answer_link (token);
CREATE INDEX answer_link_expires ON answer_link (expires_at);

-- The Message-ID of the first mail to a person about an event. The later ones answer it, so that they are one thread.
CREATE TABLE mail_thread (
    tenant_id  uuid NOT NULL,
    stream_id  uuid NOT NULL,
    message_id text NOT NULL,
    PRIMARY KEY (tenant_id, stream_id)
);

-- migrate:down
DROP TABLE mail_thread;
DROP TABLE answer_link;

-- migrate:up

-- The Message-ID of the newest mail that invited an account to a meeting, or to one occurrence of it ('' is the
-- series). Answers refer to it.
CREATE TABLE invitation_mail (
    tenant_id     uuid        NOT NULL,
    uid           text        NOT NULL,
    recurrence_id text        NOT NULL,
    message_id    text        NOT NULL,
    received_at   timestamptz NOT NULL,
    PRIMARY KEY (tenant_id, uid, recurrence_id)
);

-- migrate:down
DROP TABLE invitation_mail;

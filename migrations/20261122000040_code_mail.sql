-- migrate:up
-- The code mails of the last day, so that no address and no person gets or asks for too many. The address is hashed.
CREATE TABLE code_mail (
    tenant_id    uuid        NOT NULL,
    command_id   uuid        NOT NULL,
    address_hash bytea       NOT NULL,
    sent_at      timestamptz NOT NULL,
    PRIMARY KEY (tenant_id, command_id)
);
CREATE INDEX code_mail_address ON code_mail (address_hash, sent_at);
CREATE INDEX code_mail_sent ON code_mail (sent_at);

-- migrate:down
DROP TABLE code_mail;

-- migrate:up
-- Attempts are counted before each of them, so that a mail that ends the process is not tried for ever.
ALTER TABLE inbound_mail
    ADD COLUMN attempts integer     NOT NULL DEFAULT 0,
    ADD COLUMN due_at   timestamptz NOT NULL DEFAULT now();
CREATE INDEX inbound_mail_due ON inbound_mail (due_at) WHERE state = 'received';

-- migrate:down
DROP INDEX inbound_mail_due;
ALTER TABLE inbound_mail DROP COLUMN attempts, DROP COLUMN due_at;

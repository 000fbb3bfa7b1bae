-- migrate:up
-- Mail to postmaster and abuse (RFC 5321 §4.5.1, RFC 2142) is kept for the operator.
ALTER TABLE inbound_mail ADD COLUMN for_operator boolean NOT NULL DEFAULT false;
CREATE INDEX inbound_mail_for_operator ON inbound_mail (received_at) WHERE for_operator;

-- migrate:down
ALTER TABLE inbound_mail DROP COLUMN for_operator;

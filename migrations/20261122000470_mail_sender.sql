-- migrate:up

-- The sender of a mail as it was proven when the mail came (application.sender_text). Keys in the DNS change, so it
-- cannot be found out again later.
ALTER TABLE inbound_mail ADD COLUMN sender jsonb;

-- migrate:down
ALTER TABLE inbound_mail DROP COLUMN sender;

-- migrate:up
-- Who has attached it, where that was a sharee (RFC 8607 §3.12.2); null: the account itself, before this was noted.
ALTER TABLE attachment ADD COLUMN creator_id uuid;
-- What nobody has had for long is gone, and was here (RFC 8607 §3.12.5).
ALTER TABLE attachment ADD COLUMN removed_at timestamptz;
-- Octets that an account's attachments take (RFC 4331, ADR 0024).
CREATE TABLE attachment_quota (
    tenant_id uuid   PRIMARY KEY,
    used      bigint NOT NULL
);
INSERT INTO attachment_quota (tenant_id, used)
SELECT tenant_id, sum(size) FROM attachment WHERE size IS NOT NULL GROUP BY tenant_id;

-- migrate:down
DROP TABLE attachment_quota;
DELETE FROM attachment WHERE removed_at IS NOT NULL;
ALTER TABLE attachment DROP COLUMN removed_at, DROP COLUMN creator_id;

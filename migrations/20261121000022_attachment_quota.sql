-- migrate:up
-- The account that made the attachment, the owner or a sharee (RFC 8607 §3.12.2); NULL: it is older than this column.
ALTER TABLE attachment ADD COLUMN creator_id uuid;
-- When an unused attachment was removed. Its id stays, and is answered with 410 (RFC 8607 §3.12.5).
ALTER TABLE attachment ADD COLUMN removed_at timestamptz;
-- Bytes that an account's attachments take (RFC 4331, ADR 0024).
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

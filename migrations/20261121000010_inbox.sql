-- migrate:up
-- The inbox is a collection like a calendar (RFC 6638 §2.2), with a reserved name. A new account gets its inbox with
-- its first fact; this makes those of existing accounts. The id is that of televent.domain.inbox_item.inbox_of.
INSERT INTO calendar (tenant_id, calendar_id, name, components)
SELECT tenant_id, md5(tenant_id::text || '/inbox')::uuid, 'inbox', '{VEVENT,VTODO}' FROM account
ON CONFLICT DO NOTHING;

-- migrate:down
DELETE FROM resource WHERE calendar_id = md5(tenant_id::text || '/inbox')::uuid;
DELETE FROM calendar WHERE calendar_id = md5(tenant_id::text || '/inbox')::uuid;

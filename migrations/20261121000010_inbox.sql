-- migrate:up
-- The inbox is a collection like a calendar (RFC 6638 §2.2), found by its reserved name. New accounts get theirs with
-- their first fact; this is for those that were there before. The id is that of televent.domain.inbox_item.inbox_of.
INSERT INTO calendar (tenant_id, calendar_id, name, components)
SELECT tenant_id, md5(tenant_id::text || '/inbox')::uuid, 'inbox', '{VEVENT,VTODO}' FROM account
ON CONFLICT DO NOTHING;

-- migrate:down
DELETE FROM resource WHERE calendar_id = md5(tenant_id::text || '/inbox')::uuid;
DELETE FROM calendar WHERE calendar_id = md5(tenant_id::text || '/inbox')::uuid;

-- migrate:up

-- The manager of a team calendar who decided about the mail (ADR 109); NULL for a person's own mail.
ALTER TABLE parked_mail ADD COLUMN settled_by uuid;

-- migrate:down
ALTER TABLE parked_mail DROP COLUMN settled_by;

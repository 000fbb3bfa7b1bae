-- migrate:up

-- Where commands came from: a row a day for each app of a person, with its address and its program. It is personal, so
-- no fact holds it. A fact names the row, in the account of its actor.
CREATE TABLE origin (
    tenant_id   uuid        NOT NULL,
    origin_id   uuid        NOT NULL,
    day         date        NOT NULL,
    door        text        NOT NULL,
    device_id   uuid        NOT NULL,
    device_name text        NOT NULL,
    ip          text        NOT NULL,
    user_agent  text        NOT NULL,
    first_at    timestamptz NOT NULL,
    PRIMARY KEY (tenant_id, origin_id)
);
CREATE UNIQUE INDEX origin_once ON origin (tenant_id, day, door, device_id, ip, user_agent);

ALTER TABLE event ADD COLUMN origin uuid;
ALTER TABLE audit ADD COLUMN origin uuid;

-- The acts of somebody in the accounts of others.
CREATE INDEX audit_elsewhere ON audit (actor, recorded_at) WHERE actor <> tenant_id::text;
-- The oldest rows, which are deleted at the end of their time.
CREATE INDEX audit_age ON audit USING brin (recorded_at);

-- migrate:down
DROP INDEX audit_age, audit_elsewhere;
ALTER TABLE audit DROP COLUMN origin;
ALTER TABLE event DROP COLUMN origin;
DROP TABLE origin;

-- migrate:up
-- The audit repeated eleven columns of each fact in a table of its own. It is a view of the log now (ADR 105).
DROP TABLE audit;
-- It reads two tables, so nothing can be written to it: a worker of an earlier program must never delete facts through it.
-- ``audit_from``: facts before it are no longer told (keeping.retention).
CREATE VIEW audit AS
    SELECT tenant_id, position, stream_id, version, topic, coalesce(actor, tenant_id::text) AS actor, door, command_id,
        correlation_id, recorded_at, origin
    FROM event JOIN shard ON recorded_at >= coalesce(audit_from, '-infinity');
DELETE FROM consumer WHERE name = 'audit';
DELETE FROM unreadable_fact WHERE consumer = 'audit';

-- NULL is the account itself, in both columns: nearly every fact is of its own account, by its own person.
ALTER TABLE event ALTER COLUMN actor DROP NOT NULL, ALTER COLUMN subject_id DROP NOT NULL;

-- migrate:down
UPDATE event SET actor = coalesce(actor, tenant_id::text), subject_id = coalesce(subject_id, tenant_id)
WHERE actor IS NULL OR subject_id IS NULL;
ALTER TABLE event ALTER COLUMN actor SET NOT NULL, ALTER COLUMN subject_id SET NOT NULL;
DROP VIEW audit;
CREATE TABLE audit (
    tenant_id      uuid        NOT NULL,
    position       bigint      NOT NULL,
    stream_id      uuid        NOT NULL,
    version        integer     NOT NULL,
    topic          text        NOT NULL,
    actor          text        NOT NULL,
    door           text        NOT NULL,
    command_id     uuid        NOT NULL,
    correlation_id text        NOT NULL,
    recorded_at    timestamptz NOT NULL,
    origin         uuid,
    PRIMARY KEY (tenant_id, stream_id, version)
);
CREATE INDEX audit_correlation ON audit (correlation_id);
CREATE INDEX audit_when ON audit (tenant_id, recorded_at);
CREATE INDEX audit_elsewhere ON audit (actor, recorded_at) WHERE actor <> tenant_id::text;
CREATE INDEX audit_age ON audit USING brin (recorded_at);

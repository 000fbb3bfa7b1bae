-- migrate:up transaction:false
-- What the audit is asked by, on the log: a request, and the acts of a person in the accounts of others. A hash index has a
-- third of the bytes.
DROP INDEX CONCURRENTLY IF EXISTS event_correlation;
CREATE INDEX CONCURRENTLY event_correlation ON event USING hash (correlation_id);
DROP INDEX CONCURRENTLY IF EXISTS event_elsewhere;
CREATE INDEX CONCURRENTLY event_elsewhere ON event ((coalesce(actor, tenant_id::text)), position)
    WHERE coalesce(actor, tenant_id::text) <> tenant_id::text;
DROP INDEX CONCURRENTLY IF EXISTS event_age;
CREATE INDEX CONCURRENTLY event_age ON event USING brin (recorded_at);

-- migrate:down transaction:false
DROP INDEX CONCURRENTLY IF EXISTS event_correlation;
DROP INDEX CONCURRENTLY IF EXISTS event_elsewhere;
DROP INDEX CONCURRENTLY IF EXISTS event_age;

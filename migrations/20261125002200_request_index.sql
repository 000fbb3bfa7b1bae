-- migrate:up transaction:false
-- A client chooses X-Request-ID. Equal values of a hash index are one chain of pages, and each new one walks it (ADR 105).
DROP INDEX CONCURRENTLY IF EXISTS event_request;
CREATE INDEX CONCURRENTLY event_request ON event (hashtextextended(correlation_id, 0));
DROP INDEX CONCURRENTLY IF EXISTS event_correlation;

-- migrate:down transaction:false
DROP INDEX CONCURRENTLY IF EXISTS event_correlation;
CREATE INDEX CONCURRENTLY event_correlation ON event USING hash (correlation_id);
DROP INDEX CONCURRENTLY IF EXISTS event_request;

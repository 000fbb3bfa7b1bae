-- migrate:up transaction:false
-- Indexes that repeated what another has, or ids that few rows need (ADR 105). After an interruption each is made again;
-- readers and writers go on meanwhile.

-- One index keeps a UID unique in its calendar and finds it in its account.
DROP INDEX CONCURRENTLY IF EXISTS resource_uid_wanted;
CREATE UNIQUE INDEX CONCURRENTLY resource_uid_wanted ON resource (tenant_id, uid, calendar_id) WHERE NOT deleted;
DROP INDEX CONCURRENTLY IF EXISTS resource_uid;
ALTER INDEX resource_uid_wanted RENAME TO resource_uid;
DROP INDEX CONCURRENTLY IF EXISTS resource_account_uid;

-- Few events end in the same second, so PostgreSQL sorts those by their stream.
DROP INDEX CONCURRENTLY IF EXISTS search_entry_time_wanted;
CREATE INDEX CONCURRENTLY search_entry_time_wanted ON search_entry (tenant_id, ends_at);
DROP INDEX CONCURRENTLY IF EXISTS search_entry_time;
ALTER INDEX search_entry_time_wanted RENAME TO search_entry_time;
DROP INDEX CONCURRENTLY IF EXISTS search_entry_series_wanted;
CREATE INDEX CONCURRENTLY search_entry_series_wanted ON search_entry (tenant_id, ends_at) WHERE recurs;
DROP INDEX CONCURRENTLY IF EXISTS search_entry_series;
ALTER INDEX search_entry_series_wanted RENAME TO search_entry_series;

-- migrate:down transaction:false
DROP INDEX CONCURRENTLY IF EXISTS resource_uid;
CREATE UNIQUE INDEX CONCURRENTLY resource_uid ON resource (tenant_id, calendar_id, uid) WHERE NOT deleted;
DROP INDEX CONCURRENTLY IF EXISTS resource_account_uid;
CREATE INDEX CONCURRENTLY resource_account_uid ON resource (uid, tenant_id) WHERE NOT deleted;
DROP INDEX CONCURRENTLY IF EXISTS search_entry_time;
CREATE INDEX CONCURRENTLY search_entry_time ON search_entry (tenant_id, ends_at, stream_id);
DROP INDEX CONCURRENTLY IF EXISTS search_entry_series;
CREATE INDEX CONCURRENTLY search_entry_series ON search_entry (tenant_id, ends_at, stream_id) WHERE recurs;

-- migrate:up
-- One worker at a time leads a consumer of the log and holds its lease. A consumer that fails stores its error.
ALTER TABLE consumer
    ADD COLUMN holder       uuid,
    ADD COLUMN lease_until  timestamptz,
    ADD COLUMN failed_since timestamptz,
    ADD COLUMN last_error   text;

-- migrate:down
ALTER TABLE consumer
    DROP COLUMN holder,
    DROP COLUMN lease_until,
    DROP COLUMN failed_since,
    DROP COLUMN last_error;

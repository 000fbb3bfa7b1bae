-- migrate:up
-- A consumer of the log is led by one worker at a time, which holds its lease. A consumer that cannot go on says why.
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

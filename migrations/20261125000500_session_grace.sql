-- migrate:up

-- The last rotation of a refresh token, which counts again for a moment (ADR 98). previous: a hash of the token before.
-- successor: the present one, sealed with the one before. rotated_by: a hash of the client, keyed with the one before.
ALTER TABLE session
    ADD COLUMN previous   bytea,
    ADD COLUMN successor  bytea,
    ADD COLUMN rotated_by bytea,
    ADD COLUMN rotated_at timestamptz;

-- migrate:down
ALTER TABLE session DROP COLUMN previous, DROP COLUMN successor, DROP COLUMN rotated_by, DROP COLUMN rotated_at;

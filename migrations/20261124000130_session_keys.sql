-- migrate:up
-- The keys that sign access tokens take turns, and are sealed where keys are kept apart from the database. The key of
-- before is dropped: access tokens live fifteen minutes, and a refresh token gets the next one.
DROP TABLE session_key;
CREATE TABLE session_key (
    key_id  uuid        PRIMARY KEY,
    secret  bytea       NOT NULL,
    sealed  boolean     NOT NULL,
    made_at timestamptz NOT NULL
);

-- migrate:down
DROP TABLE session_key;
CREATE TABLE session_key (
    only_row boolean PRIMARY KEY DEFAULT true CHECK (only_row),
    secret   text    NOT NULL
);

-- migrate:up
-- directory (inline): the password with which a person signs in at the REST door.
CREATE TABLE password (
    tenant_id uuid        PRIMARY KEY,
    hash      text        NOT NULL,
    set_at    timestamptz NOT NULL
);

-- The sessions of the REST door. ``family`` is the hash of what all refresh tokens of a session have in common, and
-- ``secret`` that of the part which is new in each: a token with an old one was used already, and ends the session.
CREATE TABLE session (
    tenant_id  uuid        NOT NULL,
    session_id uuid        NOT NULL,
    family     bytea       NOT NULL,
    secret     bytea       NOT NULL,
    ip         text        NOT NULL,
    user_agent text        NOT NULL,
    created_at timestamptz NOT NULL,
    used_at    timestamptz NOT NULL,
    expires_at timestamptz NOT NULL,
    PRIMARY KEY (tenant_id, session_id)
);
CREATE UNIQUE INDEX session_family ON session (family);
CREATE INDEX session_expires_at ON session (expires_at);

-- The key that signs access tokens, made once where JWT_SECRET is not set. The same on every node.
CREATE TABLE session_key (
    only_row boolean PRIMARY KEY DEFAULT true CHECK (only_row),
    secret   text    NOT NULL
);

-- migrate:down
DROP TABLE session_key, session, password;

-- migrate:up
-- Tokens of Mailgun's requests that were used, each with a hash of the mail it came with. The signature covers the token
-- and not the mail: without this table anybody who sees one request could post another mail with its signature.
CREATE TABLE mail_token (
    token   bytea       NOT NULL PRIMARY KEY,
    content bytea       NOT NULL,
    until   timestamptz NOT NULL
);
CREATE INDEX mail_token_until ON mail_token (until);

-- migrate:down
DROP TABLE mail_token;

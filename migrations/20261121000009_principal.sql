-- migrate:up
-- directory (inline): the properties that clients set on a person's own collections, such as availability (RFC 7953).
-- Not a column of account, which every request reads.
CREATE TABLE principal (
    tenant_id uuid PRIMARY KEY,
    props     jsonb NOT NULL DEFAULT '{}'
);

-- migrate:down
DROP TABLE principal;

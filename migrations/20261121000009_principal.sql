-- migrate:up
-- directory (inline): what clients have set on a person's own collections, such as when he is available (RFC 7953). Not
-- a column of account, which every request reads.
CREATE TABLE principal (
    tenant_id uuid PRIMARY KEY,
    props     jsonb NOT NULL DEFAULT '{}'
);

-- migrate:down
DROP TABLE principal;

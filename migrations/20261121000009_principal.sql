-- migrate:up
-- directory (inline): the properties that clients have set on a person's own collections, such as calendar-availability
-- (RFC 7953). They are no column of account, because every request reads that.
CREATE TABLE principal (
    tenant_id uuid PRIMARY KEY,
    props     jsonb NOT NULL DEFAULT '{}'
);

-- migrate:down
DROP TABLE principal;

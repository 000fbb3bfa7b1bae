-- migrate:up
-- directory (inline): who may ask when a person is busy (RFC 6638 §6.1.4); NULL: the person has not chosen.
ALTER TABLE principal ADD COLUMN free_busy jsonb;

-- company (inline): the people with whom a person has meetings that the person organizes or has accepted.
-- `televent rebuild company` fills it from earlier facts.
CREATE TABLE company (
    tenant_id uuid NOT NULL,
    stream_id uuid NOT NULL,
    address   text NOT NULL,
    PRIMARY KEY (tenant_id, stream_id, address)
);
CREATE INDEX company_address ON company (tenant_id, address);

-- migrate:down
DROP TABLE company;
ALTER TABLE principal DROP COLUMN free_busy;

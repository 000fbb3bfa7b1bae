-- migrate:up
-- directory (inline): whom a person lets ask when he is busy (RFC 6638 §6.1.4); NULL: he has said nothing.
ALTER TABLE principal ADD COLUMN free_busy jsonb;

-- company (inline): with whom a person has meetings of his own making or will. `televent rebuild company` fills it from
-- what was recorded before.
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

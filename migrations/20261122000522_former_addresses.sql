-- migrate:up

-- The person removed the address. Mail about meetings to which it was invited is still theirs.
ALTER TABLE address ADD COLUMN former boolean NOT NULL DEFAULT false;
CREATE INDEX address_former ON address (address) WHERE former;

-- migrate:down
DROP INDEX address_former;
ALTER TABLE address DROP COLUMN former;

-- migrate:up

-- URLs of others often have a secret in them: they are sealed with the person's key (adapters/postgres/sealed_urls.py).
-- One that is here already is sealed by the worker: SQL has no key.
ALTER TABLE webhook ALTER COLUMN url TYPE bytea USING convert_to(url, 'UTF8');
ALTER TABLE subscription ALTER COLUMN url TYPE bytea USING convert_to(url, 'UTF8');

-- migrate:down

-- SQL has no key to open a sealed one: its webhook, or its subscription with the calendar, is to be made again.
DELETE FROM webhook WHERE get_byte(url, 0) = 1;
DELETE FROM subscription WHERE get_byte(url, 0) = 1;
ALTER TABLE webhook ALTER COLUMN url TYPE text USING convert_from(url, 'UTF8');
ALTER TABLE subscription ALTER COLUMN url TYPE text USING convert_from(url, 'UTF8');

-- migrate:up
-- The links that set a device up, once and within minutes. ``digest`` is the hash of the link's secret, and ``sealed``
-- the device's password, encrypted with a key made of that secret: nobody but the link's owner can read it.
CREATE TABLE device_setup (
    tenant_id  uuid        NOT NULL,
    device_id  uuid        NOT NULL,
    digest     bytea       NOT NULL,
    sealed     bytea       NOT NULL,
    expires_at timestamptz NOT NULL,
    PRIMARY KEY (tenant_id, device_id)
);
CREATE UNIQUE INDEX device_setup_digest ON device_setup (digest);
CREATE INDEX device_setup_expires_at ON device_setup (expires_at);

-- migrate:down
DROP TABLE device_setup;

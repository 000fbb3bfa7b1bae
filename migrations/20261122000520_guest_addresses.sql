-- migrate:up

-- The person from Telegram behind the address guest+<token>@… in mails about one meeting. The tenant is the account
-- whose mails have it. It is no reply token: everybody who gets such a mail reads it, so it proves nothing.
CREATE TABLE guest_address (
    token     text PRIMARY KEY,
    tenant_id uuid NOT NULL,
    uid       text NOT NULL,
    address   text NOT NULL,
    UNIQUE (tenant_id, uid, address)
);

-- migrate:down
DROP TABLE guest_address;

-- migrate:up
-- directory (inline): when a requested erasure is final; NULL: none is requested. A column of account, because every
-- answer of the bot needs it.
ALTER TABLE account ADD COLUMN erase_at timestamptz;
CREATE INDEX account_erase_at ON account (erase_at) WHERE erase_at IS NOT NULL;

-- The last reminder that was queued for a requested erasure: so many days before it is final.
CREATE TABLE erasure_notice (
    tenant_id uuid        PRIMARY KEY,
    final_at  timestamptz NOT NULL,
    days      integer     NOT NULL
);

-- migrate:down
DROP TABLE erasure_notice;
ALTER TABLE account DROP COLUMN erase_at;

-- migrate:up
-- Events that a person has begun in the chat and not created yet. Each preview names its own.
CREATE TABLE draft (
    tenant_id  uuid        NOT NULL,
    draft_id   uuid        NOT NULL,
    content    jsonb       NOT NULL,
    created_at timestamptz NOT NULL,
    PRIMARY KEY (tenant_id, draft_id)
);
CREATE INDEX draft_age ON draft (created_at);

-- migrate:down
DROP TABLE draft;

-- migrate:up
-- Facts that a follower of the log could not decrypt or decode. The follower goes on without them, so that they hold up
-- no other account, and the operator finds them here. A restart or rebuild of the follower reads them again.
CREATE TABLE unreadable_fact (
    tenant_id uuid        NOT NULL,
    stream_id uuid        NOT NULL,
    version   integer     NOT NULL,
    consumer  text        NOT NULL,
    position  bigint      NOT NULL,
    reason    text        NOT NULL,
    found_at  timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (tenant_id, stream_id, version, consumer)
);

-- migrate:down
DROP TABLE unreadable_fact;

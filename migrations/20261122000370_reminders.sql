-- migrate:up
-- The copies of events that have reminders ahead (ADR 49). The projection writes ``marked`` (the position of the fact)
-- and ``changed_at``, and sets ``plan_at`` to 1970. A worker then plans the next reminder: ``fires_at`` and the message.
CREATE TABLE reminder (
    tenant_id   uuid        NOT NULL,
    stream_id   uuid        NOT NULL,
    marked      bigint      NOT NULL,
    changed_at  timestamptz NOT NULL,
    plan_at     timestamptz NOT NULL,
    fires_at    timestamptz,
    reminder_id uuid,
    message     jsonb,
    done_until  timestamptz,
    PRIMARY KEY (tenant_id, stream_id)
);
CREATE INDEX reminder_fires ON reminder (fires_at) WHERE fires_at IS NOT NULL;
CREATE INDEX reminder_fires_for ON reminder (tenant_id, fires_at) WHERE fires_at IS NOT NULL;
CREATE INDEX reminder_plan ON reminder (plan_at);

-- The next daily summary of each person. ``done_at``: when the last one was due.
CREATE TABLE digest (
    tenant_id uuid    PRIMARY KEY,
    marked    bigint  NOT NULL,
    planned   boolean NOT NULL,
    due_at    timestamptz,
    done_at   timestamptz
);
CREATE INDEX digest_due ON digest (due_at) WHERE due_at IS NOT NULL;
CREATE INDEX digest_unplanned ON digest (tenant_id) WHERE NOT planned;

-- Since when this server reminds: nobody is reminded of what was due before the first worker that could.
ALTER TABLE shard ADD COLUMN reminds_since timestamptz;

-- migrate:down
ALTER TABLE shard DROP COLUMN reminds_since;
DROP TABLE digest, reminder;

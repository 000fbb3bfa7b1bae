-- migrate:up
-- The sharees of a calendar by account id. One statement reads the calendar and who may see it.
ALTER TABLE calendar ADD COLUMN shares jsonb NOT NULL DEFAULT '{}';

-- dav_index (inline): shared calendars in the sharee's home. Only the owner's row decides what is granted.
CREATE TABLE mount (
    tenant_id   uuid        NOT NULL,
    share_id    uuid        NOT NULL,
    owner_id    uuid        NOT NULL,
    calendar_id uuid        NOT NULL,
    status      text        NOT NULL CHECK (status IN ('offered', 'accepted', 'declined', 'ended')),
    access      text        NOT NULL,
    title       text        NOT NULL,
    owner_name  text        NOT NULL,
    summary     text        NOT NULL,
    notice      text        NOT NULL,
    noticed_at  timestamptz NOT NULL,
    revision    integer     NOT NULL,
    props       jsonb       NOT NULL DEFAULT '{}',
    seq         bigint      NOT NULL DEFAULT 0,
    PRIMARY KEY (tenant_id, share_id)
);

-- The sharee's own parts of the events of a shared calendar: alarms and transparency.
CREATE TABLE overlay (
    tenant_id uuid   NOT NULL,
    share_id  uuid   NOT NULL,
    stream_id uuid   NOT NULL,
    parts     bytea  NOT NULL,
    seq       bigint NOT NULL,
    PRIMARY KEY (tenant_id, share_id, stream_id)
);
CREATE UNIQUE INDEX overlay_seq ON overlay (tenant_id, share_id, seq);

-- migrate:down
DROP TABLE overlay, mount;
ALTER TABLE calendar DROP COLUMN shares;

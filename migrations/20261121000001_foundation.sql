-- migrate:up
CREATE EXTENSION IF NOT EXISTS btree_gist;

-- One row: the base of this cluster's positions. After a restore into a younger cluster, whose transaction ids start
-- again, xid_base is raised so that positions never go back (ADR 0002).
CREATE TABLE shard (
    only_row  boolean PRIMARY KEY DEFAULT true CHECK (only_row),
    xid_base  bigint  NOT NULL DEFAULT 0
);
INSERT INTO shard DEFAULT VALUES;

CREATE TABLE event (
    tenant_id      uuid        NOT NULL,
    stream_id      uuid        NOT NULL,
    version        integer     NOT NULL CHECK (version > 0),
    position       bigint      NOT NULL,
    topic          text        NOT NULL,
    subject_id     uuid        NOT NULL,
    state          bytea       NOT NULL,
    chain          bytea       NOT NULL,
    command_id     uuid        NOT NULL,
    correlation_id text        NOT NULL,
    actor          text        NOT NULL,
    door           text        NOT NULL,
    recorded_at    timestamptz NOT NULL,
    PRIMARY KEY (tenant_id, stream_id, version)
);
CREATE INDEX event_position ON event (position);

CREATE TABLE snapshot (
    tenant_id  uuid    NOT NULL,
    stream_id  uuid    NOT NULL,
    version    integer NOT NULL,
    topic      text    NOT NULL,
    subject_id uuid    NOT NULL,
    state      bytea   NOT NULL,
    chain      bytea   NOT NULL,
    PRIMARY KEY (tenant_id, stream_id)
);

-- The key of a person. Erasure destroys it (key := NULL).
CREATE TABLE subject_key (
    subject_id   uuid PRIMARY KEY,
    key          bytea,
    destroyed_at timestamptz
);

CREATE TABLE consumer (
    name       text PRIMARY KEY,
    position   bigint      NOT NULL,
    updated_at timestamptz NOT NULL DEFAULT now()
);

-- dav_index (inline): the rows that CalDAV reads.
CREATE TABLE calendar (
    tenant_id   uuid    NOT NULL,
    calendar_id uuid    NOT NULL,
    name        text    NOT NULL,
    seq         bigint  NOT NULL DEFAULT 0,
    floor_seq   bigint  NOT NULL DEFAULT 0,
    components  text[]  NOT NULL,
    props       jsonb   NOT NULL DEFAULT '{}',
    deleted     boolean NOT NULL DEFAULT false,
    PRIMARY KEY (tenant_id, calendar_id)
);
CREATE UNIQUE INDEX calendar_name ON calendar (tenant_id, name) WHERE NOT deleted;

CREATE TABLE resource (
    tenant_id    uuid        NOT NULL,
    calendar_id  uuid        NOT NULL,
    href         text        NOT NULL,
    stream_id    uuid        NOT NULL,
    uid          text        NOT NULL,
    etag         text        NOT NULL,
    schedule_tag text,
    component    text        NOT NULL,
    ics          bytea,
    seq          bigint      NOT NULL,
    deleted      boolean     NOT NULL DEFAULT false,
    recurs       boolean     NOT NULL DEFAULT false,
    span         tstzrange,
    modified_at  timestamptz NOT NULL,
    PRIMARY KEY (tenant_id, calendar_id, href),
    CHECK (deleted = (ics IS NULL))
);
ALTER TABLE resource ALTER COLUMN ics SET STORAGE EXTERNAL;
-- Each index serves one query and no other. Where most calendars are small, the planner expects one row for
-- (tenant_id, calendar_id), so it might answer a query by name with another index, and read a whole large calendar.
-- Therefore only the index's own query implies its predicate, and the last three indexes begin with another column.
CREATE UNIQUE INDEX resource_seq ON resource (tenant_id, calendar_id, seq) WHERE seq > 0;
CREATE UNIQUE INDEX resource_uid ON resource (tenant_id, calendar_id, uid) WHERE NOT deleted;
CREATE INDEX resource_span ON resource USING gist (calendar_id, span) WHERE span IS NOT NULL;
CREATE INDEX resource_account_uid ON resource (uid, tenant_id) WHERE NOT deleted;
CREATE INDEX resource_stream ON resource (stream_id, tenant_id);

-- directory (inline): accounts and their addresses. A key that finds the tenant of a person cannot begin with it.
CREATE TABLE account (
    tenant_id        uuid PRIMARY KEY,
    telegram_id      bigint UNIQUE,
    name             text        NOT NULL,
    timezone         text        NOT NULL DEFAULT 'UTC',
    locale           text        NOT NULL DEFAULT 'en',
    preferences      jsonb       NOT NULL DEFAULT '{}',
    default_calendar uuid,
    opened_at        timestamptz NOT NULL
);
CREATE TABLE address (
    tenant_id   uuid    NOT NULL,
    address     text    NOT NULL,
    verified    boolean NOT NULL DEFAULT false,
    is_primary  boolean NOT NULL DEFAULT false,
    code_hash   text,
    code_until  timestamptz,
    PRIMARY KEY (tenant_id, address)
);
CREATE UNIQUE INDEX address_verified ON address (address) WHERE verified;
CREATE TABLE device (
    tenant_id    uuid        NOT NULL,
    device_id    uuid        NOT NULL,
    name         text        NOT NULL,
    hash         text        NOT NULL,
    created_at   timestamptz NOT NULL,
    last_used_at timestamptz,
    PRIMARY KEY (tenant_id, device_id)
);

CREATE TABLE outbox (
    tenant_id      uuid        NOT NULL,
    outbox_id      uuid        NOT NULL,
    kind           text        NOT NULL,
    key            text        NOT NULL,
    payload        jsonb       NOT NULL,
    correlation_id text        NOT NULL,
    state          text        NOT NULL DEFAULT 'pending'
                   CHECK (state IN ('pending', 'processing', 'completed', 'failed')),
    attempts       integer     NOT NULL DEFAULT 0,
    due_at         timestamptz NOT NULL,
    lease_until    timestamptz,
    last_error     text,
    created_at     timestamptz NOT NULL,
    finished_at    timestamptz,
    PRIMARY KEY (tenant_id, outbox_id)
);
CREATE UNIQUE INDEX outbox_key ON outbox (tenant_id, key);
CREATE INDEX outbox_due ON outbox (due_at) WHERE state IN ('pending', 'processing');

-- The messages that were applied, so that a message that comes twice changes nothing.
CREATE TABLE inbox (
    tenant_id   uuid        NOT NULL,
    message_key text        NOT NULL,
    received_at timestamptz NOT NULL,
    PRIMARY KEY (tenant_id, message_key)
);

-- Inbound mail as received, stored before it is parsed.
CREATE TABLE inbound_mail (
    mail_key      text PRIMARY KEY,
    envelope_from text        NOT NULL,
    recipients    text[]      NOT NULL,
    raw           bytea       NOT NULL,
    received_at   timestamptz NOT NULL,
    state         text        NOT NULL DEFAULT 'received'
                  CHECK (state IN ('received', 'applied', 'ignored', 'parked', 'failed')),
    verdict       text
);

-- The attendee and the meeting of the reply address rsvp+<token>@….
CREATE TABLE reply_token (
    token            text PRIMARY KEY,
    tenant_id        uuid NOT NULL,
    uid              text NOT NULL,
    attendee         text NOT NULL,
    first_message_id text
);
CREATE INDEX reply_token_object ON reply_token (tenant_id, uid, attendee);

-- The cards that were sent to chats, so that they can be edited when the meeting changes.
CREATE TABLE card (
    tenant_id  uuid        NOT NULL,
    stream_id  uuid        NOT NULL,
    chat_id    bigint      NOT NULL,
    message_id bigint      NOT NULL,
    kind       text        NOT NULL,
    sent_at    timestamptz NOT NULL,
    PRIMARY KEY (tenant_id, stream_id, chat_id, message_id)
);

CREATE TABLE dialogue (
    key        text PRIMARY KEY,
    state      text,
    data       jsonb       NOT NULL DEFAULT '{}',
    updated_at timestamptz NOT NULL DEFAULT now()
);

CREATE UNLOGGED TABLE rate_limit (
    key text PRIMARY KEY,
    tat timestamptz NOT NULL
);

-- audit (a follower): the actor, time and door of every change.
CREATE TABLE audit (
    tenant_id      uuid        NOT NULL,
    position       bigint      NOT NULL,
    stream_id      uuid        NOT NULL,
    version        integer     NOT NULL,
    topic          text        NOT NULL,
    actor          text        NOT NULL,
    door           text        NOT NULL,
    command_id     uuid        NOT NULL,
    correlation_id text        NOT NULL,
    recorded_at    timestamptz NOT NULL,
    PRIMARY KEY (tenant_id, stream_id, version)
);
CREATE INDEX audit_correlation ON audit (correlation_id);
CREATE INDEX audit_when ON audit (tenant_id, recorded_at);

-- migrate:down
DROP TABLE audit, rate_limit, dialogue, card, reply_token, inbound_mail, inbox, outbox, device, address, account,
    resource, calendar, consumer, subject_key, snapshot, event, shard;

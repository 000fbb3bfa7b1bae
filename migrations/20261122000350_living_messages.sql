-- migrate:up

-- The one message of each kind about an event that is current in its reader's chat: the card of a meeting, and the
-- message that gathers the answers to it. It tells of the facts of the stream with versions in (since, shown].
CREATE TABLE living_message (
    tenant_id  uuid        NOT NULL,
    stream_id  uuid        NOT NULL,
    kind       text        NOT NULL CHECK (kind IN ('card', 'answers')),
    chat_id    bigint,
    message_id bigint,
    since      integer     NOT NULL DEFAULT 0,
    shown      integer     NOT NULL DEFAULT 0,
    sent_at    timestamptz,
    held_until timestamptz,
    PRIMARY KEY (tenant_id, stream_id, kind)
);

INSERT INTO living_message (tenant_id, stream_id, kind, chat_id, message_id, sent_at)
SELECT DISTINCT ON (tenant_id, stream_id) tenant_id, stream_id, 'card', chat_id, message_id, sent_at
FROM card ORDER BY tenant_id, stream_id, sent_at DESC, message_id DESC;

DROP TABLE card;

-- migrate:down
CREATE TABLE card (
    tenant_id  uuid        NOT NULL,
    stream_id  uuid        NOT NULL,
    chat_id    bigint      NOT NULL,
    message_id bigint      NOT NULL,
    kind       text        NOT NULL,
    sent_at    timestamptz NOT NULL,
    PRIMARY KEY (tenant_id, stream_id, chat_id, message_id)
);

INSERT INTO card
SELECT tenant_id, stream_id, chat_id, message_id, 'invitation', sent_at
FROM living_message WHERE kind = 'card' AND message_id IS NOT NULL;

DROP TABLE living_message;

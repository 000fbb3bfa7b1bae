-- migrate:up
-- The copies of events whose words have to be read (again): the projection writes them, the worker deletes them.
CREATE TABLE search_mark (
    tenant_id uuid   NOT NULL,
    stream_id uuid   NOT NULL,
    marked    bigint NOT NULL,
    PRIMARY KEY (tenant_id, stream_id)
);
CREATE INDEX search_mark_oldest ON search_mark (marked);

-- The words of each event (ADR 86). A lexeme is the beginning of the account's id, the part of the event that has the
-- word, and the word: so a word of one account costs nobody else's search. Entries of the index are written at once: a
-- list of pending ones would be read by each search.
CREATE TABLE search_entry (
    tenant_id   uuid        NOT NULL,
    stream_id   uuid        NOT NULL,
    calendar_id uuid        NOT NULL,
    visible     boolean     NOT NULL,
    recurs      boolean     NOT NULL,
    starts_at   timestamptz NOT NULL,
    ends_at     timestamptz NOT NULL,
    words       tsvector    NOT NULL,
    PRIMARY KEY (tenant_id, stream_id)
);
CREATE INDEX search_entry_words ON search_entry USING gin (words) WITH (fastupdate = off);
CREATE INDEX search_entry_time ON search_entry (tenant_id, ends_at, stream_id);
CREATE INDEX search_entry_series ON search_entry (tenant_id, ends_at, stream_id) WHERE recurs;

-- The words that an account's events have, with the numbers of their short forms, by which typing errors are forgiven.
CREATE TABLE search_word (
    tenant_id uuid      NOT NULL,
    word      text      COLLATE "C" NOT NULL,
    near      integer[] NOT NULL,
    PRIMARY KEY (tenant_id, word)
);
CREATE INDEX search_word_near ON search_word USING gin (near) WITH (fastupdate = off);

-- migrate:down
DROP TABLE search_word, search_entry, search_mark;

"""The statements that write the index of words, for events of any accounts together."""

from __future__ import annotations

from typing import Final

MARKED: Final = "SELECT tenant_id, stream_id, marked FROM search_mark ORDER BY marked LIMIT %s"
# The facts that the follower has not read yet count as marks.
PENDING: Final = """
    SELECT stream_id, max(marked) AS marked FROM (
        (SELECT stream_id, marked FROM search_mark WHERE tenant_id = %(tenant)s ORDER BY marked DESC LIMIT %(limit)s)
        UNION ALL
        (SELECT stream_id, position FROM (
            SELECT tenant_id, stream_id, position, topic FROM event
            WHERE position > (SELECT position FROM consumer WHERE name = %(follower)s)
            ORDER BY position DESC LIMIT %(newest)s
        ) AS newest WHERE tenant_id = %(tenant)s AND topic = ANY (%(topics)s) LIMIT %(limit)s)
    ) AS pending GROUP BY stream_id ORDER BY marked DESC LIMIT %(limit)s"""
# A planner that knows nothing of the table yet reads all its rows, also those of others, where it can: with "=" for the
# tenant, with "NOT deleted", which is in other indexes, or in a join without LIMIT. "ics IS NOT NULL" says the same.
TEXTS: Final = """
    SELECT tenant_id, stream_id, calendar_id, etag, ics FROM (
        SELECT wanted.tenant_id, wanted.stream_id, calendar_id, etag, ics,
            coalesce(sum(octet_length(ics)) OVER (ORDER BY marked DESC, wanted.stream_id) - octet_length(ics), 0)
                AS before
        FROM unnest(%s::uuid[], %s::uuid[], %s::bigint[]) AS wanted (tenant_id, stream_id, marked)
        LEFT JOIN LATERAL (
            SELECT calendar_id, etag, ics FROM resource
            WHERE resource.stream_id = wanted.stream_id AND tenant_id IS NOT DISTINCT FROM wanted.tenant_id
                AND ics IS NOT NULL AND component = 'VEVENT'
            LIMIT 1
        ) AS live ON true
    ) AS page WHERE before < %s"""
# One writer for each account: the words that no event has any more are deleted. In the same order in each worker.
LOCK: Final = """
    SELECT pg_advisory_xact_lock(key) FROM (
        SELECT DISTINCT hashtextextended(tenant_id::text, 86) AS key FROM unnest(%s::uuid[]) AS wanted (tenant_id)
        ORDER BY key
    ) AS wanted"""
# An erasure deletes the account first, and then what is written here: a step that waits for it must hold no such row.
ACCOUNTS: Final = "SELECT tenant_id FROM account WHERE tenant_id = ANY (%s) ORDER BY tenant_id FOR KEY SHARE"
SIZE: Final = "SELECT pg_total_relation_size('search_mark')"
# Nobody waits for this lock, and nobody is made to wait: a follower that writes marks at this moment has it later.
TRUNCATE: Final = """
    DO $$ BEGIN
        LOCK TABLE search_mark IN ACCESS EXCLUSIVE MODE NOWAIT;
        IF NOT EXISTS (SELECT FROM search_mark) THEN TRUNCATE search_mark; END IF;
    EXCEPTION WHEN lock_not_available THEN NULL;
    END $$"""
UNMARK: Final = """
    DELETE FROM search_mark USING unnest(%s::uuid[], %s::uuid[], %s::bigint[]) AS done (tenant_id, stream_id, marked)
    WHERE search_mark.tenant_id = done.tenant_id AND search_mark.stream_id = done.stream_id
        AND search_mark.marked <= done.marked"""
NOW: Final = """
    SELECT wanted.tenant_id, wanted.stream_id, live.*
    FROM unnest(%s::uuid[], %s::uuid[]) AS wanted (tenant_id, stream_id) CROSS JOIN LATERAL (
        SELECT calendar_id, etag FROM resource
        WHERE resource.stream_id = wanted.stream_id AND tenant_id IS NOT DISTINCT FROM wanted.tenant_id
            AND ics IS NOT NULL AND component = 'VEVENT'
        LIMIT 1
    ) AS live"""
BEFORE: Final = """
    SELECT DISTINCT wanted.tenant_id, unnest(tsvector_to_array(entry.words))
    FROM unnest(%s::uuid[], %s::uuid[]) AS wanted (tenant_id, stream_id) CROSS JOIN LATERAL (
        SELECT words FROM search_entry
        WHERE search_entry.tenant_id = wanted.tenant_id AND search_entry.stream_id = wanted.stream_id
        LIMIT 1
    ) AS entry"""
PUT: Final = """
    INSERT INTO search_entry (tenant_id, stream_id, calendar_id, visible, recurs, starts_at, ends_at, words)
    SELECT tenant_id, stream_id, calendar_id, visible, recurs, starts_at, ends_at,
        array_to_tsvector(string_to_array(words, ' '))
    FROM unnest(%s::uuid[], %s::uuid[], %s::uuid[], %s::boolean[], %s::boolean[], %s::timestamptz[], %s::timestamptz[],
        %s::text[]) AS entry (tenant_id, stream_id, calendar_id, visible, recurs, starts_at, ends_at, words)
    ON CONFLICT (tenant_id, stream_id) DO UPDATE SET calendar_id = excluded.calendar_id, visible = excluded.visible,
        recurs = excluded.recurs, starts_at = excluded.starts_at, ends_at = excluded.ends_at, words = excluded.words"""
REMOVE: Final = """
    DELETE FROM search_entry USING unnest(%s::uuid[], %s::uuid[]) AS gone (tenant_id, stream_id)
    WHERE search_entry.tenant_id = gone.tenant_id AND search_entry.stream_id = gone.stream_id"""
KNOWN: Final = """
    SELECT wanted.tenant_id, wanted.word FROM unnest(%s::uuid[], %s::text[]) AS wanted (tenant_id, word)
    CROSS JOIN LATERAL (
        SELECT FROM search_word WHERE search_word.tenant_id = wanted.tenant_id AND search_word.word = wanted.word
        LIMIT 1
    ) AS known"""
COUNTS: Final = """
    SELECT wanted.tenant_id, counted.count FROM unnest(%s::uuid[]) AS wanted (tenant_id) CROSS JOIN LATERAL (
        SELECT count(*) FROM (SELECT FROM search_word WHERE search_word.tenant_id = wanted.tenant_id LIMIT %s) AS few
    ) AS counted"""
ADD_WORDS: Final = """
    INSERT INTO search_word (tenant_id, word, near)
    SELECT tenant_id, word, near::integer[]
    FROM unnest(%s::uuid[], %s::text[], %s::text[]) AS fresh (tenant_id, word, near)
    ON CONFLICT DO NOTHING"""
DROP_WORDS: Final = """
    DELETE FROM search_word USING unnest(%s::uuid[], %s::text[], %s::text[]) AS gone (tenant_id, word, query)
    WHERE search_word.tenant_id = gone.tenant_id AND search_word.word = gone.word AND NOT EXISTS (
        SELECT FROM search_entry WHERE search_entry.tenant_id IS NOT DISTINCT FROM gone.tenant_id
            AND search_lexemes(search_entry.tenant_id, words) @@ gone.query::tsquery)"""

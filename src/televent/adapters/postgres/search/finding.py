"""Finds and ranks events by their words.

Where few events match, all are read and ranked. Where many do, they are read in the order of their rank, until the page
is full: the first ones come soon just because there are many.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import islice
from typing import Any, Final
from uuid import UUID

from televent.adapters.postgres.dav_index.read_store import WHOLE_COLUMNS
from televent.adapters.postgres.dav_index.time_reads import ASKED, POSSIBLE, asked
from televent.adapters.postgres.rows import Pool, fetch
from televent.adapters.postgres.search.lexemes import Query, any_of, tsquery
from televent.application.read_models.resources import ResourceRow
from televent.application.read_models.search import EVERYWHERE, TIERS, Rank, Wanted
from televent.domain.ids import AccountId
from televent.ical.search.typos import forgiving, near, short_forms

MAX_RANKED: Final = 1_000
"""Max events that are read to be ranked."""
MAX_ALIKE: Final = 400
"""Max words of an account that are compared with a word of the query."""
MAX_VARIANTS: Final = 20
"""Max words that count for a word of the query because of an error."""

_SEGMENT: Final = "CASE WHEN ends_at < %(now)s THEN 2 WHEN recurs THEN 0 ELSE 1 END"
_KEY: Final = "extract(epoch FROM ends_at)::bigint * CASE WHEN ends_at < %(now)s THEN -1 ELSE 1 END"
_MINE: Final = "calendar_id = ANY (%(calendars)s) AND (visible OR NOT %(visible)s)"
_DATED: Final = f"""
    AND starts_at < coalesce(%(end)s, 'infinity'::timestamptz)
    AND ends_at >= coalesce(%(start)s, '-infinity'::timestamptz)
    AND EXISTS (
        SELECT FROM resource, {ASKED.replace("%s", "%({})s").format("range", "within", "wide")}
        WHERE resource.stream_id = search_entry.stream_id AND resource.tenant_id = search_entry.tenant_id
            AND resource.ics IS NOT NULL AND {POSSIBLE})"""
# With "=" the planner could read all events of the account, and not the index of words.
GATHER: Final = f"""
    WITH found AS MATERIALIZED (
        SELECT stream_id, {_SEGMENT} AS segment, {_KEY} AS key, {{phase}} AS phase FROM search_entry
        WHERE tenant_id IS NOT DISTINCT FROM %(tenant)s AND {_MINE}
            AND search_lexemes(tenant_id, words) @@ %(query)s::tsquery {{dated}}
        LIMIT %(many)s
    )
    SELECT counted.number, phase, segment, key, stream_id
    FROM (SELECT count(*) AS number FROM found) AS counted LEFT JOIN LATERAL (
        SELECT * FROM found
        WHERE counted.number < %(many)s
            AND (phase, segment, key, stream_id) > (%(phase)s, %(segment)s, %(key)s, %(stream)s)
        ORDER BY phase, segment, key, stream_id LIMIT %(limit)s
    ) AS best ON true
    ORDER BY phase, segment, key, stream_id"""  # noqa: S608
# "IS TRUE" hides such a condition from the index of words, which has no order.
_WALK: Final = f"""
    SELECT {_SEGMENT} AS segment, {_KEY} AS key, stream_id FROM search_entry
    WHERE tenant_id = %(tenant)s AND {_MINE} {{words}} {{dated}} AND {{segment}}
    ORDER BY ends_at {{way}}, stream_id LIMIT %(limit)s"""  # noqa: S608
_LATER: Final = """ends_at >= greatest(%(now)s, to_timestamp(%(key)s))
    AND (extract(epoch FROM ends_at)::bigint, stream_id) > (%(key)s, %(stream)s)"""
_EARLIER: Final = """ends_at < %(now)s AND ends_at <= to_timestamp(1 - %(key)s)
    AND (-extract(epoch FROM ends_at)::bigint, stream_id) > (%(key)s, %(stream)s)"""
MATCHES: Final = "AND (words @@ %(query)s::tsquery) IS TRUE"
BUT: Final = "AND (words @@ %(without)s::tsquery) IS NOT TRUE"
WALKS: Final = (
    _WALK.replace("{segment}", f"recurs AND {_LATER}").replace("{way}", "ASC"),
    _WALK.replace("{segment}", f"NOT recurs AND {_LATER}").replace("{way}", "ASC"),
    _WALK.replace("{segment}", _EARLIER).replace("{way}", "DESC"),
)
"""The statement of each segment."""
PAST: Final = 2
"""The segment of events that are over."""
ALIKE: Final = "SELECT word FROM search_word WHERE tenant_id = %s AND near && %s::integer[] LIMIT %s"
TEXTS: Final = f"""
    SELECT wanted.tenant_id, found.* FROM unnest(%s::uuid[], %s::uuid[]) AS wanted (tenant_id, stream_id)
    CROSS JOIN LATERAL (
        SELECT {WHOLE_COLUMNS} FROM resource
        WHERE resource.tenant_id = wanted.tenant_id AND resource.stream_id = wanted.stream_id AND NOT deleted LIMIT 1
    ) AS found
    WHERE wanted.tenant_id = %s OR NOT EXISTS (
        SELECT FROM resource AS own WHERE own.uid = found.uid AND own.tenant_id = %s AND NOT own.deleted)"""  # noqa: S608
FIRST: Final = Rank(-1, 0, 0, UUID(int=0))


def ranked(pool: Pool, wanted: Wanted, after: Rank | None, limit: int) -> list[Rank]:
    """The results after that rank, the best first."""
    return list(islice(_ranked(pool, wanted, after or FIRST, limit), limit))


def _ranked(pool: Pool, wanted: Wanted, after: Rank, limit: int) -> Iterator[Rank]:
    query = _Query(pool, wanted, limit)
    if not wanted.terms:
        yield from query.walk(0, None, None, after)
        return
    exact = query.tiers()
    if after.phase < len(TIERS):
        yield from query.tiered(0, exact, None, after)
    if variants := _variants(pool, wanted):
        yield from query.tiered(len(TIERS), query.tiers(variants), exact[-1], after)


class _Query:
    """Asks one account."""

    def __init__(self, pool: Pool, wanted: Wanted, limit: int) -> None:
        self._pool = pool
        self._wanted = wanted
        self._dated = wanted.start is not None or wanted.end is not None
        self._values: dict[str, Any] = {
            "tenant": wanted.tenant,
            "calendars": list(wanted.calendars),
            "visible": wanted.visible,
            "now": wanted.now,
            "limit": limit,
            "many": MAX_RANKED + 1,
            "start": wanted.start,
            "end": wanted.end,
        }
        if self._dated:
            range_, within, wide = asked(wanted.start, wanted.end, wanted.zone)
            self._values |= {"range": range_, "within": within, "wide": wide}

    def tiers(self, variants: dict[str, list[str]] | None = None) -> list[Query | None]:
        """The query of each tier."""
        return [tsquery(self._wanted.tenant, self._wanted.terms, parts, variants) for parts in _parts(self._wanted)]

    def tiered(self, first: int, tiers: list[Query | None], without: Query | None, after: Rank) -> Iterator[Rank]:
        """The results of these tiers, of which ``first`` is the phase of the best. ``without``: a query whose events
        are in an earlier phase."""
        begin = 0
        if len(self._wanted.terms) > 1:
            # Where many titles have all words, the other tiers are not asked. Few events have several words anywhere:
            # a frequent one is looked up once for all tiers.
            if first == 0:
                yield from self._one(first, tiers, without, after)
                begin = 1
            together = self._gather(first + begin, tiers[begin:], any_of([without, *tiers[:begin]]), after)
            if together is not None:
                yield from together
                return
        for number in range(begin, len(tiers)):
            yield from self._one(first, tiers, without, after, number)

    def _one(
        self, first: int, tiers: list[Query | None], without: Query | None, after: Rank, number: int = 0
    ) -> Iterator[Rank]:
        """The results of one of these tiers."""
        query, phase = tiers[number], first + number
        if query is None or query in tiers[:number] or phase < after.phase:
            return
        better = any_of([without, *tiers[:number]])
        few = self._gather(phase, [query], better, after)
        yield from self.walk(phase, query, better, after) if few is None else few

    def _gather(
        self, first: int, tiers: Sequence[Query | None], without: Query | None, after: Rank
    ) -> list[Rank] | None:
        """The results of these tiers; None where there are too many to rank them all."""
        last = tiers[-1]
        assert last is not None
        values = {**self._values, "phase": after.phase, "segment": after.segment, "key": after.key}
        values["query"] = last.without(without).index
        values["stream"] = after.stream_id
        cases = ""
        for number, query in enumerate(tiers[:-1]):
            if query is not None:
                values[f"tier{number}"] = query.row
                cases += f" WHEN words @@ %(tier{number})s::tsquery THEN {first + number}"
        worst = first + len(tiers) - 1
        rows = self._fetch(GATHER.replace("{phase}", f"CASE{cases} ELSE {worst} END" if cases else str(worst)), values)
        if rows[0][0] > MAX_RANKED:
            return None
        return [Rank(*row[1:]) for row in rows if row[1] is not None]

    def walk(self, phase: int, query: Query | None, without: Query | None, after: Rank) -> Iterator[Rank]:
        """The results of one phase, read in the order of their rank. ``query`` None: all events."""
        words = f"{MATCHES if query is not None else ''} {BUT if without is not None else ''}"
        for segment, statement in enumerate(WALKS):
            if (phase, segment) < (after.phase, after.segment):
                continue
            if (phase, segment) == (after.phase, after.segment):
                place = {"key": after.key, "stream": after.stream_id}
            else:
                first = -int(self._wanted.now.timestamp()) - 1 if segment == PAST else 0
                place = {"key": first, "stream": UUID(int=0)}
            values = {**self._values, **place}
            values |= {name: each and each.row for name, each in (("query", query), ("without", without))}
            for row in self._fetch(statement.replace("{words}", words), values):
                yield Rank(phase, *row)

    def _fetch(self, statement: str, values: dict[str, Any]) -> list[tuple[Any, ...]]:
        return fetch(self._pool, statement.replace("{dated}", _DATED if self._dated else ""), values)


def _parts(wanted: Wanted) -> list[tuple[str, ...]]:
    """The parts of each tier. A term that asks for one part only decides nothing about the rank."""
    asked_for = {part for term in wanted.terms if term.parts != EVERYWHERE for part in term.parts}
    return [tuple(part for part in EVERYWHERE if part in tier or part in asked_for) for tier in TIERS]


def _variants(pool: Pool, wanted: Wanted) -> dict[str, list[str]]:
    """The words of the account that are, or begin with, a word of the query with one error."""
    found = {}
    for word in dict.fromkeys(term.word for term in wanted.terms if not term.exact and forgiving(term.word)):
        alike = fetch(pool, ALIKE, (wanted.tenant, short_forms(word), MAX_ALIKE))
        close = [each for (each,) in alike if not each.startswith(word) and near(word, each)]
        if close:
            found[word] = sorted(close, key=lambda each: (abs(len(each) - len(word)), each))[:MAX_VARIANTS]
    return found


def texts(
    pool: Pool, found: Sequence[tuple[AccountId, UUID]], but_known_to: AccountId
) -> dict[tuple[AccountId, UUID], ResourceRow]:
    """The live events with these accounts and streams; without others' events that ``but_known_to`` has as well."""
    keys = [tenant for tenant, _ in found], [stream for _, stream in found]
    rows = fetch(pool, TEXTS, (*keys, but_known_to, but_known_to))
    return {(AccountId(tenant), row.stream_id): row for tenant, *rest in rows for row in [ResourceRow(*rest)]}

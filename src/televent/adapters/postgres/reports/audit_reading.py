"""Reads the audit, and the log of what operators looked at, page by page: the one in the order of the log, the other in
that of time."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any, Final
from uuid import UUID, uuid4

from televent.adapters.postgres.event_store.log import COLUMNS, LAST_POSITION, event_of
from televent.adapters.postgres.event_store.origins import PostgresOrigins
from televent.adapters.postgres.event_store.pages import PAGE_BYTES, light
from televent.adapters.postgres.rows import Pool, fetch
from televent.application.accounts.audit_rows import EVERYBODY, AuditFilter, AuditRow, Looked
from televent.application.event_store.recorded import RecordedEvent
from televent.domain.ids import AccountId

PAGE: Final = 500
"""Rows that are read at a time."""
_KEY: Final = ("tenant", "stream_id", "version")
_FIRST: Final = datetime(1, 1, 1, tzinfo=UTC)
_FIELDS: Final = """
    recorded_at, position, tenant_id, stream_id, version, topic, actor, door, command_id, correlation_id, origin"""
NOTE: Final = """
    INSERT INTO operator_log (tenant_id, entry_id, at, os_user, host, command) VALUES (%s, %s, %s, %s, %s, %s)"""
LOOKED: Final = """
    SELECT at, tenant_id, os_user, host, command, entry_id FROM operator_log
    WHERE (at, entry_id) > (%(at)s, %(entry)s)
        AND (%(person)s::uuid IS NULL OR tenant_id IN (%(person)s, %(everybody)s))
        AND (%(since)s::timestamptz IS NULL OR at >= %(since)s) AND (%(until)s::timestamptz IS NULL OR at < %(until)s)
    ORDER BY at, entry_id LIMIT %(most)s"""
STREAMS: Final = """
    SELECT tenant_id, stream_id FROM resource
    WHERE (uid = %(event)s OR stream_id::text = %(event)s) AND (%(person)s::uuid IS NULL OR tenant_id = %(person)s)"""
FACTS: Final = f"""
    SELECT {light(COLUMNS)} FROM event
    JOIN unnest(%(tenants)s::uuid[], %(streams)s::uuid[], %(versions)s::integer[])
        AS wanted (tenant_id, stream_id, version) USING (tenant_id, stream_id, version)"""  # noqa: S608
FACT: Final = f"SELECT {COLUMNS} FROM event WHERE tenant_id = %s AND stream_id = %s AND version = %s"  # noqa: S608
# Times come from the clocks of several machines, and a fact waits for its place after that, so they are not quite in
# the order of positions. The index of times knows the earliest and the latest time of each range of pages, so no margin
# has to be guessed. A plain min(position) would be read from the index of positions, from its start.
WINDOW: Final = """
    SELECT min(position + 0), max(position + 0) FROM event
    WHERE recorded_at >= coalesce(%(since)s, '-infinity'::timestamptz)
        AND recorded_at < coalesce(%(until)s, 'infinity'::timestamptz)"""
_CONDITIONS: Final = {
    "event": "(tenant_id, stream_id) IN (SELECT * FROM unnest(%(tenants)s::uuid[], %(streams)s::uuid[]))",
    "device": """(actor, origin) IN (
        SELECT tenant_id::text, origin_id FROM origin
        WHERE device_name = %(device)s OR device_id::text = %(device)s)""",
    "door": "door = %(door)s",
    "since": "recorded_at >= %(since)s",
    "until": "recorded_at < %(until)s",
}


class AuditReading:
    """The audit of a database. ``pool`` gives connections in autocommit mode."""

    def __init__(self, pool: Pool) -> None:
        self._pool = pool
        self._origins = PostgresOrigins(pool)

    def note(self, looked: Looked) -> None:
        """Records what an operator is about to see. Raises Outage."""
        row = (looked.tenant, uuid4(), looked.at, looked.os_user, looked.host, looked.command)
        with self._pool.connection() as connection:
            connection.execute(NOTE, row)

    def looked(self, wanted: AuditFilter) -> Iterator[Looked]:
        """The looks of operators, the oldest first; with a person, also those at everybody's data. A filter by event,
        device or another door than the command line leaves nothing. Raises Outage."""
        if wanted.event is not None or wanted.device is not None or wanted.door not in (None, "cli"):
            return
        at, entry = _FIRST, UUID(int=0)
        while True:
            found = self._fetch(LOOKED, {**_values(wanted), "at": at, "entry": entry, "everybody": EVERYBODY})
            for row in found:
                yield Looked(row[0], AccountId(row[1]), *row[2:5])
            if len(found) < PAGE:
                return
            at, entry = found[-1][0], found[-1][5]

    def rows(self, wanted: AuditFilter) -> Iterator[AuditRow]:
        """The facts, the oldest first. Between pages no connection is held. Raises Outage."""
        statement, values = self.page(wanted)
        while True:
            found = self._fetch(statement, values)
            known = self._origins.named([(row[6], row[10]) for row in found if row[10] is not None])
            for *row, origin in found:
                yield replace(AuditRow(*row), origin=known.get(origin))
            if len(found) < PAGE:
                return
            values |= {"position": found[-1][1]}

    def page(self, wanted: AuditFilter) -> tuple[str, dict[str, Any]]:
        """The statement of a page of ``rows``, and the parameters of the first one. Raises Outage."""
        statement, values = self._statement(wanted)
        first, last = self._window(wanted)
        return statement, {**values, "position": first - 1, "last": last}

    def facts(self, rows: Sequence[AuditRow]) -> Iterator[RecordedEvent]:
        """The stored events of these rows, in any order. A large one is read when it is its turn. Raises Outage."""
        tenants, streams, versions = ([getattr(row, name) for row in rows] for name in _KEY)
        values = {"tenants": tenants, "streams": streams, "versions": versions, "share": PAGE_BYTES // PAGE}
        for row in self._fetch(FACTS, values):
            yield event_of(row if row[4] is not None else fetch(self._pool, FACT, row[:3])[0])

    def _window(self, wanted: AuditFilter) -> tuple[int, int]:
        """The first and the last position of the facts of that time. Where no end is asked for, facts that come
        meanwhile belong to it. An account and an event have their own indexes, and are read from their start."""
        if (wanted.since or wanted.until) is None or wanted.person is not None or wanted.event is not None:
            return 1, LAST_POSITION
        first, last = self._fetch(WINDOW, _values(wanted))[0]
        if first is None:
            return 1, 0
        return first, last if wanted.until is not None else LAST_POSITION

    def _statement(self, wanted: AuditFilter) -> tuple[str, dict[str, Any]]:
        values = _values(wanted)
        if wanted.event is not None:
            found = self._fetch(STREAMS, values)
            values |= {"tenants": [row[0] for row in found], "streams": [row[1] for row in found]}
        conditions = [text for name, text in _CONDITIONS.items() if getattr(wanted, name) is not None]
        conditions.append("position > %(position)s AND position <= %(last)s")
        # Two statements, each with an index: the facts of the account, and its acts in the accounts of others.
        people = (
            ["true"]
            if wanted.person is None
            else ["tenant_id = %(person)s", "actor = %(person)s::uuid::text AND actor <> tenant_id::text"]
        )
        parts = [
            f"(SELECT {_FIELDS} FROM audit WHERE {' AND '.join([each, *conditions])}"  # noqa: S608
            " ORDER BY position LIMIT %(most)s)"
            for each in people
        ]
        whole = " UNION ALL ".join(parts)
        return f"SELECT * FROM ({whole}) AS found ORDER BY position LIMIT %(most)s", values  # noqa: S608

    def _fetch(self, statement: str, values: dict[str, Any]) -> list[tuple[Any, ...]]:
        return fetch(self._pool, statement, values)


def _values(wanted: AuditFilter) -> dict[str, Any]:
    names = ("person", "event", "device", "door", "since", "until")
    return {**{name: getattr(wanted, name) for name in names}, "most": PAGE}

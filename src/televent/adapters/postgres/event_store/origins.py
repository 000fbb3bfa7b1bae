"""Keeps the origins of commands: a row a day for each app, written once and then remembered by the process."""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace
from datetime import UTC, date, datetime
from typing import Final
from uuid import UUID, uuid4

from televent.adapters.postgres.rows import Pool, fetch
from televent.application.accounts.origins import MAX_DAILY, MAX_PROGRAM, KnownDevice, Origin, Touched
from televent.domain.ids import AccountId

MAX_REMEMBERED: Final = 20_000
"""Max origins that a process remembers."""
# The account is locked, so that an erasure that is under way finds the row, or this finds no account.
PUT: Final = """
    INSERT INTO origin (tenant_id, origin_id, day, door, device_id, device_name, ip, user_agent, first_at)
    SELECT account.tenant_id, %(id)s, %(day)s, %(door)s, %(device)s, %(name)s, %(ip)s, %(program)s, %(now)s
    FROM account WHERE account.tenant_id = %(person)s
        AND (%(ip)s = '' OR (SELECT count(*) FROM origin WHERE tenant_id = %(person)s AND day = %(day)s) < %(most)s)
    FOR KEY SHARE OF account
    ON CONFLICT (tenant_id, day, door, device_id, ip, user_agent) DO UPDATE SET day = excluded.day
    RETURNING origin_id"""
NAMED: Final = """
    SELECT origin_id, door, device_id, device_name, ip, user_agent FROM origin
    JOIN unnest(%s::uuid[], %s::uuid[]) AS wanted (tenant_id, origin_id) USING (tenant_id, origin_id)"""
DEVICES: Final = """
    SELECT device_id, (array_agg(device_name ORDER BY first_at DESC))[1], max(first_at) FROM origin
    WHERE tenant_id = %s GROUP BY device_id ORDER BY 3 DESC, 1"""
TOUCHED: Final = """
    SELECT event.stream_id, array_agg(event.version ORDER BY event.version)
    FROM origin JOIN event ON event.tenant_id = origin.tenant_id AND event.origin = origin.origin_id
    WHERE origin.tenant_id = %(person)s AND origin.device_id = %(device)s AND event.recorded_at >= %(since)s
        AND coalesce(event.actor, event.tenant_id::text) = %(person)s::uuid::text
        AND split_part(event.topic, '/', 1) = ANY (%(topics)s)
    GROUP BY event.stream_id ORDER BY min(event.position)"""

Key = tuple[AccountId, Origin]


class PostgresOrigins:
    """The origins of commands. ``pool`` gives connections in autocommit mode. Thread-safe."""

    def __init__(self, pool: Pool) -> None:
        self._pool = pool
        self._guard = threading.Lock()
        self._known: OrderedDict[Key, tuple[date, UUID]] = OrderedDict()

    def id_of(self, person: AccountId, origin: Origin, now: datetime) -> UUID | None:
        """The id of that origin today; the first call of a day stores it. Raises Outage."""
        known = self.known(person, origin, now)
        if known is not None:
            return known
        origin = replace(origin, user_agent=origin.user_agent[:MAX_PROGRAM])
        key, day = (person, origin), now.astimezone(UTC).date()
        found = self._put(person, origin, day, now)
        if found is None:
            # Somebody sends another program's name with each request: the device is kept all the same.
            found = self._put(person, replace(origin, ip="", user_agent=""), day, now)
        if found is not None:
            with self._guard:
                self._known[key] = (day, found)
                self._known.move_to_end(key)
                while len(self._known) > MAX_REMEMBERED:
                    self._known.popitem(last=False)
        return found

    def known(self, person: AccountId, origin: Origin, now: datetime) -> UUID | None:
        """The id of that origin today, where this process remembers it."""
        with self._guard:
            found = self._known.get((person, replace(origin, user_agent=origin.user_agent[:MAX_PROGRAM])))
        return found[1] if found is not None and found[0] == now.astimezone(UTC).date() else None

    def forget(self) -> None:
        """Drops what this process remembers: another server may have lost the newest rows."""
        with self._guard:
            self._known.clear()

    def named(self, ids: Collection[tuple[str, UUID]]) -> Mapping[UUID, Origin]:
        """The origins with these ids, each of which comes with its actor. Raises Outage."""
        wanted = [(person, each) for actor, each in ids if (person := _person(actor)) is not None]
        if not wanted:
            return {}
        rows = fetch(self._pool, NAMED, ([each[0] for each in wanted], [each[1] for each in wanted]))
        return {row[0]: Origin(*row[1:]) for row in rows}

    def devices(self, person: AccountId) -> Sequence[KnownDevice]:
        """The devices that commands came from, the one used last first. Raises Outage."""
        return [KnownDevice(*row) for row in fetch(self._pool, DEVICES, (person,))]

    def touched(
        self, person: AccountId, device_id: UUID, since: datetime, topics: Collection[str]
    ) -> Sequence[Touched]:
        """The person's own events to which the device added such facts, in the order of the log. Raises Outage."""
        values = {"person": person, "device": device_id, "since": since, "topics": list(topics)}
        rows = fetch(self._pool, TOUCHED, values)
        return [Touched(stream, tuple(versions)) for stream, versions in rows]

    def _put(self, person: AccountId, origin: Origin, day: date, now: datetime) -> UUID | None:
        values = {
            "person": person,
            "id": uuid4(),
            "day": day,
            "door": origin.door,
            "device": origin.device_id,
            "name": origin.device_name,
            "ip": origin.ip,
            "program": origin.user_agent,
            "now": now,
            "most": MAX_DAILY,
        }
        with self._pool.connection() as connection:
            row = connection.execute(PUT, values).fetchone()
        return None if row is None else row[0]


def _person(actor: str) -> UUID | None:
    """The account of an actor; None for "operator", "system" and mails."""
    try:
        return UUID(actor)
    except ValueError:
        return None

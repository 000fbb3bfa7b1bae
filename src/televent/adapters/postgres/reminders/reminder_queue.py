"""Queues due reminders and daily summaries, and plans the next ones. Any number of workers may run it (ADR 49)."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from typing import Any, Final
from uuid import UUID, uuid5

import structlog

from televent.adapters.postgres.dav_index.directory_rows import ACCOUNT_BY, accounts_of
from televent.adapters.postgres.followers.runner import Following
from televent.adapters.postgres.pool import Connection
from televent.adapters.postgres.queues.outbox_rows import ENQUEUE, outbox_row
from televent.adapters.postgres.reminders import statements
from televent.adapters.postgres.rows import Pool
from televent.adapters.postgres.wakeup import OUTBOX, Wakeups
from televent.application.messages.catalogue import CATALOGUE
from televent.application.messages.outbox import OutboxMessage
from televent.application.messages.reminders import (
    DigestDue,
    DigestMail,
    ReminderDue,
    ReminderMail,
    RemindersDue,
    RemindersMail,
)
from televent.application.read_models.accounts import AccountRow
from televent.application.use_cases.reminders.digest import day_of_digest, next_digest, start_of_day
from televent.application.use_cases.reminders.planning import NEXT_DAY, Plan, Waiting, owner_of, plan
from televent.domain.ids import AccountId
from televent.ical.objects.calendar_text import CalendarText

log = structlog.get_logger("televent.reminders")

LATE: Final = timedelta(minutes=10)
"""Time after which a reminder counts as late: it was due while no worker ran."""
CROWD: Final = 6
"""Min reminders of one person at the same time that come in one message."""
LISTED: Final = 30
"""Max events in such a message; the others are counted."""
FIRED, MERGED, PLANNED, DIGESTS = 1_000, 100, 100, 500
"""Max reminders, people, copies and summaries of one step."""
SMALL: Final = 16 * 1024
"""Max bytes of a text that is read together with the others of a step."""

Addresses = Callable[[AccountRow], Sequence[str]]
"""All addresses that mean a person."""


class ReminderQueue:
    """The steps by which reminders come at their time. Each may run at any time, in any order, in many workers at once.

    ``follower``: the consumer of the projection that marks rows.
    """

    def __init__(self, pool: Pool, wakeups: Wakeups, addresses: Addresses, follower: Following) -> None:
        self._pool = pool
        self._wakeups = wakeups
        self._addresses = addresses
        self._follower = follower

    def begin(self, now: datetime) -> None:
        """Notes since when this server reminds. Nobody is reminded of what was due before."""
        with self._pool.connection() as connection:
            connection.execute(statements.BEGIN, {"now": now})

    def step(self, now: datetime) -> bool:
        """Does a part of what is due; returns whether there may be more."""
        done = [self.fire(now), self.merge(now), self.digests(now), self.plan(now)]
        return any(done)

    def next_at(self) -> datetime | None:
        """The time at which something is due next; None where nothing is."""
        with self._pool.connection() as connection:
            row = connection.execute(statements.NEXT).fetchone()
        return row[0] if row is not None else None

    def fire(self, now: datetime) -> int:
        """Queues the reminders that are due and not late; returns their number."""
        names = {"chat": CATALOGUE.name_of(ReminderDue), "mail": CATALOGUE.name_of(ReminderMail)}
        return self._queue(statements.FIRE, {"now": now, "late": now - LATE, "crowd": CROWD, "limit": FIRED, **names})

    def merge(self, now: datetime) -> int:
        """Queues one message for each person with late reminders, or with many at once; returns their number."""
        names = {"chat": CATALOGUE.name_of(RemindersDue), "mail": CATALOGUE.name_of(RemindersMail)}
        limits = {"crowd": CROWD, "limit": MERGED, "listed": LISTED}
        follower = {"follower": self._follower.name, "topics": list(self._follower.topics)}
        return self._queue(statements.MERGE, {"now": now, "late": now - LATE, **limits, **names, **follower})

    def plan(self, now: datetime) -> int:
        """Plans the next reminders of copies that changed or whose last one is queued; returns their number."""
        with self._pool.connection() as connection, connection.transaction():
            if connection.execute(statements.ONE_PLANNER).fetchone() != (True,):
                return 0
            rows = connection.execute(statements.TO_PLAN, {"now": now, "limit": PLANNED}).fetchall()
            people = _people(connection, {row[0] for row in rows})
            texts = _texts(connection, rows)
            writes = [self._planned(row, texts(row), people.get(row[0]), now) for row in rows]
            keys = {"tenants": [row[0] for row in rows], "streams": [row[1] for row in rows]}
            locked = set(connection.execute(statements.LOCK, keys).fetchall())
            writes = [each for each in writes if (each[1]["tenant"], each[1]["stream"]) in locked]
            for statement in (statements.PLANNED, statements.FORGET):
                alike = [values for which, values in writes if which == statement]
                if alike:
                    connection.execute(statement, {name: [each[name] for each in alike] for name in alike[0]})
        return len(writes)

    def digests(self, now: datetime) -> int:
        """Queues the daily summaries that are due, and plans the next ones; returns their number."""
        count = 0
        for claim in (statements.DIGESTS_DUE, statements.DIGESTS_UNPLANNED):
            with self._pool.connection() as connection, connection.transaction():
                rows = connection.execute(claim, {"now": now, "limit": DIGESTS}).fetchall()
                people = _people(connection, {row[0] for row in rows})
                queued, planned = [], []
                for tenant, due_at, done_at in rows:
                    values, message = _digest(people.get(tenant), due_at, done_at, now)
                    planned.append({"tenant": tenant, **values})
                    if message is not None:
                        queued.append(outbox_row(tenant, message, message.outbox_id.hex, now))
                with connection.cursor() as cursor:
                    cursor.executemany(statements.DIGEST_PLANNED, planned)
                    cursor.executemany(ENQUEUE, queued)
            count += len(rows)
            if queued:
                self._wakeups.notify(OUTBOX)
        return count

    def _queue(self, statement: str, values: dict[str, Any]) -> int:
        with self._pool.connection() as connection:
            row = connection.execute(statement, values).fetchone()
        count = int(row[0]) if row is not None else 0
        if count:
            self._wakeups.notify(OUTBOX)
        return count

    def _planned(
        self, row: Sequence[Any], text: bytes | None, account: AccountRow | None, now: datetime
    ) -> tuple[str, dict[str, Any]]:
        """The statement that writes the plan of one copy, and its values."""
        tenant, stream, marked, known_since, changed_at, done_until, reminds_since = row
        read = {"tenant": tenant, "stream": stream, "marked": marked, "done_until": done_until}
        if text is None or account is None:
            return statements.FORGET, read
        waiting = Waiting(tenant, stream, known_since, changed_at, done_until, reminds_since)
        made: Plan | None
        try:
            owner = owner_of(account, self._addresses(account))
            made = plan(CalendarText(text), waiting, account, owner, now)
        except Exception:
            # One text must not stop the reminders of all others.
            log.exception("the next reminder of an event cannot be planned", stream_id=str(stream))
            made = Plan(now + NEXT_DAY)
        if made is None:
            return statements.FORGET, read
        due = made.reminder
        values = {
            "plan_at": made.plan_at,
            "fires_at": due.at if due is not None else None,
            "reminder_id": made.reminder_id,
            "message": CATALOGUE.encode(due)[1] if due is not None else None,
            "since": waiting.since,
        }
        return statements.PLANNED, {**read, **values}


def _texts(connection: Connection, rows: Sequence[Sequence[Any]]) -> Callable[[Sequence[Any]], bytes | None]:
    """A function that gives the text of the copy in a row of TO_PLAN, None where there is none. Small texts are read
    together, each other one when it is asked for."""
    wanted = {"streams": [row[1] for row in rows], "small": SMALL}
    read = connection.execute(statements.TEXTS, wanted, binary=True).fetchall() if rows else []
    found: dict[tuple[UUID, UUID], bytes | None] = {(tenant, stream): ics for tenant, stream, ics in read}

    def text(row: Sequence[Any]) -> bytes | None:
        key = row[0], row[1]
        if key not in found or found[key] is not None:
            return found.get(key)
        one = connection.execute(statements.TEXT, (row[1], row[0]), binary=True).fetchone()
        return bytes(one[0]) if one is not None else None

    return text


def _people(connection: Connection, tenants: set[UUID]) -> dict[UUID, AccountRow]:
    if not tenants:
        return {}
    where = "account.tenant_id = ANY (%s)"
    rows = connection.execute(ACCOUNT_BY.format(where=where), (list(tenants),), binary=True).fetchall()
    return {account.tenant: account for account in accounts_of(rows)}


def _digest(
    account: AccountRow | None, due_at: datetime | None, done_at: datetime | None, now: datetime
) -> tuple[dict[str, Any], OutboxMessage | None]:
    """The new values of a person's row, and the summary that is due."""
    if account is None:
        return {"due_at": None, "done_at": done_at}, None
    if due_at is None or due_at > now:
        return {"due_at": next_digest(account, done_at, now), "done_at": done_at}, None
    today = start_of_day(account, now)
    if due_at < today:
        # After a downtime of days only the summary of today is sent.
        return {"due_at": next_digest(account, done_at, today - timedelta(microseconds=1)), "done_at": done_at}, None
    kind = DigestMail if account.telegram_id is None else DigestDue
    day = day_of_digest(account, due_at)
    message = OutboxMessage(_digest_id(account.tenant, due_at), f"digest/{due_at:%Y%m%dT%H%M%S}", kind(day), now)
    return {"due_at": next_digest(account, due_at, now), "done_at": due_at}, message


def _digest_id(tenant: AccountId, due_at: datetime) -> UUID:
    return uuid5(tenant, f"digest/{due_at.isoformat()}")

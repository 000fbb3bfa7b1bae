"""Fills accounts with events that have a past: made, changed and moved, each by a transaction of its own, by COPY.

The facts are decided once by the product's own function, and repeated for each account with other ids. The rows are
those of the product's inline projection, and the counters those of as many PUTs: ``televent verify`` with
``--projections`` finds no difference.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any
from uuid import UUID, uuid4

from bench import bulk, events
from televent.adapters.postgres.event_store.transaction import ORDINAL_BITS
from televent.application.event_store.context import Context
from televent.application.event_store.deciders import CALENDAR_OBJECT
from televent.application.event_store.mapper import NewEvent, genesis
from televent.application.read_models.accounts import AccountRow
from televent.application.read_models.resources import PutResource
from televent.domain.calendar_object.commands import PutObject
from televent.domain.calendar_object.decide import decide
from televent.domain.calendar_object.events import Splice
from televent.domain.calendar_object.state import CalendarObject, etag_of
from televent.domain.ids import StreamKey
from televent.ical.objects.calendar_text import CalendarText
from televent.projections.inline import inline_writes
from televent.runtime.compose import Core, now

COUNTER = "UPDATE calendar SET seq = %s WHERE tenant_id = %s AND calendar_id = %s"
PREFIX = "past00000"
"""The prefix of names and UIDs. It has one length for all accounts, so a change has the same place in each text."""


@dataclass(frozen=True, slots=True)
class Past:
    """An event's facts, one for each transaction, and its row after the last of them."""

    number: int
    facts: tuple[Any, ...]
    row: PutResource


def past(core: Core, owner: AccountRow, calendar_id: UUID, number: int, changes: int) -> Past:
    """Event ``number`` with so many changes, decided as by PUTs. Raises Refusal."""
    at, person = now(), core.backend.people.owner(owner)
    loaded = core.store.empty(CALENDAR_OBJECT, StreamKey(owner.tenant, uuid4()))
    state: CalendarObject = loaded.state
    facts: list[Any] = []
    href = events.name(number, prefix=PREFIX)
    for revision in range(changes + 1):
        # Another number has another start: the second change moves the event.
        text = events.event(number, prefix=PREFIX, revision=revision)
        if revision == 2:
            text = text.replace(b"T08", b"T09").replace(b"T11", b"T12").replace(b"T14", b"T15")
        decision = decide(state, PutObject(person, calendar_id, href, CalendarText(text), at, False))
        (fact,) = decision.facts
        facts.append(fact)
        state = decision.after(state)
    (row,) = inline_writes(loaded.key, loaded.state, state, facts, at)
    assert isinstance(row, PutResource)
    return Past(number, tuple(facts), row)


def record(core: Core, people: Sequence[AccountRow], pasts: Sequence[Past], tick: Callable[[int], None]) -> None:
    """Records the events for each of the people, whose calendars must be empty. ``tick`` is called with the number of
    facts after each account."""
    rounds = max(len(each.facts) for each in pasts)
    with core.pool.connection() as connection:
        for person_number, owner in enumerate(people):
            calendar_id = owner.default_calendar
            assert calendar_id is not None
            copies = [_Copy(owner, calendar_id, each, f"past{person_number:05d}") for each in pasts]
            seq = 0
            for place in range(rounds):
                changed = [each for each in copies if place < len(each.past.facts)]
                with connection.transaction():
                    # The first counts as the product does, so the run is noted (ADR 6).
                    connection.execute(bulk.BEGIN, (owner.tenant, calendar_id))
                    found = connection.execute(bulk.XID).fetchone()
                    assert found is not None
                    base = int(found[0]) << ORDINAL_BITS
                    rows = (_event(core, each, place, base | n) for n, each in enumerate(changed))
                    bulk.copy(connection, "event", bulk.EVENT, rows)
                    for each in changed:
                        seq += 1
                        each.seq = seq
                    connection.execute(COUNTER, (seq, owner.tenant, calendar_id))
                    if place == rounds - 1:
                        bulk.copy(connection, "resource", bulk.RESOURCE, _resources(copies))
            tick(sum(len(each.facts) for each in pasts))


class _Copy:
    def __init__(self, owner: AccountRow, calendar_id: UUID, past: Past, prefix: str) -> None:
        self.past, self.seq = past, 0
        uid, href = events.uid(past.number, prefix=prefix), events.name(past.number, prefix=prefix)
        assert len(uid) == len(past.row.uid)
        self.key = StreamKey(owner.tenant, uuid4())
        self.chain = genesis(str(self.key))
        first = past.facts[0]
        text = first.change.inserted.replace(past.row.uid.encode(), uid.encode())
        made = replace(first, calendar_id=calendar_id, href=href, uid=uid, change=Splice(0, 0, text))
        self.facts = (made, *past.facts[1:])
        ics = past.row.ics.replace(past.row.uid.encode(), uid.encode())
        self.row = replace(
            past.row,
            tenant=owner.tenant,
            calendar_id=calendar_id,
            href=href,
            stream_id=self.key.stream,
            uid=uid,
            etag=etag_of(CalendarText(ics)),
            ics=ics,
        )


def _event(core: Core, copy: _Copy, place: int, position: int) -> tuple[Any, ...]:
    tenant = copy.key.tenant
    context = Context(tenant, str(tenant), "caldav", copy.row.modified_at, uuid4(), uuid4().hex)
    event = core.store.facts.to_stored_event(
        NewEvent(str(copy.key), place + 1, copy.facts[place], context, tenant, copy.chain)
    )
    copy.chain = event.chain
    return bulk.event_row(event, position)


def _resources(copies: Sequence[_Copy]) -> Iterator[tuple[Any, ...]]:
    for each in copies:
        yield bulk.resource_row(each.row, {each.row.calendar_id: each.seq - 1})

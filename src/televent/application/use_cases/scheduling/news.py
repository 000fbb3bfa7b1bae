"""Reads from the facts of a copy what its reader was not told yet: what an invitation was and is now, and who answered.

Several facts are told as one: each time, place and title as it was told last, and as it is now.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, Final
from uuid import UUID

from televent.application.backend import Backend
from televent.application.event_store.recorded import RecordedEvent
from televent.domain.calendar_object.details import Answered, Details, Difference, WhatChanged
from televent.domain.calendar_object.events import EventCancelled, InvitationReceived, RsvpGiven
from televent.domain.ids import AccountId, StreamKey

MAX_FACTS: Final = 1000
"""Max facts that are read for one message."""
MAX_AGE: Final = timedelta(days=1)
"""Max time before the newest answer for which earlier ones are told with it."""
Events = Sequence[tuple[RecordedEvent, Any]]
"""Facts with their stored events."""
TOLD: Final = frozenset({"DESCRIPTION", "URL", "CONFERENCE", "ATTACH"})
"""The other properties whose change a reader is told."""


@dataclass(frozen=True, slots=True)
class News:
    """The changes of an invitation. ``version``: that of the newest fact of the copy. ``organizer``: the name that the
    last message came with; it says so where that is not proven.

    ``was`` and ``now``: the event or the series, both None where it did not change. ``dates``: occurrences that
    changed; ``unlisted`` counts further ones. ``asks``: the organizer wants an answer. ``made``: the facts begin with
    the invitation itself.
    """

    version: int
    organizer: str | None = None
    made: bool = False
    asks: bool = False
    was: Details | None = None
    now: Details | None = None
    dates: tuple[Difference, ...] = ()
    unlisted: int = 0
    properties: tuple[str, ...] = ()

    @property
    def changed(self) -> bool:
        """Whether a reader sees a difference."""
        return bool(self.was is not None or self.dates or self.unlisted or self.properties)


@dataclass(frozen=True, slots=True)
class Answers:
    """The answers of attendees, oldest first. ``version``: that of the newest fact of the copy."""

    version: int
    answers: tuple[Answered, ...]


def events_of(backend: Backend, tenant: AccountId, stream_id: UUID, *, after: int) -> Events:
    """The newest facts of a copy with versions later than ``after``, oldest first, each with its stored event."""
    return backend.store.newest(StreamKey(tenant, stream_id), after=after, limit=MAX_FACTS)


def news_of(
    backend: Backend,
    tenant: AccountId,
    stream_id: UUID,
    *,
    after: int,
    upto: int | None = None,
    events: Events | None = None,
) -> News:
    """The changes by the organizer with versions in (``after``, ``upto``]; ``upto`` None: all later ones. ``events``:
    those of events_of, where the caller has read them."""
    version, facts = _facts(backend, tenant, stream_id, after, upto, events)
    told = [each for each in facts if _is_told(each)]
    changes = [each.what for each in told]
    was = next((each.was for each in changes if each.was is not None), None)
    now = next((each.now for each in reversed(changes) if each.now is not None), None)
    same = was is None or now is None or was == now
    return News(
        version=version,
        organizer=_organizer(told) or _organizer(_facts(backend, tenant, stream_id, 0, None)[1]),
        made=bool(told) and isinstance(told[0], InvitationReceived) and _makes(told[0].what),
        asks=any(isinstance(each, InvitationReceived) and each.asks for each in told),
        was=None if same else was,
        now=None if same else now,
        dates=tuple(_dates(changes)),
        unlisted=max((each.unlisted for each in changes), default=0),
        properties=tuple(sorted(TOLD.intersection(name for each in changes for name in each.properties))),
    )


def answers_of(backend: Backend, tenant: AccountId, stream_id: UUID, *, after: int, upto: int | None = None) -> Answers:
    """The answers in the organizer's copy with versions in (``after``, ``upto``], without those that changed nothing
    and have no comment."""
    events = events_of(backend, tenant, stream_id, after=after)
    newest = max((event.recorded_at for event, fact in events if _is_answer(fact)), default=None)
    found = [
        Answered(
            fact.attendee,
            fact.name,
            fact.was,
            fact.partstat,
            fact.occurrence,
            fact.comment,
            fact.delegated_to,
            fact.guests,
        )
        for event, fact in events
        if _is_answer(fact)
        and (upto is None or event.originator_version <= upto)
        and (newest is None or event.recorded_at > newest - MAX_AGE)
    ]
    return Answers(events[-1][0].originator_version if events else after, tuple(found))


def accepted_before(backend: Backend, tenant: AccountId, stream_id: UUID) -> bool:
    """Whether the owner's last answer, to the event or a date of it, was to come, perhaps."""
    _, facts = _facts(backend, tenant, stream_id, 0, None)
    given = [fact.partstat for fact in facts if isinstance(fact, RsvpGiven) and fact.own]
    return bool(given) and given[-1] in ("ACCEPTED", "TENTATIVE")


def _facts(
    backend: Backend, tenant: AccountId, stream_id: UUID, after: int, upto: int | None, events: Events | None = None
) -> tuple[int, list[Any]]:
    events = events_of(backend, tenant, stream_id, after=after) if events is None else events
    version = events[-1][0].originator_version if events else after
    return version, [fact for event, fact in events if upto is None or event.originator_version <= upto]


def _organizer(facts: Sequence[Any]) -> str | None:
    """The organizer as the last of the messages named them."""
    return next((each.organizer_name or each.organizer for each in reversed(facts) if _is_told(each)), None)


def _is_told(fact: Any) -> bool:
    return isinstance(fact, EventCancelled) or (isinstance(fact, InvitationReceived) and not fact.only_answers)


def _is_answer(fact: Any) -> bool:
    return (
        isinstance(fact, RsvpGiven)
        and not fact.own
        and (fact.was != fact.partstat or fact.comment is not None or fact.guests > 0)
    )


def _makes(what: WhatChanged) -> bool:
    """Whether the copy was made by that change."""
    return what.was is None and all(each.was is None for each in what.occurrences)


def _dates(changes: Iterable[WhatChanged]) -> list[Difference]:
    """Each occurrence that differs from before the first change, by its original time."""
    found: dict[str, Difference] = {}
    for each in (difference for what in changes for difference in what.occurrences):
        name = each.occurrence.recurrence_id
        was = found[name].was if name in found else each.was
        found[name] = Difference(each.occurrence, was, each.now)
    differing = (each for each in found.values() if each.was != each.now)
    return sorted(differing, key=lambda each: each.occurrence.recurrence_id)

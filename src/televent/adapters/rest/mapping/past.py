"""The past of events and proposals of other times as JSON."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Any
from uuid import UUID

import msgspec

from televent.adapters.rest.mapping.times import local
from televent.application.event_store.envelope import Envelope
from televent.application.use_cases.events.trash import Trashed
from televent.application.use_cases.scheduling.proposals import Standing
from televent.domain.calendar_object.details import Details, When
from televent.ical.text.values import moment
from televent.projections.history import Entry, entries_of


class Moment(msgspec.Struct, frozen=True):
    """A date, or a local time and its zone; ``utc``: the instant, null where it is none."""

    local: str
    time_zone: str | None
    utc: datetime | None


class Version(msgspec.Struct, frozen=True):
    """The parts of an event that people see."""

    summary: str
    location: str
    start: Moment | None
    end: Moment | None
    rule: str | None
    status: str | None


class Someone(msgspec.Struct, frozen=True):
    """A person by address, and by name where it is known."""

    email: str
    name: str | None


class Given(msgspec.Struct, frozen=True):
    """An answer of an attendee before and after a change."""

    email: str
    name: str | None
    was: str | None
    now: str
    note: str | None


class Change(msgspec.Struct, frozen=True, kw_only=True):
    """One entry of a history. ``change_id`` names the request that it belongs to: with it, it can be undone, if it was
    the person's own (``own``). ``word`` says what happened; ``by`` who did it; ``properties`` are those of iCalendar
    that changed beside. ``count``: changes that this entry stands for."""

    at: datetime
    change_id: UUID
    word: str
    by: str
    own: bool
    door: str
    occurrence_id: str | None
    was: Version | None
    now: Version | None
    guest: Someone | None
    answer: Given | None
    properties: tuple[str, ...]
    count: int


class TrashedEvent(msgspec.Struct, frozen=True, kw_only=True):
    """A deleted event. ``until``: when it can be restored last."""

    id: UUID
    uid: str
    summary: str
    event: Version | None
    role: str
    deleted_at: datetime
    until: datetime


class Proposal(msgspec.Struct, frozen=True, kw_only=True):
    """Another time that an attendee proposes. ``possible``: it can be accepted now. ``answer``: null, "accepted" or
    "declined"."""

    id: str
    attendee: Someone
    occurrence_id: str | None
    was: Version | None
    now: Version | None
    note: str | None
    possible: bool
    answer: str | None


def changes_of(fact: Any, envelope: Envelope, tenant: UUID, name_of: Callable[[str], str]) -> list[Change]:
    """The entries of one fact, the last first. ``name_of``: the name of an actor here."""
    return [_change(each, envelope, tenant, name_of) for each in reversed(entries_of(fact, envelope))]


def trashed(each: Trashed) -> TrashedEvent:
    """A deleted event."""
    return TrashedEvent(
        id=each.stream_id,
        uid=each.uid,
        summary=each.summary,
        event=_version(each.details),
        role=each.role,
        deleted_at=each.deleted_at,
        until=each.until,
    )


def proposal_of(each: Standing) -> Proposal:
    """A proposal."""
    given = each.proposal
    return Proposal(
        id=given.key,
        attendee=Someone(given.attendee, given.name),
        occurrence_id=given.recurrence_id,
        was=_version(given.was),
        now=_version(given.now),
        note=given.comment,
        possible=not each.outdated and not each.whole_series and given.answer is None,
        answer=given.answer,
    )


def _change(entry: Entry, envelope: Envelope, tenant: UUID, name_of: Callable[[str], str]) -> Change:
    guest, answer = entry.guest, entry.answer
    return Change(
        at=entry.at,
        change_id=envelope.command_id,
        word=entry.word,
        by=entry.by or name_of(entry.actor),
        own=entry.actor == str(tenant),
        door=entry.door,
        occurrence_id=entry.occurrence.recurrence_id if entry.occurrence is not None else None,
        was=_version(entry.was),
        now=_version(entry.now),
        guest=Someone(guest.address, guest.name) if guest is not None else None,
        answer=Given(answer.address, answer.name, answer.was, answer.now, answer.comment) if answer else None,
        properties=entry.properties,
        count=entry.count,
    )


def _version(details: Details | None) -> Version | None:
    if details is None:
        return None
    start, end = _when(details.start), _when(details.end)
    return Version(details.title, details.place, start, end, details.rule, details.status)


def _when(when: When | None) -> Moment | None:
    read = moment(when.local) if when is not None else None
    if when is None or read is None:
        return None
    return Moment(local(read), when.zone, when.utc)

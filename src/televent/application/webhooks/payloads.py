"""The body of a webhook event, from a fact. No iCalendar is parsed: facts say what changed."""

from __future__ import annotations

import html
from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any, Final
from uuid import UUID

import msgspec

from televent.application.webhooks import shapes
from televent.domain.account import events as account
from televent.domain.calendar import events as calendar
from televent.domain.calendar_object import events, parked_mail, proposals
from televent.domain.calendar_object.details import (
    Answered,
    Details,
    Difference,
    Guest,
    Occurrence,
    WhatChanged,
    When,
)
from televent.domain.sharing.grants import events as grants
from televent.domain.sharing.mount import events as mount

_TITLE: Final = "{DAV:}displayname"
_COLOR: Final = "{http://apple.com/ns/ical/}calendar-color"


class Body(msgspec.Struct, frozen=True):
    """The body of a delivery (Standard Webhooks, "Payload structure"). ``id``: the same in every delivery of it."""

    id: UUID
    type: str
    timestamp: datetime
    data: Any


def encoded(event_id: UUID, name: str, at: datetime, data: shapes.Shape) -> bytes:
    """The bytes that are sent and signed."""
    return msgspec.json.encode(Body(event_id, name, at, data))


def data_of(fact: Any, stream: UUID, place: UUID | None) -> shapes.Shape:
    """The data of a fact in ``types.TOLD``. ``stream``: its stream; ``place``: the event's calendar, if it is known.
    Raises LookupError for another fact."""
    match fact:
        case events.EventCreated():
            change = _change(fact.what)
            return shapes.EventChanged(event_id=stream, calendar_id=fact.calendar_id, uid=fact.uid, **change)
        case events.EventRevised() | events.EventRescheduled():
            return shapes.EventChanged(event_id=stream, calendar_id=place, **_change(fact.what))
        case events.EventCancelled():
            return shapes.EventChanged(
                event_id=stream,
                calendar_id=place,
                recurrence_id=fact.recurrence_id,
                organizer=fact.organizer,
                organizer_name=fact.organizer_name,
                **_change(fact.what),
            )
        case events.EventDeleted():
            return shapes.EventChanged(event_id=stream, calendar_id=place, was=_view(fact.was))
        case events.EventMoved():
            return shapes.EventPlaced(event_id=stream, calendar_id=fact.calendar_id, name=fact.href)
        case events.AttendeeInvited():
            return shapes.GuestChanged(event_id=stream, calendar_id=place, guest=_guest(fact))
        case events.AttendeeRemoved():
            return shapes.GuestChanged(event_id=stream, calendar_id=place, guest=_guest(fact), entirely=fact.entirely)
        case events.RsvpGiven():
            answer = Answered(
                fact.attendee, fact.name, fact.was, fact.partstat, fact.occurrence, fact.comment, fact.delegated_to,
                fact.guests,
            )  # fmt: skip
            return shapes.Answered(event_id=stream, calendar_id=place, answer=_answer(answer), own=fact.own)
        case events.InvitationReceived():
            what = _change(fact.what)
            what.pop("properties")
            return shapes.Invited(
                event_id=stream,
                calendar_id=fact.calendar_id,
                uid=fact.uid,
                organizer=fact.organizer,
                organizer_name=fact.organizer_name,
                asks=fact.asks,
                invited=tuple(map(_guest, fact.people.invited)),
                removed=tuple(map(_guest, fact.people.removed)),
                answered=tuple(map(_answer, fact.people.answered)),
                **what,
            )
        case events.MessageSetAside():
            answers = tuple(map(_answer, fact.uninvited))
            return shapes.Uninvited(event_id=stream, title=fact.summary, answers=answers, refused=fact.refused)
        case parked_mail.MailParked():
            return shapes.Parked(event_id=stream, title=fact.summary, sender=fact.sender, reason=fact.reason)
        case (
            events.CounterProposed()
            | proposals.TimeProposed()
            | proposals.ProposalAnswered()
            | proposals.ProposalAnswerReceived()
        ):
            return shapes.Proposed(
                event_id=stream,
                calendar_id=place,
                email=fact.attendee,
                name=getattr(fact, "name", None),
                occurrence=_occurrence(fact.occurrence),
                was=_view(fact.was),
                now=_view(fact.now),
                comment=fact.comment,
            )
        case _:
            return _of_others(fact)


def _of_others(fact: Any) -> shapes.Shape:
    match fact:
        case calendar.CalendarCreated():
            return shapes.CalendarChanged(calendar_id=fact.calendar_id, name=fact.name, **_shown(fact.props))
        case calendar.CalendarPropertiesChanged():
            return shapes.CalendarChanged(calendar_id=fact.calendar_id, **_shown(fact.props))
        case calendar.CalendarRenamed():
            return shapes.CalendarChanged(calendar_id=fact.calendar_id, name=fact.name)
        case calendar.CalendarDeleted():
            return shapes.CalendarChanged(calendar_id=fact.calendar_id)
        case grants.CalendarShared():
            return shapes.ShareChanged(
                calendar_id=fact.calendar_id,
                sharee=fact.sharee,
                access=fact.access,
                email=fact.address,
                name=fact.name,
            )
        case grants.ShareWithdrawn():
            return shapes.ShareChanged(calendar_id=fact.calendar_id, sharee=fact.sharee)
        case grants.ShareAnswered():
            return shapes.ShareChanged(
                calendar_id=fact.calendar_id, sharee=fact.sharee, name=fact.name, accepted=fact.accepted
            )
        case mount.ShareOffered() | mount.ShareEnded():
            return shapes.ShareTaken(
                share_id=fact.share_id,
                owner_name=fact.owner_name or None,
                title=fact.title or None,
                access=fact.access or None,
            )
        case mount.ShareAccepted() | mount.ShareDeclined():
            return shapes.ShareTaken(share_id=fact.share_id)
        case account.ProfileChanged():
            return shapes.AccountChanged(name=fact.name)
        case account.AddressVerified() | account.AddressRemoved():
            return shapes.AccountChanged(email=fact.address)
        case account.DevicePasswordAdded():
            return shapes.AccountChanged(name=fact.name, device_id=fact.device_id)
        case account.DevicePasswordRevoked():
            return shapes.AccountChanged(device_id=fact.device_id)
        case account.ApiKeyAdded():
            return shapes.AccountChanged(name=fact.name, key_id=fact.key_id)
        case account.ApiKeyRevoked():
            return shapes.AccountChanged(key_id=fact.key_id)
        case account.ErasureRequested():
            return shapes.AccountChanged(final_at=fact.final_at)
        case account.ErasureRevoked() | account.TelegramLinked() | account.TelegramUnlinked():
            return shapes.AccountChanged()
        case _:
            raise LookupError(type(fact).__name__)


def _shown(props: Mapping[str, str]) -> dict[str, Any]:
    """The title and colour among a calendar's properties, which are XML."""
    found = {"title": props.get(_TITLE), "color": props.get(_COLOR)}
    return {name: html.unescape(value) for name, value in found.items() if value is not None}


def _change(what: WhatChanged) -> dict[str, Any]:
    return {
        "was": _view(what.was),
        "now": _view(what.now),
        "occurrences": tuple(map(_difference, what.occurrences)),
        "properties": what.properties,
    }


def _difference(each: Difference) -> shapes.OccurrenceChange:
    return shapes.OccurrenceChange(occurrence=_named(each.occurrence), was=_view(each.was), now=_view(each.now))


def _view(details: Details | None) -> shapes.EventView | None:
    if details is None:
        return None
    start = details.start
    return shapes.EventView(
        title=details.title,
        start_time=_time(start),
        end_time=_time(details.end),
        all_day=start is not None and "T" not in start.local,
        timezone=start.zone if start is not None else None,
        location=details.place,
        recurrence_rule=details.rule,
        status=details.status,
    )


def _time(when: When | None) -> str | None:
    if when is None:
        return None
    if when.utc is not None:
        return f"{when.utc:%Y-%m-%dT%H:%M:%S}Z"
    local = when.local
    day = f"{local[:4]}-{local[4:6]}-{local[6:8]}"
    return day if len(local) == 8 else f"{day}T{local[9:11]}:{local[11:13]}:{local[13:15]}"


def _named(occurrence: Occurrence) -> shapes.OccurrenceView:
    return shapes.OccurrenceView(recurrence_id=occurrence.recurrence_id, start_time=_time(occurrence.original) or "")


def _occurrence(occurrence: Occurrence | None) -> shapes.OccurrenceView | None:
    return _named(occurrence) if occurrence is not None else None


def _occurrences(found: Iterable[Occurrence]) -> tuple[shapes.OccurrenceView, ...]:
    return tuple(map(_named, found))


def _guest(guest: Guest | events.AttendeeInvited | events.AttendeeRemoved) -> shapes.GuestView:
    return shapes.GuestView(email=guest.address, name=guest.name, occurrences=_occurrences(guest.occurrences))


def _answer(answer: Answered) -> shapes.AnswerView:
    return shapes.AnswerView(
        email=answer.address,
        name=answer.name,
        was=answer.was,
        now=answer.now,
        occurrence=_occurrence(answer.occurrence),
        comment=answer.comment,
        delegated_to=answer.delegated_to,
        guests=answer.guests,
    )

"""A guest elsewhere answers a meeting by the link of a mail: the answer counts as a REPLY by their own token (T3)."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta
from typing import Final, Literal
from uuid import NAMESPACE_URL, uuid5

from televent.application.backend import Backend
from televent.application.event_store.context import by_link
from televent.application.event_store.deciders import CALENDAR_OBJECT
from televent.application.mail_records.answer_links import GUEST, AnswerLinks
from televent.application.mail_records.sent_mail import Guest
from televent.application.refusals import TryAgain
from televent.application.use_cases.scheduling.answer_by_link import Linked, issue_link
from televent.application.use_cases.scheduling.cards import card_of, rows_of
from televent.application.use_cases.scheduling.receive_itip import Incoming, receive_itip
from televent.domain.calendar_object.decision import known_of
from televent.domain.ids import StreamKey
from televent.ical.itip.precedence import Trust
from televent.ical.itip.sending.guest_reply import guest_reply
from televent.ical.objects.reading import Attendee, Reading

ATTEMPTS: Final = 3
"""Max attempts at an answer that another one of the same second overtakes."""
_SECOND: Final = timedelta(seconds=1)

GuestRefused = Literal["gone", "cancelled", "over", "removed", "moved"]
"""Why an answer does not count."""


def issue_guest_link(backend: Backend, links: AnswerLinks, guest: Guest, recurrence_id: str | None) -> str | None:
    """The token by which this guest answers the event, or one occurrence; None where there is none any more."""
    read = rows_of(backend, guest.tenant, guest.stream_id)
    if read is None:
        return None
    card = card_of(backend, guest.tenant, guest.stream_id, recurrence_id, now=backend.clock(), read=read)
    return issue_link(backend, links, card, read, GUEST + guest.recipient) if card is not None else None


def guest_of(backend: Backend, linked: Linked) -> Attendee | None:
    """The guest's line in the organizer's copy as it is now; None where they are not invited any more."""
    address, row = linked.link.guest, backend.reads.by_stream(linked.link.tenant, linked.link.stream_id)
    if address is None or row is None or row.ics is None:
        return None
    return _line(row.text.reading, address, linked.link.recurrence_id)


def refused_to(backend: Backend, linked: Linked) -> GuestRefused | None:
    """Why the guest cannot answer the event as it is now; None where they can."""
    if linked.card is None:
        return "gone"
    # First of all: a guest who was removed is not told what became of the meeting since.
    if guest_of(backend, linked) is None:
        return "removed"
    return linked.card.state if linked.card.state != "open" else None


def answer_as_guest(
    backend: Backend, linked: Linked, *, partstat: str, comment: str | None, seen: str, form: str
) -> GuestRefused | None:
    """Records the answer, or returns why it does not count. The newest answer wins, whichever way it came.

    ``seen``: the mark of the time that was shown. ``form``: the id of the form; one that comes twice counts once.
    Raises TryAgain.
    """
    address, tenant = linked.link.guest, linked.link.tenant
    assert address is not None
    key = f"link/{uuid5(NAMESPACE_URL, f'{linked.link.token}/{form}')}"
    for _ in range(ATTEMPTS):
        refused = refused_to(backend, linked)
        if refused is not None:
            return refused
        if seen != linked.seen:
            return "moved"
        guest = guest_of(backend, linked)
        if comment is None and guest is not None and guest.partstat == partstat:
            return None
        row = backend.reads.by_stream(tenant, linked.link.stream_id)
        assert row is not None
        reply = guest_reply(
            row.text,
            attendee=address,
            partstat=partstat,
            recurrence_id=linked.link.recurrence_id,
            comment=comment,
            dtstamp=_stamp(backend, linked, address),
        )
        if reply is None:
            return "removed"
        context = by_link(backend.ids(), tenant, backend.clock())
        # The account's own id would name the organizer as the one who answered.
        context = replace(context, actor="guest-link")
        name = guest.cn if guest is not None and guest.cn else address
        received = receive_itip(
            backend, Incoming(context, reply, key if form else None, sender_name=name, trust=Trust.T3), stored=row.text
        )
        if received.changed or received.reason not in ("stale", "duplicate"):
            return None
        card = card_of(backend, tenant, linked.link.stream_id, linked.link.recurrence_id, now=backend.clock())
        linked = replace(linked, card=card)
        if _taken(backend, linked, partstat):
            return None
    raise TryAgain


def _taken(backend: Backend, linked: Linked, partstat: str) -> bool:
    guest = guest_of(backend, linked)
    return guest is not None and guest.partstat == partstat


def _stamp(backend: Backend, linked: Linked, address: str) -> datetime:
    """A DTSTAMP later than that of every answer of this guest so far; a clock elsewhere may run ahead of ours."""
    state = backend.store.load(CALENDAR_OBJECT, StreamKey(linked.link.tenant, linked.link.stream_id)).state
    stamps = [mark.dtstamp for (_, who), mark in known_of(state).items() if who == address and mark.dtstamp is not None]
    return max([backend.clock(), *(each + _SECOND for each in stamps)])


def _line(reading: Reading, address: str, recurrence_id: str | None) -> Attendee | None:
    if recurrence_id is None:
        return reading.attendee((address,))
    event = next((each for each in reading.overrides if each.recurrence_id == recurrence_id), reading.master)
    return next((each for each in event.attendees if each.address == address), None) if event is not None else None

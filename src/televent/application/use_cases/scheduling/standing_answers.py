"""Answers of guests elsewhere that stand: the meeting was moved and moved back before they were told (ADR 63).

The organizer's copy has asked everybody again, twice. A guest who was told of neither has nothing new to answer: their
answer is recorded again for the version of now, and nobody is told. An answer that comes later counts as well
(ical.itip.receiving.standing).
"""

from __future__ import annotations

from typing import Final
from uuid import uuid5

from televent.application.backend import Backend
from televent.application.event_store.context import Context
from televent.application.event_store.deciders import CALENDAR_OBJECT
from televent.application.mail_records.sent_mail import Guest
from televent.application.use_cases.scheduling.receive_itip import Incoming, receive_itip
from televent.domain.calendar_object.decision import known_of
from televent.domain.ids import StreamKey
from televent.ical.itip.precedence import Trust
from televent.ical.itip.receiving.standing import standing_answers
from televent.ical.itip.sending.guest_reply import guest_reply
from televent.ical.objects.calendar_text import CalendarText
from televent.ical.text.errors import IcalError

LOOKED_AT: Final = 100
"""Max facts since the guest's last mail among which their answer is looked for."""


def text_told(backend: Backend, guest: Guest, stored: CalendarText) -> CalendarText | None:
    """The text that the guest was last told, where it is older than ``stored``, the organizer's; else None."""
    version = backend.sent_mail.told(guest)
    if not version:
        return None
    told = backend.store.load_at(CALENDAR_OBJECT, StreamKey(guest.tenant, guest.stream_id), version).state
    return told.text if told.exists and told.text != stored else None


def keep_answers(backend: Backend, guest: Guest, *, since: int) -> None:
    """Records the guest's answers again that are void without a reason that they know. Idempotent.

    ``since``: the version of the organizer's copy that they were told last. Raises Outage, TryAgain.
    """
    if since == 0:
        return  # They were told nothing yet.
    texts = _texts(backend, guest, since)
    key = StreamKey(guest.tenant, guest.stream_id)
    loaded = backend.store.load(CALENDAR_OBJECT, key)
    if len(texts) < 2 or not loaded.state.exists or loaded.state.text != texts[-1]:
        return
    try:
        standing = list(standing_answers(texts, guest.recipient, known_of(loaded.state)))
    except IcalError:
        return  # A text that cannot be read asks nobody.
    for each in standing:
        reply = guest_reply(
            loaded.state.text,
            attendee=guest.recipient,
            partstat=each.partstat,
            recurrence_id=each.recurrence_id,
            comment=None,
            # The time of the answer itself: one that the guest gives later is newer.
            dtstamp=each.mark.dtstamp or backend.clock(),
        )
        command = uuid5(guest.stream_id, f"stands/{guest.recipient}/{loaded.version}/{each.recurrence_id}")
        context = Context(guest.tenant, "system", "courier", backend.clock(), command, command.hex)
        if reply is not None:
            receive_itip(backend, Incoming(context, reply, trust=Trust(each.mark.trust), repeats=True))


def _texts(backend: Backend, guest: Guest, since: int) -> list[CalendarText]:
    """The text that the guest was told last, and those that the copy has had since; [] where it was not there."""
    key = StreamKey(guest.tenant, guest.stream_id)
    facts = backend.store.newest(key, after=since, limit=LOOKED_AT + 1)
    if not 0 < len(facts) <= LOOKED_AT:
        return []
    state = backend.store.load_at(CALENDAR_OBJECT, key, since).state
    texts = [state.text]
    for _, fact in facts:
        state = CALENDAR_OBJECT.evolve(state, fact)
        if not state.exists:
            return []
        if state.text != texts[-1]:
            texts.append(state.text)
    return texts

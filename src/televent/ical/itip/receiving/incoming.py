"""Applies an iTIP message to one person's copy: RFC 5546 §2.1.5 and §3.2, RFC 6638 §4; SPEC B6.

A message may arrive twice, late or not at all. A message that was applied before, or is older than the last one
applied, changes nothing.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import replace
from datetime import datetime

from televent.ical.itip.message import Message
from televent.ical.itip.parts import parts_of, parts_to_edit
from televent.ical.itip.people import addresses, attendees_of
from televent.ical.itip.precedence import EMPTY, Ledger, Trust, ledger
from televent.ical.itip.receiving.adding import receive_add
from televent.ical.itip.receiving.answers import apply_answer, received_answers
from televent.ical.itip.receiving.cancelling import receive_cancel
from televent.ical.itip.receiving.encounter import Encounter
from televent.ical.itip.receiving.proposals import receive_counter, receive_decline
from televent.ical.itip.receiving.requests import receive_request
from televent.ical.itip.results import Answer, Applied, Proposal
from televent.ical.itip.roles import organizer_in, role_in
from televent.ical.objects.calendar_text import CalendarText

__all__ = ["Answer", "Applied", "Proposal", "apply_answer", "ledger", "receive"]


def receive(
    stored: CalendarText | None,
    message: Message,
    *,
    me: Collection[str],
    now: datetime,
    known: Ledger = EMPTY,
    again: bool = False,
    answered: datetime | None = None,
    trust: Trust = Trust.T3,
    told: CalendarText | None = None,
    admits: bool = False,
) -> Applied:
    """Applies *message* to *stored*, the copy of its UID that the owner of the addresses *me* has (None: no copy).

    *now* replaces a missing DTSTAMP. *known* has the messages that were applied before. *again*: the sender requires a
    new answer from the owner. The owner's last answer, given at *answered*, stays valid if it is later than that.
    *trust*: how far an attendee's message is trusted as theirs; it does not replace an answer that is trusted more.
    *told*: the organizer's text that this attendee was last told, where it is older than *stored*.
    *admits*: the organizer lets in people who answer uninvited, and delegates.
    The caller checks the sender's right to send it (SPEC B5). Raises IcalError where *stored* is no calendar object.
    """
    copy = parts_to_edit(stored) if stored is not None else None
    asked = parts_of(told) if told is not None else None
    encounter = Encounter(message, stored, copy, addresses(me), now, known, again, answered, trust, asked, admits)
    if copy is not None and copy.uid != message.uid:
        return encounter.nothing("unknown-uid")
    if message.parts.kind == "VJOURNAL":
        return encounter.nothing("not-scheduled")
    match message.method:
        case "REQUEST" | "ADD" | "CANCEL":
            return _from_organizer(encounter)
        case "REPLY" | "COUNTER" | "REFRESH":
            return _from_attendee(encounter)
        case "DECLINECOUNTER" if copy is not None:
            return receive_decline(encounter, copy)
        case "PUBLISH":
            return encounter.nothing("published")
        case _:
            return encounter.nothing("unknown-uid" if message.method == "DECLINECOUNTER" else "unknown-method")


def _from_organizer(encounter: Encounter) -> Applied:
    message, copy = encounter.message, encounter.copy
    if message.organizer is None and message.method != "CANCEL":
        return encounter.nothing("no-organizer")
    if message.organizer in encounter.me or (copy is not None and role_in(copy, encounter.me) == "organizer"):
        return encounter.nothing("own-event")
    holder = organizer_in(copy) if copy is not None else None
    if holder is not None and message.organizer is not None and holder != message.organizer:
        # The same UID from another organizer is not applied (SPEC B6; RFC 5546 §3.2.2.4 asks for the user's consent).
        return encounter.nothing("not-organizer")
    if message.method == "CANCEL":
        return receive_cancel(encounter)
    if message.method == "ADD":
        return receive_add(encounter)
    return receive_request(encounter)


def _from_attendee(encounter: Encounter) -> Applied:
    message, copy = encounter.message, encounter.copy
    if copy is None:
        return encounter.nothing("unknown-uid")
    if role_in(copy, encounter.me) != "organizer":
        return encounter.nothing("not-organizer")
    if message.method == "REFRESH":
        asking = {
            address
            for _, each in message.parts.items()
            for address in attendees_of(each)
            if any(address in attendees_of(component) for _, component in copy.items())
        }
        askers = tuple(Answer(address, "NEEDS-ACTION", None) for address in sorted(asking))
        return replace(encounter.nothing(None), change="refresh", answers=askers)
    if message.method == "REPLY":
        return received_answers(encounter, copy)
    return receive_counter(encounter, copy)

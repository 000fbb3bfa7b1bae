"""A message meets one person's copy: RFC 5546 §2.1.5 and §3.2, RFC 6638 §4; SPEC B6.

Everything here may arrive twice, late or not at all: what was applied before, or is older than what was, changes
nothing.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import replace
from datetime import datetime

from televent.ical.itip.delivery import note_delivery, note_reply_delivery
from televent.ical.itip.message import Message, read_message
from televent.ical.itip.parts import Parts, dtstamp_of, read_parts, sequence_of
from televent.ical.itip.people import addresses, attendees_of
from televent.ical.itip.precedence import EMPTY, Ledger, ledger
from televent.ical.itip.receiving.adding import receive_add
from televent.ical.itip.receiving.answers import apply_answer, received_answers
from televent.ical.itip.receiving.cancelling import receive_cancel
from televent.ical.itip.receiving.requests import receive_request
from televent.ical.itip.results import Answer, Applied, Proposal, nothing
from televent.ical.itip.roles import organizer_in, role_in
from televent.ical.text.tree import Component
from televent.ical.text.values import unescape

__all__ = ["Answer", "Applied", "Proposal", "apply_answer", "ledger", "note_delivery", "note_reply_delivery", "receive"]


def receive(
    stored: bytes | None,
    message: bytes,
    *,
    me: Collection[str],
    now: datetime,
    method: str | None = None,
    known: Ledger = EMPTY,
    anew: bool = False,
    answered: datetime | None = None,
) -> Applied:
    """What *message* makes of *stored*, the copy that the owner of the addresses *me* has of its UID (None: none).

    *method* is the MIME parameter, used where the body has no METHOD; *now* stands in for a missing DTSTAMP; *known*
    says which messages were applied before. *anew*: its sender says that he is to answer once more (Letter.asks); what
    he answered later than that, at *answered*, stands all the same. Who may send what is not judged here (SPEC B5):
    only what the texts say.
    Raises IcalError where *message* is no iTIP message.
    """
    mine = addresses(me)
    letter = read_message(message, method=method)
    copy = read_parts(stored) if stored is not None else None
    if copy is not None and copy.uid != letter.uid:
        return nothing(stored, "unknown-uid")
    if letter.parts.kind == "VJOURNAL":
        return nothing(stored, "not-scheduled")
    match letter.method:
        case "REQUEST" | "ADD" | "CANCEL":
            return _from_organizer(stored, copy, letter, mine, now, known, anew, answered)
        case "REPLY" | "COUNTER" | "REFRESH":
            return _from_attendee(stored, copy, letter, mine, now, known)
        case "DECLINECOUNTER" if copy is not None:
            return replace(nothing(stored, None), change="counter-declined")
        case "PUBLISH":
            return nothing(stored, "published")
        case _:
            return nothing(stored, "unknown-uid" if letter.method == "DECLINECOUNTER" else "unknown-method")


def _from_organizer(
    stored: bytes | None,
    copy: Parts | None,
    letter: Message,
    mine: frozenset[str],
    now: datetime,
    known: Ledger,
    anew: bool,
    answered: datetime | None,
) -> Applied:
    if letter.organizer is None and letter.method != "CANCEL":
        return nothing(stored, "no-organizer")
    if letter.organizer in mine or (copy is not None and role_in(copy, mine) == "organizer"):
        return nothing(stored, "own-event")
    holder = organizer_in(copy) if copy is not None else None
    if holder is not None and letter.organizer is not None and holder != letter.organizer:
        # The same UID from another organizer is not applied (SPEC B6; RFC 5546 §3.2.2.4 needs a person to agree).
        return nothing(stored, "not-organizer")
    if letter.method == "CANCEL":
        return receive_cancel(stored, copy, letter, mine, now, known)
    if letter.method == "ADD":
        return receive_add(stored, copy, letter, mine, now, known)
    return receive_request(stored, copy, letter, mine, now, known, anew=anew, answered=answered)


def _from_attendee(
    stored: bytes | None, copy: Parts | None, letter: Message, mine: frozenset[str], now: datetime, known: Ledger
) -> Applied:
    if copy is None:
        return nothing(stored, "unknown-uid")
    if role_in(copy, mine) != "organizer":
        return nothing(stored, "not-organizer")
    if letter.method == "REFRESH":
        asking = {
            address
            for _, each in letter.parts.items()
            for address in attendees_of(each)
            if any(address in attendees_of(component) for _, component in copy.items())
        }
        askers = tuple(Answer(address, "NEEDS-ACTION", None) for address in sorted(asking))
        return replace(nothing(stored, None), change="refresh", answers=askers)
    if letter.method == "REPLY":
        return received_answers(stored, copy, letter, now, known)
    return _counter(stored, copy, letter, now)


def _counter(stored: bytes | None, copy: Parts, letter: Message, now: datetime) -> Applied:
    """A proposal of another time (RFC 5546 §3.2.7): the organizer decides; the text stays."""
    proposals = []
    for _, component in letter.parts.items():
        named = component.get("RECURRENCE-ID")
        rid = copy.resolve(named) if named is not None else None
        current = copy.get(rid) or copy.master
        if current is None:
            return nothing(stored, "no-such-occurrence")
        if component.get("SEQUENCE") is not None and sequence_of(component) < sequence_of(current):
            return nothing(stored, "stale")
        start, end = letter.parts.times(component)
        who = [address for address, prop in attendees_of(component).items() if prop.param("PARTSTAT")]
        listed = [address for address in who if address in attendees_of(current)]
        if not who:
            return nothing(stored, "no-attendee")
        sent = dtstamp_of(component, letter.parts.zones) or now
        # Outlook repeats everybody: the proposer is the one who is tentative.
        tentative = [
            address
            for address in listed
            if (attendees_of(component)[address].param("PARTSTAT") or "").upper() == "TENTATIVE"
        ]
        address = (tentative or listed or who)[0]
        head = component.get("DTSTART")
        proposals.append(
            Proposal(
                address=address,
                recurrence_id=rid,
                start=start,
                end=end,
                comment=_text(component, "COMMENT"),
                sequence=sequence_of(component),
                dtstamp=sent,
                cn=attendees_of(component)[address].param("CN"),
                title=_text(component, "SUMMARY"),
                place=_text(component, "LOCATION"),
                tzid=head.param("TZID") if head is not None else None,
            )
        )
    marks = tuple((each.address, each.recurrence_id, each.sequence, each.dtstamp) for each in proposals)
    return Applied(stored, "counter", marks=marks, proposals=tuple(proposals))


def _text(component: Component, name: str) -> str | None:
    """The TEXT property as people read it; None where there is none."""
    value = component.value(name)
    return unescape(value) if value is not None else None

"""Makes a COUNTER, an attendee's proposal of another time, and a DECLINECOUNTER, the organizer's refusal of one.

RFC 5546 §3.2.7, §3.2.8 and the examples of §4.2.4; SPEC A4. Neither changes a copy of the event.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from televent.ical.itip.message import enveloped, only_properties, outward, stamp, without_params
from televent.ical.itip.moving import at_time, put_times
from televent.ical.itip.parts import Parts, line, parts_of, sequence_of, spelled
from televent.ical.itip.people import address_of, addresses, mine_in, organizer_of, served
from televent.ical.itip.results import Proposal
from televent.ical.itip.sending.outgoing import OutgoingMessage
from televent.ical.itip.series import described
from televent.ical.objects.calendar_text import CalendarText
from televent.ical.text.tree import Component
from televent.ical.text.values import Moment, escape, unescape

_COUNTER_PROPERTIES: Final = frozenset(
    {
        "UID",
        "DTSTAMP",
        "DTSTART",
        "DTEND",
        "DURATION",
        "RECURRENCE-ID",
        "SUMMARY",
        "DESCRIPTION",
        "LOCATION",
        "ORGANIZER",
        "ATTENDEE",
        "SEQUENCE",
    }
)
_DECLINED_PROPERTIES: Final = frozenset(
    {"UID", "DTSTAMP", "DTSTART", "DTEND", "DURATION", "RECURRENCE-ID", "SUMMARY", "ORGANIZER"}
)


@dataclass(frozen=True, slots=True)
class Wish:
    """The proposed time, and perhaps place and reason. *end* is exclusive; *place* None: the event's own."""

    start: Moment
    end: Moment
    place: str | None = None
    comment: str | None = None


def counter_message(
    stored: CalendarText, wish: Wish, *, me: Collection[str], recurrence_id: str | None, dtstamp: datetime
) -> OutgoingMessage | None:
    """The COUNTER of the attendee with the addresses *me*, whose copy is *stored*.

    It describes the whole alternate event, with the SEQUENCE of the REQUEST that it answers. The proposer's line has
    PARTSTAT=TENTATIVE; the lines of the others have none, so that nobody else is taken for the proposer. Outlook reads
    the time before from X-MS-OLK-ORIGINALSTART. None where the copy has no such occurrence, the attendee is not asked
    to it, or it names no organizer to whom this server sends. Raises IcalError.
    """
    parts, mine = parts_of(stored), addresses(me)
    event = described(parts, recurrence_id)
    asked = mine_in(event, mine) if event is not None else None
    organizer = event.get("ORGANIZER") if event is not None else None
    if event is None or asked is None or organizer is None or not served(organizer):
        return None
    fresh = only_properties(outward(event, dtstamp), _COUNTER_PROPERTIES)
    head, tail = event.get("DTSTART"), parts.times(event)[1]
    put_times(fresh, parts, wish.start, wish.end)
    if head is not None:
        fresh.add(line("X-MS-OLK-ORIGINALSTART", head.value, {key: value[0] for key, value in head.params if value}))
    if head is not None and tail is not None:
        fresh.add(at_time("X-MS-OLK-ORIGINALEND", tail, parts, head))
    if wish.place is not None:
        fresh.put("LOCATION", escape(wish.place))
    if wish.comment is not None:
        fresh.put("COMMENT", escape(wish.comment))
    proposer = address_of(asked)
    for prop in fresh.all("ATTENDEE"):
        bare = without_params(prop, ["RSVP", "PARTSTAT"])
        fresh.replace(prop, bare.with_param("PARTSTAT", "TENTATIVE") if address_of(prop) == proposer else bare)
    fresh.put("SEQUENCE", str(sequence_of(event)))
    to = organizer_of(event) or ""
    return _message("COUNTER", fresh, parts, (proposer, to, organizer.param("CN")), recurrence_id, dtstamp)


def decline_message(
    stored: CalendarText, proposal: Proposal, *, me: Collection[str], comment: str | None, dtstamp: datetime
) -> OutgoingMessage | None:
    """The DECLINECOUNTER to the attendee who sent *proposal*; *stored* is the organizer's copy, *me* the organizer.

    It echoes the SEQUENCE of the proposal, and has the proposed time, so that the attendee knows which of their
    proposals is declined. None where the copy has no organizer *me*. Raises IcalError.
    """
    parts, mine = parts_of(stored), addresses(me)
    event = described(parts, proposal.recurrence_id) or next((each for _, each in parts.items()), None)
    organizer = organizer_of(event) if event is not None else None
    if event is None or organizer is None or organizer not in mine:
        return None
    fresh = only_properties(outward(event, dtstamp), _DECLINED_PROPERTIES)
    if proposal.recurrence_id is not None and fresh.get("RECURRENCE-ID") is None:
        params, value = spelled(parts, proposal.recurrence_id) or ({}, proposal.recurrence_id)
        fresh.add(line("RECURRENCE-ID", value, params))
    if proposal.start is not None:
        put_times(fresh, parts, proposal.start, proposal.end if proposal.end is not None else proposal.start)
    asked = mine_in(event, {proposal.address})
    name = (asked.param("CN") if asked is not None else None) or proposal.cn
    fresh.add(line("ATTENDEE", f"mailto:{proposal.address}", {"CN": name} if name else {}))
    fresh.put("SEQUENCE", str(proposal.sequence))
    if comment is not None:
        fresh.put("COMMENT", escape(comment))
    people = organizer, proposal.address, name
    return _message("DECLINECOUNTER", fresh, parts, people, proposal.recurrence_id, dtstamp)


def _message(
    method: str,
    component: Component,
    source: Parts,
    people: tuple[str, str, str | None],
    recurrence_id: str | None,
    dtstamp: datetime,
) -> OutgoingMessage:
    """The message. *people*: the addresses of sender and recipient, and the recipient's CN."""
    component.put("DTSTAMP", stamp(dtstamp))
    return OutgoingMessage(
        method=method,
        sender=people[0],
        recipient=people[1],
        recipient_cn=people[2] or None,
        uid=source.uid,
        sequence=sequence_of(component),
        dtstamp=dtstamp,
        recurrence_ids=(recurrence_id,),
        text=enveloped(method, [component], source).raw,
        significant=True,
        kind="counter" if method == "COUNTER" else "decline-counter",
        summary=unescape(component.value("SUMMARY") or ""),
    )

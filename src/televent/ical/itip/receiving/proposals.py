"""Reads a proposal of another time (COUNTER) and its refusal (DECLINECOUNTER): RFC 5546 §3.2.7, §3.2.8; SPEC B6.

Neither changes the text. The organizer decides about a proposal.
"""

from __future__ import annotations

from dataclasses import replace

from televent.ical.itip.parts import Parts, sequence_of
from televent.ical.itip.people import attendees_of, organizer_of, partstat_of
from televent.ical.itip.receiving.encounter import Encounter
from televent.ical.itip.results import Answer, Applied, Proposal
from televent.ical.itip.roles import organizer_in
from televent.ical.itip.sending.asked import counts_from
from televent.ical.itip.series import described
from televent.ical.text.tree import Component
from televent.ical.text.values import canonical, unescape

_BEFORE = "X-MS-OLK-ORIGINALSTART"
"""Outlook's property of a COUNTER: the start of the event that it answers."""


def receive_counter(encounter: Encounter, copy: Parts) -> Applied:
    """A proposal in the organizer's *copy*. One that answers an older version of the event is "outdated"."""
    parts = encounter.message.parts
    proposals = []
    for _, component in parts.items():
        named = component.get("RECURRENCE-ID")
        rid = copy.resolve(named) if named is not None else None
        current = described(copy, rid)
        if current is None or (named is not None and rid is None):
            return encounter.nothing("no-such-occurrence")
        address = _proposer(component, current)
        if address is None:
            return encounter.nothing("no-attendee")
        listed = attendees_of(current)
        if address not in listed:
            return _uninvited(encounter, component, address, rid)
        if encounter.outranked(rid, address, listed[address]):
            return encounter.nothing("less-trusted")
        start, end = parts.times(component)
        head = component.get("DTSTART")
        proposals.append(
            Proposal(
                address=address,
                recurrence_id=rid,
                start=start,
                end=end,
                comment=_text(component, "COMMENT"),
                sequence=sequence_of(component),
                dtstamp=encounter.sent(component),
                cn=attendees_of(component)[address].param("CN"),
                title=_text(component, "SUMMARY"),
                place=_text(component, "LOCATION"),
                tzid=head.param("TZID") if head is not None else None,
                outdated=_outdated(encounter, copy, component, current, address, rid),
            )
        )
    return Applied(encounter.stored, "counter", proposals=tuple(proposals))


def receive_decline(encounter: Encounter, copy: Parts) -> Applied:
    """The organizer's refusal of a proposal, in an attendee's *copy*. "not-organizer": somebody else sent it."""
    parts, holder = encounter.message.parts, organizer_in(copy)
    declined = []
    for _, component in parts.items():
        named = component.get("RECURRENCE-ID")
        rid = copy.resolve(named) if named is not None else None
        sender = organizer_of(component)
        if holder is None or holder in encounter.me or (sender is not None and sender != holder):
            return encounter.nothing("not-organizer")
        start, end = parts.times(component)
        mine = next((address for address in attendees_of(component) if address in encounter.me), "")
        declined.append(
            Proposal(
                address=mine,
                recurrence_id=rid,
                start=start,
                end=end,
                comment=_text(component, "COMMENT"),
                sequence=sequence_of(component),
                dtstamp=encounter.sent(component),
            )
        )
    return Applied(encounter.stored, "counter-declined", proposals=tuple(declined))


def _proposer(component: Component, current: Component) -> str | None:
    """The address of the attendee who proposes; None where several are listed and nobody has a PARTSTAT.

    Outlook lists all attendees: the proposer is the one with PARTSTAT=TENTATIVE. The only attendee needs none.
    """
    everybody = attendees_of(component)
    if len(everybody) == 1:
        return next(iter(everybody))
    who = {address: prop for address, prop in everybody.items() if prop.param("PARTSTAT")}
    listed = [address for address in who if address in attendees_of(current)]
    tentative = [address for address in listed if (who[address].param("PARTSTAT") or "").upper() == "TENTATIVE"]
    return next(iter([*tentative, *listed, *who]), None)


def _uninvited(encounter: Encounter, component: Component, address: str, rid: str | None) -> Applied:
    """Only an attendee may propose; the organizer hears of another person as of one who answers uninvited."""
    line = attendees_of(component)[address]
    crasher = Answer(address, partstat_of(line), rid, _text(component, "COMMENT"), line.param("CN"))
    mark = (address, rid, sequence_of(component), encounter.sent(component))
    return replace(encounter.nothing("party-crasher"), answers=(crasher,), marks=(mark,))


def _outdated(
    encounter: Encounter, copy: Parts, component: Component, current: Component, address: str, rid: str | None
) -> bool:
    """Whether the event was rescheduled since the version that the proposal answers.

    SEQUENCE also rises where another attendee is removed, and the others get no message then. So a lower number alone
    does not tell, if the proposal says which time it knows.
    """
    known_start = component.get(_BEFORE)
    before = encounter.message.parts.moment(known_start) if known_start is not None else None
    start = copy.start(current)
    if before is not None and start is not None and canonical(before) != canonical(start):
        return True
    if component.get("SEQUENCE") is None or sequence_of(component) >= sequence_of(current):
        return False
    floor = counts_from(encounter.known, organizer_in(copy), address, rid)
    return before is None or sequence_of(component) < floor


def _text(component: Component, name: str) -> str | None:
    """The unescaped value of a TEXT property; None where there is none."""
    value = component.value(name)
    return unescape(value) if value is not None else None

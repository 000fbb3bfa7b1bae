"""Applies a delegation to the organizer's copy: RFC 5546 §2.1.2, §3.2.2.3."""

from __future__ import annotations

from collections.abc import Collection

from televent.ical.itip.parts import Parts
from televent.ical.itip.people import attendees_of, partstat_of
from televent.ical.text.values import normalise_address


def delegate(copy: Parts, address: str, organizer: str | None, *, admits: bool, chained: bool = False) -> bool:
    """Invites the delegates of *address* in the organizer's *copy*, where its PARTSTAT is DELEGATED; True if it edits.

    *admits*: the organizer lets in delegates who are not invited; else only those who are get their DELEGATED-FROM.

    The delegate then gets the organizer's messages as every attendee does, and their answer is accepted. A delegate
    cannot delegate again. §3.2.2.3 lets an organizer restrict that; so one invitation becomes two at most, unless the
    organizer says so: *chained*.
    """
    edited = False
    for _, component in copy.items():
        people = attendees_of(component)
        line = people.get(address)
        if line is None or partstat_of(line) != "DELEGATED" or (line.param("DELEGATED-FROM") and not chained):
            continue
        named = line.param_values("DELEGATED-TO")
        to = normalise_address(named[0]) if named else ""
        if "@" not in to or to in (address, organizer):
            continue
        standing = people.get(to)
        if standing is None and admits:
            role = line.param("ROLE")
            params = [("ROLE", (role,))] if role is not None else []
            params += [("PARTSTAT", ("NEEDS-ACTION",)), ("RSVP", ("TRUE",)), ("DELEGATED-FROM", (f"mailto:{address}",))]
            component.add(component.make("ATTENDEE", f"mailto:{to}", params))
            edited = True
        elif standing is not None and standing.param("DELEGATED-FROM") is None:
            component.replace(standing, standing.with_param("DELEGATED-FROM", f"mailto:{address}"))
            edited = True
    return edited


def delegators(parts: Parts, delegates: Collection[str]) -> frozenset[str]:
    """The attendees for whom one of *delegates* was to come (DELEGATED-FROM)."""
    return frozenset(
        normalise_address(name)
        for _, component in parts.items()
        for address, line in attendees_of(component).items()
        if address in delegates
        for name in line.param_values("DELEGATED-FROM")
    )


def waiting_delegates(parts: Parts) -> dict[str, str]:
    """The delegates whom the organizer did not invite, each with the attendee in whose place they would come."""
    listed = {address for _, component in parts.items() for address in attendees_of(component)}
    waiting: dict[str, str] = {}
    for _, component in parts.items():
        for address, line in attendees_of(component).items():
            if partstat_of(line) == "DELEGATED":
                for name in line.param_values("DELEGATED-TO"):
                    to = normalise_address(name)
                    if "@" in to and to not in listed:
                        waiting.setdefault(to, address)
    return waiting

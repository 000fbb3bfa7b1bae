"""The calendar users of a component: RFC 5545 §3.8.4.1, §3.8.4.3; RFC 6638 §7; SPEC B4."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterator
from typing import Final

from televent.ical.text.tree import Component, Property
from televent.ical.text.values import normalise_address

PARTSTATS: Final = frozenset(
    {"NEEDS-ACTION", "ACCEPTED", "DECLINED", "TENTATIVE", "DELEGATED", "COMPLETED", "IN-PROCESS"}
)


UNANSWERED: Final = "NEEDS-ACTION"
"""PARTSTAT of an attendee who has not answered."""


def address_of(prop: Property) -> str:
    """The normalised address of an ATTENDEE or ORGANIZER line.

    iCloud writes principal paths and Exchange X.400 names; the EMAIL parameter (RFC 7986 §6.2) is then the address.
    Where "mailto:" occurs twice (an unquoted SENT-BY, I-21), the last one is the value.
    """
    return prop.once(_address)


def _address(prop: Property) -> str:
    value = prop.value.strip()
    lower = value.lower()
    if "mailto:" in lower:
        value = "mailto:" + value[lower.rindex("mailto:") + len("mailto:") :].strip()
    elif (mail := prop.param("EMAIL")) is not None:
        value = mail
    return normalise_address(value)


def addresses(me: Collection[str]) -> frozenset[str]:
    """*me* as normalised addresses."""
    return frozenset(normalise_address(address) for address in me)


def organizer_of(component: Component) -> str | None:
    """The organizer's address; None where there is none."""
    prop = component.get("ORGANIZER")
    return (address_of(prop) or None) if prop is not None else None


def attendees_of(component: Component) -> dict[str, Property]:
    """ATTENDEE lines by address; the first line of an address counts."""
    found: dict[str, Property] = {}
    for prop in component.all("ATTENDEE"):
        found.setdefault(address_of(prop), prop)
    return found


LineKey = tuple[str, int]
"""Names an ATTENDEE line in a component: its address, and the number of earlier lines of that address."""


def own_lines(component: Component, me: Collection[str]) -> dict[LineKey, Property]:
    """Every ATTENDEE line of the person with the addresses *me*, in order.

    A person may be listed twice: by two of their addresses, or by one address in two lines. An answer counts for all.
    """
    return {key: prop for key, prop in numbered(component) if key[0] in me}


def numbered(component: Component) -> Iterator[tuple[LineKey, Property]]:
    """Every ATTENDEE line with its key, in order."""
    seen: Counter[str] = Counter()
    for prop in component.all("ATTENDEE"):
        address = address_of(prop)
        yield (address, seen[address]), prop
        seen[address] += 1


def mine_in(component: Component, me: Collection[str]) -> Property | None:
    """The ATTENDEE line of the person with the addresses *me*, of several the first with an answer; None where they are
    not asked."""
    lines = own_lines(component, me).values()
    return next((prop for prop in lines if partstat_of(prop) != UNANSWERED), next(iter(lines), None))


def partstat_of(prop: Property | None) -> str:
    """PARTSTAT; NEEDS-ACTION where it is missing or none that iCalendar knows."""
    return prop.once(_partstat) if prop is not None else UNANSWERED


def _partstat(prop: Property) -> str:
    value = (prop.param("PARTSTAT") or "").strip().upper()
    return value if value in PARTSTATS else UNANSWERED


def served(prop: Property | None) -> bool:
    """Whether the server sends messages to this person: SCHEDULE-AGENT is SERVER (RFC 6638 §7.1)."""
    return prop is not None and prop.once(_served)


def _served(prop: Property) -> bool:
    # §7.1: an unknown agent counts as NONE.
    return (prop.param("SCHEDULE-AGENT") or "SERVER").strip().upper() == "SERVER"


def takes_part(prop: Property) -> bool:
    """Whether the person of an ATTENDEE line is asked for an answer, and not only told (ROLE=NON-PARTICIPANT)."""
    return (prop.param("ROLE") or "").strip().upper() != "NON-PARTICIPANT"

"""A letter as it may leave the house: no internal address, and an ORGANIZER that we receive for (ADR 13).

Pure. The letter's text has been made for this recipient already; here only addresses change.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from televent.ical.itip.people import address_of
from televent.ical.tree import Component, Property, parse

_INTERNAL = re.compile(r"tg_([1-9][0-9]{0,18})\Z")


@dataclass(frozen=True, slots=True)
class Identity:
    """How the sender is known outside. ``organizer``: the tokened address; ``human``: the person's own address."""

    name: str
    organizer: str
    human: str
    internal_domain: str
    mail_domain: str


def as_organizer(text: bytes, identity: Identity) -> bytes:
    """A REQUEST or CANCEL of a person here."""
    root = parse(text)
    for component in _scheduled(root):
        for prop in component.all("ORGANIZER"):
            was = address_of(prop)
            component.replace(
                prop, component.make("ORGANIZER", f"mailto:{identity.organizer}", (("CN", (identity.name,)),))
            )
            _own_line(component, was, identity)
        _outward(component, identity)
    return root.to_bytes()


def as_attendee(text: bytes, identity: Identity) -> bytes:
    """A REPLY or COUNTER of a person here: addressed as invited, save what is internal."""
    root = parse(text)
    for component in _scheduled(root):
        _outward(component, identity)
    return root.to_bytes()


def outside(address: str, identity: Identity) -> str:
    """An address as the world may see it."""
    local, _, domain = address.rpartition("@")
    found = _INTERNAL.match(local)
    return f"{found[1]}@{identity.mail_domain}" if found and domain == identity.internal_domain else address


def _own_line(component: Component, organizer: str, identity: Identity) -> None:
    """The person behind the tokened address stands among the attendees, as one who comes."""
    for prop in component.all("ATTENDEE"):
        if address_of(prop) == organizer:
            component.replace(prop, _renamed(prop, identity.human))
            return
    component.add(
        component.make(
            "ATTENDEE",
            f"mailto:{identity.human}",
            (
                ("CUTYPE", ("INDIVIDUAL",)),
                ("ROLE", ("CHAIR",)),
                ("PARTSTAT", ("ACCEPTED",)),
                ("RSVP", ("FALSE",)),
                ("CN", (identity.name,)),
            ),
        )
    )


def _outward(component: Component, identity: Identity) -> None:
    for name in ("ATTENDEE", "ORGANIZER"):
        for prop in component.all(name):
            address = address_of(prop)
            seen = outside(address, identity)
            if seen != address:
                component.replace(prop, _renamed(prop, seen))


def _renamed(prop: Property, address: str) -> Property:
    """Another address; an EMAIL parameter, which would give the internal one away, goes."""
    return prop.with_value(f"mailto:{address}").with_param("EMAIL")


def _scheduled(root: Component) -> list[Component]:
    return [each for each in root.components() if each.name in ("VEVENT", "VTODO", "VJOURNAL")]

"""A letter as it may leave the house: no internal address, and an ORGANIZER that we receive for (ADR 13).

Pure. The letter's text has been made for this recipient already; here only addresses change.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache

from televent.ical.editing.attachments import without_managed_ids
from televent.ical.itip.people import address_of
from televent.ical.text.tree import Component, Property, parse

LINE_OCTETS = 75
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
        if component.get("SEQUENCE") is None:
            # RFC 5546 §3.2.2 lets 0 go unsaid; not every mail program reads it so.
            component.put("SEQUENCE", "0")
        _outward(component, identity)
    without_managed_ids(root)
    return root.to_bytes()


def as_attendee(text: bytes, identity: Identity) -> bytes:
    """A REPLY or COUNTER of a person here: addressed as invited, save what is internal."""
    root = parse(text)
    for component in _scheduled(root):
        _outward(component, identity)
    without_managed_ids(root)
    return root.to_bytes()


def outside(address: str, identity: Identity) -> str:
    """An address as the world may see it; of one that nobody has (and so nobody answers to) only that it is here."""
    local, at, domain = address.rpartition("@")
    if not at or domain.lower() != identity.internal_domain:
        return address
    found = _INTERNAL.match(local)
    return f"{found[1] if found else 'noreply'}@{identity.mail_domain}"


def outside_text(text: str, identity: Identity) -> str:
    """Words in which internal addresses may stand."""
    return _mentions(identity.internal_domain).sub(lambda found: outside(found[0], identity), text)


@cache
def _mentions(domain: str) -> re.Pattern[str]:
    return re.compile(rf"[A-Za-z0-9._%+-]*@{re.escape(domain)}(?![A-Za-z0-9-])", re.IGNORECASE)


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
    """In values, parameters (SENT-BY, DELEGATED-FROM, MEMBER, CN, …) and words alike."""
    mentions = _mentions(identity.internal_domain)
    for prop in component.properties:
        if prop.name in ("ATTENDEE", "ORGANIZER"):
            address = address_of(prop)
            seen = outside(address, identity)
            if seen != address:
                component.replace(prop, outer := _renamed(prop, seen))
                prop = outer
        told = [*(value for _, values in prop.params for value in values), prop.value]
        # A client's line stands in the letter as the client wrote it, which may be longer than RFC 5545 §3.1 allows.
        if any(mentions.search(value) for value in told) or _too_long(prop.raw):
            params = [(name, [outside_text(value, identity) for value in values]) for name, values in prop.params]
            component.replace(prop, component.make(prop.name, outside_text(prop.value, identity), params))
    for sub in component.components():
        _outward(sub, identity)


def _too_long(raw: bytes) -> bool:
    return any(len(line) > LINE_OCTETS for line in raw.splitlines())


def _renamed(prop: Property, address: str) -> Property:
    """Another address; an EMAIL parameter, which would give the internal one away, goes."""
    return prop.with_value(f"mailto:{address}").with_param("EMAIL")


def _scheduled(root: Component) -> list[Component]:
    return [each for each in root.components() if each.name in ("VEVENT", "VTODO", "VJOURNAL")]

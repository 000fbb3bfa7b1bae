"""Somebody sends another in his place: RFC 5546 §2.1.2, §3.2.2.3."""

from __future__ import annotations

from televent.ical.itip.parts import Parts
from televent.ical.itip.people import attendees_of, partstat_of
from televent.ical.text.values import normalise_address


def delegate(copy: Parts, address: str, organizer: str | None) -> bool:
    """Asks whom *address* has named, in the organizer's *copy*, wherever he has DELEGATED; whether that edits anything.

    The delegate then gets the organizer's letters like everybody, and his answer is not one of a party crasher. Who
    was sent himself sends nobody on: §3.2.2.3 lets us restrict that, and so one invitation makes two at the most.
    """
    edited = False
    for _, component in copy.items():
        people = attendees_of(component)
        line = people.get(address)
        if line is None or partstat_of(line) != "DELEGATED" or line.param("DELEGATED-FROM") is not None:
            continue
        named = line.param_values("DELEGATED-TO")
        to = normalise_address(named[0]) if named else ""
        if "@" not in to or to in (address, organizer):
            continue
        standing = people.get(to)
        if standing is None:
            role = line.param("ROLE")
            params = [("ROLE", (role,))] if role is not None else []
            params += [("PARTSTAT", ("NEEDS-ACTION",)), ("RSVP", ("TRUE",)), ("DELEGATED-FROM", (f"mailto:{address}",))]
            component.add(component.make("ATTENDEE", f"mailto:{to}", params))
            edited = True
        elif standing.param("DELEGATED-FROM") is None:
            component.replace(standing, standing.with_param("DELEGATED-FROM", f"mailto:{address}"))
            edited = True
    return edited

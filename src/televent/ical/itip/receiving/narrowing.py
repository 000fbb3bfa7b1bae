"""Reduces an attendee's message to the lines of one attendee (RFC 5546 §3.2.3).

A REPLY names one ATTENDEE. If it names several, only one of them is authenticated and must not answer for the others.
"""

from __future__ import annotations

from collections.abc import Collection

from televent.ical.itip.message import Message, message_of, only_attendee
from televent.ical.itip.parts import SCHEDULED
from televent.ical.itip.people import attendees_of
from televent.ical.objects.calendar_text import CalendarText
from televent.ical.text.tree import Component


def attendee_of(message: Message, believed: Collection[str]) -> str | None:
    """The attendee who sent the message (SPEC B6); None where it has no ATTENDEE.

    An attendee with an answer comes first, then one of the ``believed`` addresses. A COUNTER and a REFRESH may repeat
    the lines of all attendees with their answers, so there the believed address comes first.
    """
    found: dict[str, bool] = {}
    for _, component in message.parts.items():
        for address, prop in attendees_of(component).items():
            answered = (prop.param("PARTSTAT") or "NEEDS-ACTION").strip().upper() != "NEEDS-ACTION"
            found[address] = found.get(address, False) or answered
    answers = message.method == "REPLY"
    order = sorted(found, key=lambda address: (not found[address], address not in believed)[:: 1 if answers else -1])
    return order[0] if order else None


def narrowed(message: Message, address: str) -> Message:
    """The message with the lines of ``address`` alone; the same object where it has no others.

    A COUNTER without ATTENDEE lines is its sender's (SPEC B6): the line is added.
    """
    root = message.text.copy()
    edited = False
    # Two components may describe one occurrence; only the first is read. All are filtered, so that the second does not
    # take effect when the first is removed.
    for component in _scheduled(root):
        present = attendees_of(component)
        if not present and message.method == "COUNTER":
            line = component.make("ATTENDEE", f"mailto:{address}", (("PARTSTAT", ("TENTATIVE",)),))
            component.add(line)
            edited = True
        elif present and address not in present:
            root.remove(component)
            edited = True
        elif len(present) > 1:
            only_attendee(component, address)
            edited = True
    return message_of(CalendarText.of_tree(root), method=message.method) if edited else message


def names_domain(message: Message, domain: str) -> bool:
    """True where any calendar user in the message, or a parameter of one, has an address at ``domain``."""
    wanted = f"@{domain}"
    return any(_names(component, wanted) for component in _scheduled(message.parts.root))


def _scheduled(root: Component) -> list[Component]:
    return [each for each in root.components() if each.name in SCHEDULED]


def _names(component: Component, wanted: str) -> bool:
    for prop in component.properties:
        if prop.name in ("ORGANIZER", "ATTENDEE"):
            values = [prop.value, *(value for _, each in prop.params for value in each)]
            if any(wanted in value.lower() for value in values):
                return True
    return False

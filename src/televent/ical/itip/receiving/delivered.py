"""An organizer's message as it is for the person to whom the mail was delivered: SPEC B6.

A mail may come by a mailing list, an alias, Bcc or a forward. Then no ATTENDEE line is the reader's. They can answer
all the same, as a person who was not invited: with the address that the mail was delivered to.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Final

from televent.ical.itip.message import Message, message_of
from televent.ical.itip.parts import SCHEDULED
from televent.ical.itip.people import attendees_of
from televent.ical.objects.calendar_text import CalendarText
from televent.ical.text.tree import Component
from televent.ical.text.values import normalise_address

INVITED_AS: Final = "X-TELEVENT-AS"
"""Parameter of the reader's ATTENDEE line in their copy: the address of the invitation. Answers have it."""
_INVITES: Final = frozenset({"REQUEST", "ADD"})


def as_delivered(message: Message, me: Collection[str], delivered: Mapping[str, str]) -> Message:
    """The message with a line for the person with the addresses *me*; the same object where it has one.

    *delivered*: the addresses of the mail's envelope that are this person's, each with that of *me* that it stands for:
    ``bob+work@example.com`` for ``bob@example.com``.
    """
    if not delivered or message.organizer is None or message.organizer in me:
        return message
    invited = {address for _, each in message.parts.items() for address in message.parts.attendees(each)}
    if not invited.isdisjoint(me):
        return message
    known = {written: own for written, own in delivered.items() if written in invited}
    if not known and message.method not in _INVITES:
        return message
    root = message.text.copy()
    for component in root.components():
        if component.name in SCHEDULED:
            _readdress(component, known)
            if not known:
                _invite(component, *next(iter(delivered.items())))
    return message_of(CalendarText.of_tree(root), came=message.came, method=message.method)


def as_known(message: Message, known: Mapping[str, str]) -> Message:
    """The message with the addresses *known* of calendar users, in values and parameters (DELEGATED-TO, MEMBER), as
    those that they stand for; the same object where it has none of them."""
    root = message.text.copy()
    edited = False
    for component in root.components():
        for prop in [each for each in component.properties if each.name in ("ATTENDEE", "ORGANIZER")]:
            value = _known(prop.value, known)
            params = tuple((name, tuple(_known(each, known) for each in values)) for name, values in prop.params)
            if (value, params) != (prop.value, prop.params):
                component.replace(prop, component.make(prop.name, value, params))
                edited = True
    return message_of(CalendarText.of_tree(root), came=message.came, method=message.method) if edited else message


def _known(value: str, known: Mapping[str, str]) -> str:
    """The calendar user address as the one that it stands for."""
    stands_for = known.get(normalise_address(value))
    return value if stands_for is None else f"mailto:{stands_for}"


def _readdress(component: Component, known: Mapping[str, str]) -> None:
    for address, prop in attendees_of(component).items():
        if address in known:
            own = prop.with_value(f"mailto:{known[address]}").with_param("EMAIL")
            component.replace(prop, own.with_param(INVITED_AS, address))


def _invite(component: Component, written: str, own: str) -> None:
    params: list[tuple[str, tuple[str, ...]]] = [("PARTSTAT", ("NEEDS-ACTION",)), ("RSVP", ("TRUE",))]
    if written != own:
        params.append((INVITED_AS, (written,)))
    component.add(component.make("ATTENDEE", f"mailto:{own}", params))

"""Writes SCHEDULE-STATUS, the result of a delivery, on the recipients' lines (RFC 6638 §3.2.9, §7.3)."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

from televent.ical.itip.parts import Parts, parts_to_edit
from televent.ical.itip.people import address_of, partstat_of
from televent.ical.objects.calendar_text import CalendarText
from televent.ical.text.tree import Component, Property
from televent.ical.text.values import normalise_address

PENDING: Final = "1.0"
SENT: Final = "1.1"
DELIVERED: Final = "1.2"
UNKNOWN_USER: Final = "3.7"
UNDELIVERABLE: Final = "5.1"
REJECTED: Final = "5.3"


@dataclass(frozen=True, slots=True)
class Delivery:
    """The SCHEDULE-STATUS of one message to *address*.

    *recurrence_ids* are the occurrences that the message is about (None among them: the series); None: all of them.
    """

    address: str
    status: str
    recurrence_ids: tuple[str | None, ...] | None = None


def note_delivery(stored: CalendarText, deliveries: Iterable[Delivery], *, late: bool = False) -> CalendarText:
    """*stored* with SCHEDULE-STATUS on the ATTENDEE or ORGANIZER lines of the addresses in *deliveries*.

    An organizer's messages went to attendees, an attendee's reply to the organizer: an address tells which line is
    meant. Only the components of the occurrences are edited; the series stands for one without a component. *late*:
    other changes may have come since, so an attendee's answer keeps its status, and a delivery is not pending any more.
    The same object where every line says so already. Raises IcalError.
    """
    parts = parts_to_edit(stored)
    edited = [_note(component, each, late) for each in deliveries for component in _components(parts, each)]
    return CalendarText.of_tree(parts.root) if any(edited) else stored


def _components(parts: Parts, delivery: Delivery) -> list[Component]:
    if delivery.recurrence_ids is None:
        return [component for _, component in parts.items()]
    found = {rid if parts.get(rid) is not None else None for rid in delivery.recurrence_ids}
    return [component for rid, component in parts.items() if rid in found]


def _note(component: Component, delivery: Delivery, late: bool) -> bool:
    """Writes the status on the lines of the address in one component; True if that edits it."""
    wanted = normalise_address(delivery.address)
    # An organizer who is an attendee too gets the status as the organizer: no message goes to their ATTENDEE line.
    organizer = component.get("ORGANIZER")
    held = organizer is not None and address_of(organizer) == wanted
    edited = False
    for prop in component.all("ORGANIZER" if held else "ATTENDEE"):
        if address_of(prop) != wanted or prop.param("SCHEDULE-STATUS") == delivery.status:
            continue
        if not (late and (delivery.status == PENDING or _answered(prop))):
            component.replace(prop, prop.with_param("SCHEDULE-STATUS", delivery.status))
            edited = True
    return edited


def _answered(prop: Property) -> bool:
    """Whether SCHEDULE-STATUS is that of the attendee's own answer, which is not older than any delivery."""
    return partstat_of(prop) != "NEEDS-ACTION" and (prop.param("SCHEDULE-STATUS") or "").startswith("2")

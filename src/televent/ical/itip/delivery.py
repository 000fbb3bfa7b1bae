"""Writes SCHEDULE-STATUS, the result of a delivery, on the recipients' lines (RFC 6638 §3.2.9, §7.3)."""

from __future__ import annotations

from collections.abc import Mapping

from televent.ical.itip.parts import SCHEDULED
from televent.ical.itip.people import address_of
from televent.ical.objects.calendar_text import CalendarText
from televent.ical.text.values import normalise_address


def note_delivery(stored: CalendarText, statuses: Mapping[str, str]) -> CalendarText:
    """*stored* with SCHEDULE-STATUS on the ATTENDEE or ORGANIZER lines of the addresses in *statuses*.

    An organizer's messages went to attendees, an attendee's reply to the organizer: an address tells which line is
    meant. The same object where every line says so already. Raises IcalError.
    """
    wanted = {normalise_address(address): status for address, status in statuses.items()}
    root = stored.copy()
    edited = False
    for component in root.components():
        if component.name not in SCHEDULED:
            continue
        # An organizer who is an attendee too gets the status as the organizer: no message goes to their ATTENDEE line.
        organizer = component.get("ORGANIZER")
        held = address_of(organizer) if organizer is not None else None
        for prop in [*component.all("ORGANIZER"), *component.all("ATTENDEE")]:
            address = address_of(prop)
            if prop.name == "ATTENDEE" and address == held:
                continue
            status = wanted.get(address)
            if status is not None and prop.param("SCHEDULE-STATUS") != status:
                component.replace(prop, prop.with_param("SCHEDULE-STATUS", status))
                edited = True
    return CalendarText.of_tree(root) if edited else stored


def note_reply_delivery(stored: CalendarText, status: str) -> CalendarText:
    """An attendee's copy with *status* on its ORGANIZER lines, once their reply was delivered (RFC 6638 §7.3)."""
    organizers = {address_of(prop) for each in stored.tree.components() for prop in each.all("ORGANIZER")}
    return note_delivery(stored, dict.fromkeys(organizers, status))

"""REFRESH: an attendee asks the organizer for the meeting as it is now. RFC 5546 §3.2.6."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime

from televent.ical.itip.message import Message, enveloped, stamp, without_params
from televent.ical.itip.people import mine_in
from televent.ical.objects.calendar_text import CalendarText
from televent.ical.text.tree import Component


def refresh_for(message: Message, me: Collection[str], now: datetime) -> CalendarText | None:
    """The REFRESH of the attendee with the addresses *me*, who got a *message* about a meeting that they do not have.

    None where the message names no organizer, or does not name them. *now* is aware.
    """
    for _, component in message.parts.items():
        line, organizer = mine_in(component, me), component.get("ORGANIZER")
        if line is not None and organizer is not None:
            asking = Component.new(component.name)
            for name, value in (("UID", component.value("UID") or message.uid), ("DTSTAMP", stamp(now))):
                asking.put(name, value)
            asking.add(organizer)
            asking.add(without_params(line, ["RSVP", "PARTSTAT"]))
            return enveloped("REFRESH", [asking], message.parts)
    return None

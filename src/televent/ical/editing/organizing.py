"""Gives an event another organizer, before anybody is invited."""

from __future__ import annotations

from collections.abc import Collection

from televent.ical.editing.compose import Person
from televent.ical.objects.calendar_text import CalendarText
from televent.ical.objects.reading import address_of


def organized_by(text: CalendarText, was: Collection[str], organizer: Person) -> CalendarText:
    """The text with ``organizer`` in the place of the person with the addresses ``was``, as ORGANIZER and among the
    attendees. The same text where that person does not organize it. Raises IcalError."""
    if text.reading.organizer is None or text.reading.organizer.address not in was:
        return text
    name = (("CN", (organizer.name,)),) if organizer.name else ()
    root, url = text.copy(), f"mailto:{organizer.address}"
    for component in root.components("VEVENT"):
        for prop in component.all("ORGANIZER"):
            component.replace(prop, component.make("ORGANIZER", url, name))
        own = [each for each in component.all("ATTENDEE") if address_of(each) in was]
        for prop in own:
            component.remove(prop)
        if own:
            chair = (*name, ("PARTSTAT", ("ACCEPTED",)), ("ROLE", ("CHAIR",)))
            component.add(component.make("ATTENDEE", url, chair))
    return CalendarText.of_tree(root)

"""The guests of a meeting after a change: people come by address or username, and go by address."""

from __future__ import annotations

from collections.abc import Sequence

from televent.application.backend import Backend
from televent.application.event_store.context import Context
from televent.application.read_models.accounts import AccountRow
from televent.application.refusals import InvalidAddress, TooManyAttendees
from televent.application.use_cases.scheduling.guests import INVITED, Fate, sort_guests
from televent.application.use_cases.scheduling.meetings import MAX_GUESTS, organizer_of
from televent.ical.editing.edits import Person, add_attendees
from televent.ical.editing.event_edits import remove_attendee
from televent.ical.objects.calendar_text import CalendarText


def guests_named(backend: Backend, organizer: AccountRow, given: Sequence[str]) -> list[Person]:
    """The named people as attendees; the organizer is left out. Raises InvalidAddress, TooManyAttendees."""
    if len(given) > MAX_GUESTS:
        raise TooManyAttendees()
    found = []
    for guest in sort_guests(backend, organizer, given, frozenset()):
        if guest.fate in INVITED:
            found.append(Person(guest.address, guest.name))
        elif guest.fate is not Fate.SELF:
            raise InvalidAddress(address=guest.given)
    return found


def listed(
    backend: Backend,
    context: Context,
    organizer: AccountRow,
    text: CalendarText,
    come: Sequence[Person],
    go: Sequence[str],
) -> CalendarText:
    """The event without those who go and with those who come. Raises TooManyAttendees, IcalError."""
    for address in go:
        text = remove_attendee(text, address, now=context.now)
    if come:
        text = add_attendees(text, organizer_of(backend, organizer), come, now=context.now)
    if come and len(text.reading.instances()[0].attendees) > MAX_GUESTS:
        raise TooManyAttendees()
    return text

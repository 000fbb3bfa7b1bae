"""Finds attendees who were invited, were removed or answered between two readings of one calendar object."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import replace
from typing import Final

from televent.domain.calendar_object.details import Answered, Guest, Occurrence, People
from televent.domain.calendar_object.differences import MAX_NAME, MAX_TEXT, bounded, occurrence_of
from televent.domain.calendar_object.events import AttendeeInvited
from televent.ical.objects.reading import Attendee, Instance, Reading
from televent.ical.text.values import unescape

MAX_PEOPLE: Final = 50
"""Max people of each kind that one fact lists."""
MAX_OCCURRENCES: Final = 10
"""Max occurrences that are named with one guest."""
MAX_COMMENT: Final = MAX_TEXT
"""Max characters of a comment in a fact."""


def people_between(before: Reading | None, after: Reading, *, but: Collection[str]) -> People:
    """The attendees who changed, except the addresses ``but``. ``before`` None: all were invited now.

    The answers are bounded. The invited and removed ones are complete, because the organizer's copy has a fact for
    each; ``at_most`` bounds them.
    """
    invited: dict[str, Guest] = {}
    removed: dict[str, Guest] = {}
    answered: list[Answered] = []
    unlisted = 0
    apart = frozenset(but)
    then = {each.recurrence_id: each for each in before.instances()} if before is not None else {}
    series = (before.master if before is not None else None) or after.master
    now = {attendee.address for each in after.instances() for attendee in each.attendees}
    for each in after.instances():
        # A new component of one occurrence is compared with the series.
        base = then.get(each.recurrence_id) or (series if each.recurrence_id is not None else None)
        earlier = base.attendees if base is not None else ()
        if earlier == each.attendees:
            continue
        old, new = (
            {one.address: one for one in side if one.address not in apart} for side in (earlier, each.attendees)
        )
        for address, attendee in new.items():
            was = old.get(address)
            if was is None:
                _note(invited, attendee, each, series, entirely=True)
            elif was.partstat == attendee.partstat:
                continue
            elif len(answered) < MAX_PEOPLE:
                place = occurrence_of(each.recurrence_id, series) if each.recurrence_id is not None else None
                answered.append(Answered(address, name_of(attendee), was.partstat, attendee.partstat, place))
            else:
                unlisted += 1
        for address in [address for address in old if address not in new]:
            if address in now:
                _note(removed, old[address], each, series, entirely=False)
    for each in before.instances() if before is not None else ():
        for attendee in each.attendees:
            if attendee.address not in now and attendee.address not in apart:
                removed[attendee.address] = Guest(attendee.address, name_of(attendee))
    return People(tuple(invited.values()), tuple(removed.values()), tuple(answered), unlisted)


def at_most(people: People) -> People:
    """The same with at most 50 of each kind; ``unlisted`` counts the others too."""
    invited, removed = people.invited[:MAX_PEOPLE], people.removed[:MAX_PEOPLE]
    left_out = len(people.invited) - len(invited) + len(people.removed) - len(removed)
    return People(invited, removed, people.answered, people.unlisted + left_out)


def invitations(guests: Iterable[Guest]) -> list[AttendeeInvited]:
    """A fact of the organizer's copy for each invited guest."""
    return [AttendeeInvited(each.address, each.name, each.occurrences, each.unlisted) for each in guests]


def answer_in(reading: Reading, address: str, recurrence_id: str | None) -> Attendee | None:
    """The attendee's line for that occurrence, or for the series where the occurrence has none of its own."""
    found: Attendee | None = None
    for each in reading.instances():
        if each.recurrence_id in (None, recurrence_id):
            line = next((one for one in each.attendees if one.address == address), None)
            found = line or found
    return found


def comment_in(reading: Reading, recurrence_id: str | None) -> str | None:
    """The COMMENT of that occurrence, bounded; None without one."""
    for each in reading.instances():
        if each.recurrence_id == recurrence_id:
            return comment_of(next((unescape(prop.value) for prop in each.beside if prop.name == "COMMENT"), None))
    return None


def comment_of(value: str | None) -> str | None:
    """A comment, stripped and bounded for a fact."""
    return bounded(value.strip(), MAX_COMMENT) or None if value else None


def name_of(attendee: Attendee | None) -> str | None:
    """The display name (CN), stripped and bounded for a fact."""
    return short(attendee.cn) if attendee is not None else None


def short(name: str | None) -> str | None:
    """A person's name, stripped and bounded for a fact."""
    return bounded(name.strip(), MAX_NAME) or None if name else None


def place_in(reading: Reading | None, recurrence_id: str | None) -> Occurrence | None:
    """The occurrence of that RECURRENCE-ID; None for the series."""
    if recurrence_id is None:
        return None
    return occurrence_of(recurrence_id, reading.master if reading is not None else None)


def _note(
    guests: dict[str, Guest], attendee: Attendee, each: Instance, series: Instance | None, *, entirely: bool
) -> None:
    """Adds the instance to the guest's entry. The series comes first, and an entry for it covers every occurrence."""
    known = guests.get(attendee.address)
    if each.recurrence_id is None:
        guests[attendee.address] = Guest(attendee.address, name_of(attendee), entirely=entirely)
    elif known is None:
        place = occurrence_of(each.recurrence_id, series)
        guests[attendee.address] = Guest(attendee.address, name_of(attendee), (place,), entirely=entirely)
    elif known.occurrences and len(known.occurrences) < MAX_OCCURRENCES:
        place = occurrence_of(each.recurrence_id, series)
        guests[attendee.address] = replace(known, occurrences=(*known.occurrences, place))
    elif known.occurrences:
        guests[attendee.address] = replace(known, unlisted=known.unlisted + 1)

"""The words of an event by the part of it that has them."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

from televent.ical.objects.calendar_text import CalendarText
from televent.ical.objects.plain_event import PlainEvent
from televent.ical.objects.reading import Instance
from televent.ical.search.words import words_of
from televent.ical.text.values import unescape

MAX_INSTANCES: Final = 50
"""Max instances of a series whose words are read: the series itself, and its changed occurrences."""
MAX_PEOPLE: Final = 200
"""Max attendees whose names and addresses are read."""
TITLE_WORDS, PLACE_WORDS, PEOPLE_WORDS, DESCRIPTION_WORDS = 40, 40, 200, 200
"""Max distinct words of each part."""


@dataclass(frozen=True, slots=True)
class EventWords:
    """The words of the title, the place, the people (names and addresses) and the description."""

    title: tuple[str, ...] = ()
    place: tuple[str, ...] = ()
    people: tuple[str, ...] = ()
    description: tuple[str, ...] = ()

    def has(self, words: Iterable[str]) -> bool:
        """Whether each of these words is, or begins, a word of the event."""
        own = (*self.title, *self.place, *self.people, *self.description)
        return all(any(each.startswith(word) for each in own) for word in words)


def event_words(text: CalendarText) -> EventWords:
    """The words of an event with all its changed occurrences. Raises IcalError for a text that cannot be read."""
    reading = text.reading
    organizer = reading.organizer
    host = () if organizer is None else (organizer.cn or "", organizer.address)
    return _of(reading.instances()[:MAX_INSTANCES], host)


def plain_words(event: PlainEvent) -> EventWords:
    """The same of a plain event that does not recur."""
    people = dict.fromkeys(part for each in event.attendees() for part in (each.cn or "", each.address))
    organizer = event.organizer()
    host = () if organizer is None else (organizer.cn or "", organizer.address)
    return EventWords(
        _words((unescape(event.value("SUMMARY")),), TITLE_WORDS),
        _words((unescape(event.value("LOCATION")),), PLACE_WORDS),
        _words((*host, *list(people)[: 2 * MAX_PEOPLE]), PEOPLE_WORDS),
        _words((unescape(event.value("DESCRIPTION")),), DESCRIPTION_WORDS),
    )


def instance_words(instance: Instance) -> EventWords:
    """The words of one instance."""
    return _of((instance,), ())


def _of(instances: tuple[Instance, ...], host: tuple[str, ...]) -> EventWords:
    people = dict.fromkeys(
        part for each in instances for attendee in each.attendees for part in (attendee.cn or "", attendee.address)
    )
    return EventWords(
        _words((each.summary for each in instances), TITLE_WORDS),
        _words((each.location for each in instances), PLACE_WORDS),
        _words((*host, *list(people)[: 2 * MAX_PEOPLE]), PEOPLE_WORDS),
        _words((each.description for each in instances), DESCRIPTION_WORDS),
    )


def _words(texts: Iterable[str], limit: int) -> tuple[str, ...]:
    found: dict[str, None] = {}
    for each in dict.fromkeys(texts):
        found |= dict.fromkeys(words_of(each, limit))
        if len(found) >= limit:
            break
    return tuple(found)[:limit]

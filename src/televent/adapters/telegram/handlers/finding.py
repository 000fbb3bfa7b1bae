"""Finds the event that a person names in a command."""

from __future__ import annotations

from aiogram.types import Message

from televent.adapters.telegram.door import BotDoor, Person
from televent.adapters.telegram.lines.entry import found_lines
from televent.adapters.telegram.texts import fitting, say
from televent.application.use_cases.calendars.agenda import Entry, find_events
from televent.application.use_cases.calendars.whole_agenda import find_any
from televent.application.use_cases.events.find_shared import find_shared_events


async def only_event(
    message: Message, door: BotDoor, person: Person, query: str, *, shared: bool = False
) -> Entry | None:
    """The event that matches ``query`` (a short code or words of the title).

    ``shared``: where none of the person's own does, calendars that others share with them are looked at too.
    Where none or several match, it answers the person with that and returns None.
    """
    backend = door.backend
    find = find_any if shared else find_events
    found = await door.run(lambda: find(backend, person.account.tenant, query, now=backend.clock()))
    if not found and shared:
        found = await door.run(lambda: find_shared_events(backend, person.account.tenant, query, now=backend.clock()))
    if len(found) == 1:
        return found[0]
    if not found:
        await message.answer(say(person.language, "event-unknown", query=query[:64]))
        return None
    lines = [say(person.language, "event-ambiguous"), *found_lines(found, person.display)]
    await message.answer(fitting(lines, person.language))
    return None

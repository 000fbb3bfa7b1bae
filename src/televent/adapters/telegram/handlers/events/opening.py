"""Opens one event: by /event, by its code, by a /e_code in a line, by a button."""

from __future__ import annotations

import re
from datetime import datetime, time, timedelta
from typing import Final

from aiogram import F, Router
from aiogram.dispatcher.event.bases import SkipHandler
from aiogram.filters import Command, CommandObject, StateFilter
from aiogram.types import CallbackQuery, Message

from televent.adapters.telegram.door import BotDoor, Person
from televent.adapters.telegram.handlers.events.buttons import Pressed, Tap
from televent.adapters.telegram.handlers.events.saving import done, show_now
from televent.adapters.telegram.handlers.events.view import ANSWERS, load, show_event
from televent.adapters.telegram.handlers.finding import only_event
from televent.adapters.telegram.taps import acknowledge
from televent.adapters.telegram.texts import plain, say
from televent.application.refusals import UnknownResource
from televent.application.use_cases.calendars.agenda import Entry, agenda, find_events
from televent.application.use_cases.events.which import Changed
from televent.application.use_cases.scheduling.answer_invitation import answer_invitation

router = Router(name="event-opening")

LINK: Final = re.compile(r"/e_([0-9a-f]{4,32})(?:_(\d{8}))?(?:@\w+)?\s*\Z", re.IGNORECASE)
"""A command in the line of an agenda: /e_3f9a2b, or /e_3f9a2b_20261130 for the occurrence of that day."""
SHORT: Final = re.compile(r"/e(?:@\w+)?(?:\s|\Z)", re.IGNORECASE)
CODE: Final = re.compile(r"#?[0-9a-f]{4,32}\s*\Z", re.IGNORECASE)
LISTED_DAYS: Final = 60
"""Max days ahead in which "/event 3" counts the coming events."""


@router.message(Command("event"))
async def event_command(message: Message, command: CommandObject, door: BotDoor, person: Person) -> None:
    """``/event <code, words of the title, or the number of a coming event>``."""
    await _asked_for(message, door, person, (command.args or "").strip())


@router.message(F.text.regexp(SHORT))
async def short_command(message: Message, door: BotDoor, person: Person) -> None:
    """``/e <event>``: the same, for those who type. The menu has only the long one."""
    await _asked_for(message, door, person, (message.text or "").partition(" ")[2].strip())


async def _asked_for(message: Message, door: BotDoor, person: Person, query: str) -> None:
    if not query:
        await message.answer(say(person.language, "event-usage"))
        return
    entry = await named_event(message, door, person, query)
    if entry is not None:
        await _open(message, door, person, entry)


async def named_event(message: Message, door: BotDoor, person: Person, query: str) -> Entry | None:
    """The event that a code, words or the number of a coming event name; None where the person was told otherwise."""
    if query.isascii() and query.isdecimal() and len(query) < 4:
        start = person.display.now
        coming = await _between(door, person, start, start + timedelta(days=LISTED_DAYS))
        streams = list({each.stream_id: each for each in reversed(coming)}.values())[::-1]
        if 0 < int(query) <= len(streams):
            return streams[int(query) - 1]
    return await only_event(message, door, person, query, shared=True)


@router.message(F.text.regexp(LINK))
async def link(message: Message, door: BotDoor, person: Person) -> None:
    """Opens the event that a tapped line names."""
    found = LINK.match(message.text or "")
    assert found is not None
    entry = await only_event(message, door, person, found[1].lower(), shared=True)
    if entry is None:
        return
    day = found[2]
    if day is not None:
        try:
            midnight = datetime.combine(datetime.strptime(day, "%Y%m%d"), time(), person.zone)  # noqa: DTZ007
        except ValueError:
            midnight = person.display.now
        of_day = await _between(door, person, midnight, midnight + timedelta(days=1))
        entry = next((each for each in of_day if each.stream_id == entry.stream_id), entry)
        await _open(message, door, person, entry, entry.recurrence_id)
        return
    await _open(message, door, person, entry)


@router.message(StateFilter(None), F.text.regexp(CODE))
async def code(message: Message, door: BotDoor, person: Person) -> None:
    """Opens the event with that code. A text that only looks like a code is for others to answer."""
    query = (message.text or "").strip()
    now = door.backend.clock()
    found = await door.run(lambda: find_events(door.backend, person.account.tenant, query, now=now))
    exact = [each for each in found if each.stream_id.hex.startswith(query.lower().lstrip("#"))]
    if len(exact) == 1:
        await _open(message, door, person, exact[0])
    elif query.startswith("#"):
        await message.answer(say(person.language, "event-unknown", query=query))
    else:
        raise SkipHandler


@router.callback_query(Pressed("vw"))
async def view(query: CallbackQuery, door: BotDoor, person: Person, tap: Tap) -> None:
    """Shows the event of the button as it is now."""
    found = None
    if isinstance(query.message, Message):
        found = await show_now(query.message, door, person, tap, edit=True)
    await acknowledge(query, None if found is not None else plain(person.language, "toast-gone"))


@router.callback_query(Pressed("an"))
async def answer(query: CallbackQuery, door: BotDoor, person: Person, tap: Tap) -> None:
    """Stores the person's own answer, to one occurrence or to all."""
    partstat = ANSWERS.get(tap.value)
    if isinstance(query.message, Message) and partstat is not None:
        context = door.context(person.account.tenant, f"event-answer:{query.id}")

        def work() -> Changed:
            answer_invitation(
                door.backend, context, stream_id=tap.stream_id, partstat=partstat, recurrence_id=tap.recurrence_id
            )
            return Changed(tap.stream_id, tap.recurrence_id)

        await done(query.message, door, person, tap, work, edit=True, heading="")
    await acknowledge(query)


async def _open(
    message: Message, door: BotDoor, person: Person, entry: Entry, recurrence_id: str | None = None
) -> None:
    try:
        shown = await load(door, person, entry.stream_id, recurrence_id)
    except UnknownResource:
        await message.answer(say(person.language, "toast-gone"))
        return
    await show_event(message, shown, person, edit=False)


async def _between(door: BotDoor, person: Person, start: datetime, end: datetime) -> list[Entry]:
    return await door.run(lambda: agenda(door.backend, person.account.tenant, start=start, end=end))

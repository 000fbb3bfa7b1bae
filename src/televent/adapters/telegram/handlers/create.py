"""Handles /create, in one line or as a dialogue. The bot shows its reading and creates the event after confirmation."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import Any

from aiogram import F, Router
from aiogram.filters import Command, CommandObject
from aiogram.fsm.context import FSMContext
from aiogram.fsm.state import State, StatesGroup
from aiogram.types import CallbackQuery, InlineKeyboardButton, InlineKeyboardMarkup, Message

from televent.adapters.telegram import cards
from televent.adapters.telegram.dates import DEFAULT_DURATION, Reading, read_duration, read_when
from televent.adapters.telegram.door import BotDoor, Person
from televent.adapters.telegram.handlers.invite import invite_people
from televent.adapters.telegram.texts import plain, say
from televent.application.use_cases.calendars.agenda import Entry, event
from televent.application.use_cases.scheduling import meetings

router = Router(name="create")

MAX_TITLE, MAX_TEXT = 256, 1024
"""Max characters of a title, and of a location."""


class Creation(StatesGroup):
    """The steps of the dialogue: five questions, the choice between readings, the confirmation, the guests."""

    title = State()
    time = State()
    duration = State()
    description = State()
    location = State()
    choosing = State()
    confirming = State()
    inviting = State()


@router.message(Command("create"))
async def create(message: Message, command: CommandObject, door: BotDoor, person: Person, state: FSMContext) -> None:
    """Reads a line such as "Team Meeting, tomorrow 3pm, 1 hour"; without a line it starts the dialogue."""
    await state.clear()
    line = (command.args or "").strip()
    if not line:
        await state.set_state(Creation.title)
        await message.answer(say(person.language, "ask-title"))
        return
    read = read_line(line, _now(door, person))
    if read is None:
        await message.answer(say(person.language, "create-examples"))
        return
    await _offer(message, person, state, *read)


def read_line(line: str, now: datetime) -> tuple[str, list[Reading], timedelta | None, str] | None:
    """Title, readings, duration and place of a line; None where it has no readable time."""
    parts = [part.strip() for part in line.split(",") if part.strip()]
    for first in range(1, len(parts)):
        for last in range(len(parts), first, -1):
            readings = read_when(" ".join(parts[first:last]), now)
            if not readings:
                continue
            rest = parts[last:]
            length = read_duration(rest[0]) if rest else None
            place = ", ".join(rest[1:] if length is not None else rest)
            return ", ".join(parts[:first])[:MAX_TITLE], readings, length, place[:MAX_TEXT]
    words = line.split()
    for first in range(1, len(words)):
        readings = read_when(" ".join(words[first:]), now)
        if readings:
            return " ".join(words[:first])[:MAX_TITLE], readings, None, ""
    return None


@router.message(Creation.title, F.text, ~F.text.startswith("/"))
async def take_title(message: Message, person: Person, state: FSMContext) -> None:
    """Takes the title, asks for the time."""
    await state.update_data(title=" ".join((message.text or "").split())[:MAX_TITLE])
    await state.set_state(Creation.time)
    await message.answer(say(person.language, "ask-time"))


@router.message(Creation.time, F.text, ~F.text.startswith("/"))
async def take_time(message: Message, door: BotDoor, person: Person, state: FSMContext) -> None:
    """Takes the time, asks for the duration if it is still open, else for the description."""
    readings = read_when(message.text or "", _now(door, person))
    if not readings:
        await message.answer(say(person.language, "time-unreadable"))
        return
    await state.update_data(readings=[_stored(each) for each in readings])
    if isinstance(readings[0].start, datetime) and readings[0].end is None:
        await state.set_state(Creation.duration)
        await message.answer(say(person.language, "ask-duration"))
        return
    await state.set_state(Creation.description)
    await message.answer(say(person.language, "ask-description"), reply_markup=_skip(person.language))


@router.message(Creation.duration, F.text, ~F.text.startswith("/"))
async def take_duration(message: Message, person: Person, state: FSMContext) -> None:
    """Takes the duration, asks for the description."""
    length = read_duration(message.text or "")
    if length is None:
        await message.answer(say(person.language, "duration-unreadable"))
        return
    await state.update_data(minutes=length.total_seconds() / 60)
    await state.set_state(Creation.description)
    await message.answer(say(person.language, "ask-description"), reply_markup=_skip(person.language))


@router.message(Creation.description, F.text, ~F.text.startswith("/"))
async def take_description(message: Message, person: Person, state: FSMContext) -> None:
    """Takes the description, asks for the location."""
    await _described(message, person, state, (message.text or "").strip())


@router.message(Creation.location, F.text, ~F.text.startswith("/"))
async def take_location(message: Message, person: Person, state: FSMContext) -> None:
    """Takes the location, shows the reading."""
    await _located(message, person, state, " ".join((message.text or "").split())[:MAX_TEXT])


@router.callback_query(F.data == "create:skip")
async def skip(query: CallbackQuery, person: Person, state: FSMContext) -> None:
    """Leaves the answer to the current question empty."""
    await query.answer()
    if not isinstance(query.message, Message):
        return
    await query.message.edit_reply_markup(reply_markup=None)
    current = await state.get_state()
    if current == Creation.description.state:
        await _described(query.message, person, state, "")
    elif current == Creation.location.state:
        await _located(query.message, person, state, "")
    elif current == Creation.inviting.state:
        await state.clear()


async def _described(message: Message, person: Person, state: FSMContext, text: str) -> None:
    await state.update_data(description=text[:4000])
    await state.set_state(Creation.location)
    await message.answer(say(person.language, "ask-location"), reply_markup=_skip(person.language))


async def _located(message: Message, person: Person, state: FSMContext, place: str) -> None:
    data = await state.get_data()
    readings = [_restored(each) for each in data.get("readings", [])]
    length = timedelta(minutes=data["minutes"]) if "minutes" in data else None
    await _offer(message, person, state, data.get("title", ""), readings, length, place)


async def _offer(
    message: Message,
    person: Person,
    state: FSMContext,
    title: str,
    readings: list[Reading],
    length: timedelta | None,
    place: str,
) -> None:
    """Shows the reading and asks for confirmation; asks first which of two readings is meant."""
    await state.update_data(
        title=title,
        location=place,
        readings=[_stored(each) for each in readings],
        minutes=length.total_seconds() / 60 if length is not None else None,
    )
    if len(readings) > 1:
        await state.set_state(Creation.choosing)
        rows = [
            [InlineKeyboardButton(text=_when(each, length, person), callback_data=f"create:which:{number}")]
            for number, each in enumerate(readings)
        ]
        await message.answer(
            say(person.language, "ask-which-time"), reply_markup=InlineKeyboardMarkup(inline_keyboard=rows)
        )
        return
    await _ask_confirmation(message, person, state)


@router.callback_query(Creation.choosing, F.data.startswith("create:which:"))
async def choose(query: CallbackQuery, person: Person, state: FSMContext) -> None:
    """Takes the chosen reading, asks for confirmation."""
    await query.answer()
    readings = (await state.get_data()).get("readings", [])
    number = (query.data or "").rpartition(":")[2]
    if not isinstance(query.message, Message) or not number.isdigit() or int(number) >= len(readings):
        return
    await state.update_data(readings=[readings[int(number)]])
    await query.message.edit_reply_markup(reply_markup=None)
    await _ask_confirmation(query.message, person, state)


async def _ask_confirmation(message: Message, person: Person, state: FSMContext) -> None:
    data = await state.get_data()
    reading = _restored(data["readings"][0])
    start, end = _bounds(reading, timedelta(minutes=data["minutes"]) if data.get("minutes") else None)
    preview = Entry(
        stream_id=person.account.tenant,
        recurrence_id=None,
        uid="",
        summary=data["title"],
        location=data.get("location", ""),
        description=data.get("description", ""),
        start=start,
        end=end,
        all_day=not isinstance(start, datetime),
        status="CONFIRMED",
        partstat=None,
        role="none",
        attendees=(),
        recurs=reading.rrule is not None,
    )
    await state.set_state(Creation.confirming)
    language = person.language
    buttons = [
        InlineKeyboardButton(text=plain(language, "button-confirm"), callback_data="create:yes"),
        InlineKeyboardButton(text=plain(language, "button-cancel"), callback_data="create:no"),
    ]
    await message.answer(
        f"{say(language, 'confirm-create')}\n\n{cards.event_view(preview, person.zone, language)}",
        reply_markup=InlineKeyboardMarkup(inline_keyboard=[buttons]),
    )


@router.callback_query(F.data == "create:no")
async def refuse(query: CallbackQuery, person: Person, state: FSMContext) -> None:
    """Ends the dialogue without an event."""
    await state.clear()
    await query.answer()
    if isinstance(query.message, Message):
        await query.message.edit_text(say(person.language, "create-aborted"))


@router.callback_query(Creation.confirming, F.data == "create:yes")
async def confirm(query: CallbackQuery, door: BotDoor, person: Person, state: FSMContext) -> None:
    """Creates the event. The command id derives from the confirmed message, so two taps create one event."""
    message = query.message
    if not isinstance(message, Message):
        return
    data = await state.get_data()
    reading = _restored(data["readings"][0])
    start, end = _bounds(reading, timedelta(minutes=data["minutes"]) if data.get("minutes") else None)
    draft = meetings.Draft(
        title=data["title"],
        start=start,
        end=end,
        timezone=person.account.timezone,
        description=data.get("description", ""),
        location=data.get("location", ""),
        rrule=reading.rrule,
    )
    context = door.context(person.account.tenant, f"create:{message.chat.id}:{message.message_id}")
    row = await door.run(lambda: meetings.schedule_meeting(door.backend, context, draft=draft))
    entry = await door.run(lambda: event(door.backend, person.account.tenant, row.stream_id))
    await query.answer()
    if entry is not None:
        view = cards.event_view(entry, person.zone, person.language)
        await message.edit_text(f"{say(person.language, 'created', code=entry.code)}\n\n{view}", reply_markup=None)
    await state.clear()
    await state.set_state(Creation.inviting)
    await state.update_data(stream_id=str(row.stream_id))
    await message.answer(say(person.language, "ask-invite"), reply_markup=_skip(person.language))


@router.message(Creation.inviting, F.text, ~F.text.startswith("/"))
async def take_guests(message: Message, door: BotDoor, person: Person, state: FSMContext) -> None:
    """Invites the people named, ends the dialogue."""
    data = await state.get_data()
    await invite_people(message, door, person, str(data.get("stream_id", "")), (message.text or "").split())
    await state.clear()


def _bounds(reading: Reading, length: timedelta | None) -> tuple[datetime | date, datetime | date]:
    if reading.end is not None:
        return reading.start, reading.end
    return reading.start, reading.start + (length or DEFAULT_DURATION)


def _when(reading: Reading, length: timedelta | None, person: Person) -> str:
    return cards.when_of(*_bounds(reading, length), person.zone, person.language)


def _skip(language: str) -> InlineKeyboardMarkup:
    button = InlineKeyboardButton(text=plain(language, "button-skip"), callback_data="create:skip")
    return InlineKeyboardMarkup(inline_keyboard=[[button]])


def _now(door: BotDoor, person: Person) -> datetime:
    return door.backend.clock().astimezone(person.zone)


def _stored(reading: Reading) -> dict[str, Any]:
    return {
        "start": reading.start.isoformat(),
        "end": reading.end.isoformat() if reading.end is not None else None,
        "rrule": reading.rrule,
    }


def _restored(stored: dict[str, Any]) -> Reading:
    def value(text: str) -> datetime | date:
        return datetime.fromisoformat(text) if "T" in text else date.fromisoformat(text)

    return Reading(value(stored["start"]), value(stored["end"]) if stored["end"] else None, stored["rrule"])

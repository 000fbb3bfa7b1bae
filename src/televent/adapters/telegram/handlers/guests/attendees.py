"""Handles /attendees: who comes to an event."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from typing import Final

from aiogram import F, Router
from aiogram.filters import Command, CommandObject
from aiogram.types import CallbackQuery, InlineKeyboardButton, InlineKeyboardMarkup, Message

from televent.adapters.telegram.cards.one_line import escaped, one_line
from televent.adapters.telegram.door import BotDoor, Person
from televent.adapters.telegram.handlers.finding import only_event
from televent.adapters.telegram.taps import acknowledge, show
from televent.adapters.telegram.texts import plain, say
from televent.adapters.telegram.tokens import read_token, token_of
from televent.application.use_cases.calendars.agenda import Entry, event
from televent.ical.objects.reading import Attendee

router = Router(name="attendees")

STATUS: Final = {
    "ACCEPTED": "status-accepted",
    "DECLINED": "status-declined",
    "TENTATIVE": "status-tentative",
    "DELEGATED": "status-delegated",
}
_PENDING: Final = "status-pending"
LARGE: Final = 12
"""Max people of a meeting that are shown in one sentence; a larger one has counts and pages."""
PAGE: Final = 30
"""People of one page."""


@router.message(Command("attendees"))
async def attendees(message: Message, command: CommandObject, door: BotDoor, person: Person) -> None:
    """Shows the attendees and their answers: "John (Accepted), Sarah (Pending)"."""
    query = (command.args or "").strip()
    if not query:
        await message.answer(say(person.language, "attendees-usage"))
        return
    entry = await only_event(message, door, person, query)
    if entry is not None:
        text, buttons = _page(entry, 0, person.language)
        await message.answer(text, reply_markup=buttons)


@router.callback_query(F.data.startswith("guests:"))
async def turn(query: CallbackQuery, door: BotDoor, person: Person) -> None:
    """Shows another page of a large meeting."""
    number, _, token = (query.data or "").removeprefix("guests:").partition(":")
    read = read_token(token)
    entry = None
    if read is not None and number.isascii() and number.isdigit():
        entry = await door.run(lambda: event(door.backend, person.account.tenant, read[0]))
    if entry is None or not isinstance(query.message, Message):
        await acknowledge(query, plain(person.language, "toast-gone"), alert=True)
        return
    await show(query.message, *_page(entry, int(number[:6]), person.language))
    await acknowledge(query)


def _page(entry: Entry, number: int, language: str) -> tuple[str, InlineKeyboardMarkup | None]:
    people = [each for each in entry.attendees if each.address != entry.organizer]
    if not people:
        return say(language, "attendees-none"), None
    if len(people) <= LARGE:
        return ", ".join(_person(each, language) for each in people), None
    order = [*STATUS.values(), _PENDING]
    people.sort(key=lambda each: order.index(_status(each)))
    pages = -(-len(people) // PAGE)
    number = min(number, pages - 1)
    shown = people[number * PAGE : (number + 1) * PAGE]
    counts = Counter(map(_status, people))
    heading = ", ".join(
        say(language, "attendees-counted", status=say(language, key), count=counts[key]) for key in order if counts[key]
    )
    title = escaped(entry.summary, 80) or say(language, "no-title")
    lines = [f"👥 <b>{title}</b>: {len(people)}", heading, *_grouped(shown, language)]
    left = len(people) - (number + 1) * PAGE
    if left > 0:
        lines += ["", say(language, "and-more", count=left)]
    row = []
    if number:
        row.append(_button(language, "button-earlier", entry, number - 1))
    if left > 0:
        row.append(_button(language, "button-later", entry, number + 1))
    return "\n".join(lines), InlineKeyboardMarkup(inline_keyboard=[row]) if row else None


def _grouped(people: Sequence[Attendee], language: str) -> list[str]:
    lines: list[str] = []
    status = ""
    for each in people:
        if _status(each) != status:
            status = _status(each)
            lines += ["", f"<b>{say(language, status)}</b>"]
        lines.append(f"• {escaped(each.cn or each.address, 64)}")
    return lines


def _person(each: Attendee, language: str) -> str:
    return say(
        language, "person-status", name=one_line(each.cn or each.address, 64), status=plain(language, _status(each))
    )


def _status(each: Attendee) -> str:
    return STATUS.get(each.partstat, _PENDING)


def _button(language: str, key: str, entry: Entry, number: int) -> InlineKeyboardButton:
    data = f"guests:{number}:{token_of(entry.stream_id)}"
    return InlineKeyboardButton(text=plain(language, key), callback_data=data)

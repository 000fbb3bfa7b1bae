"""The guests of an event: who comes, who is taken off the list, who is invited."""

from __future__ import annotations

from typing import Final

from aiogram import Router
from aiogram.fsm.context import FSMContext
from aiogram.types import CallbackQuery, Message

from televent.adapters.telegram.door import BotDoor, Person
from televent.adapters.telegram.handlers.events.asking import expect, stop_asking
from televent.adapters.telegram.handlers.events.buttons import Pressed, Tap, back, in_rows, keyboard
from televent.adapters.telegram.handlers.events.saving import command_of, done, is_stale, show_now
from televent.adapters.telegram.handlers.events.scope import as_seen, present
from televent.adapters.telegram.handlers.events.view import MARKS, PENDING, put, shortened, title_of
from televent.adapters.telegram.handlers.guests.attendees import STATUS
from televent.adapters.telegram.handlers.guests.inviting import invite_people, names_nobody, tell_of_hidden
from televent.adapters.telegram.handlers.guests.naming import declines, named_in
from televent.adapters.telegram.taps import acknowledge
from televent.adapters.telegram.texts import plain, say
from televent.application.use_cases.events.remove_guest import remove_guest
from televent.application.use_cases.events.view_event import EventView
from televent.ical.objects.reading import Attendee

router = Router(name="event-guests")

PAGE: Final = 10
"""Max guests on a page."""


@router.callback_query(Pressed("gu"))
async def guests(query: CallbackQuery, door: BotDoor, person: Person, state: FSMContext, tap: Tap) -> None:
    """Shows the guests with their answers."""
    await stop_asking(state)
    found = await present(query, door, person, tap)
    if found is not None and isinstance(query.message, Message):
        await _show(query.message, person, found[1], found[0])
    await acknowledge(query)


async def _show(message: Message, person: Person, tap: Tap, view: EventView) -> None:
    language, others = person.language, _others(view)
    first = _number(tap.value, len(others))
    lines = [f"👥 <b>{title_of(view, language)}</b>"]
    if view.entry.organizer is not None:
        name = view.entry.organizer_name or view.entry.organizer
        lines.append(say(language, "event-organizer", name=name))
    lines += [_line(each, language) for each in others[first : first + PAGE]] or [say(language, "attendees-none")]
    pages = []
    if first > 0:
        pages.append(tap.to("gu", str(max(first - PAGE, 0))).button("‹"))
    if first + PAGE < len(others):
        pages.append(tap.to("gu", str(first + PAGE)).button("›"))
    mine = view.rights == "all" and view.entry.role != "attendee"
    removing = [
        tap.to("gr", str(number)).button(f"✖️ {(each.cn or each.address)[:24]}")
        for number, each in enumerate(others[first : first + PAGE], first)
    ]
    inviting = [tap.to("gi").button(plain(language, "event-invite"))] if not view.shared else []
    rows = [*in_rows(removing, 2), inviting] if mine else []
    await put(message, "\n".join(lines), keyboard(*rows, pages, back(tap, language)), edit=True)


@router.callback_query(Pressed("gr"))
async def ask_removal(query: CallbackQuery, door: BotDoor, person: Person, tap: Tap) -> None:
    """Asks whether to take the guest off the list. The button counts guests: of another list it shows that one."""
    found = await present(query, door, person, tap)
    if found is not None and isinstance(query.message, Message):
        view = found[0]
        if is_stale(view, tap):
            await _show(query.message, person, found[1].to("gu"), view)
            await acknowledge(query, plain(person.language, "event-guests-changed"))
            return
        others, number = _others(view), int(tap.value) if tap.value.isdecimal() else -1
        if 0 <= number < len(others):
            language = person.language
            guest = others[number]
            row = [
                tap.to("gx", tap.value).button(plain(language, "event-remove")),
                tap.to("gu").button(plain(language, "event-back")),
            ]
            text = say(language, "event-ask-remove", name=guest.cn or guest.address)
            await put(query.message, text, keyboard(row), edit=True)
    await acknowledge(query)


@router.callback_query(Pressed("gx"))
async def remove(query: CallbackQuery, door: BotDoor, person: Person, tap: Tap) -> None:
    """Takes the guest off the list; they get a cancellation. The button counts guests, so the list must be the same."""
    view = await as_seen(query, door, person, tap)
    if view is not None and isinstance(query.message, Message):
        others, number = _others(view), int(tap.value) if tap.value.isdecimal() else -1
        if 0 <= number < len(others):
            guest = others[number]
            context = door.context(person.account.tenant, command_of(query.message, tap))
            await done(
                query.message,
                door,
                person,
                tap,
                lambda: remove_guest(door.backend, context, which=tap.which, address=guest.address),
                edit=True,
                heading=say(person.language, "event-removed", name=guest.cn or guest.address),
            )
    await acknowledge(query)


@router.callback_query(Pressed("gi"))
async def ask_whom(query: CallbackQuery, door: BotDoor, person: Person, state: FSMContext, tap: Tap) -> None:
    """Asks whom to invite."""
    found = await present(query, door, person, tap)
    if found is not None and isinstance(query.message, Message):
        _, tap = found
        await expect(state, tap, query.message)
        text = say(person.language, "ask-invite")
        await put(query.message, text, keyboard(back(tap, person.language, "gu")), edit=True)
    await acknowledge(query)


async def invite_typed(message: Message, door: BotDoor, person: Person, tap: Tap) -> bool:
    """Invites the people of an answer, and shows the event. False where it names nobody: the question stays open."""
    text = "" if message.forward_origin is not None else message.text or ""
    named = named_in(message, text)
    if declines(text):
        await show_now(message, door, person, tap, edit=False)
        return True
    if named.hidden:
        await tell_of_hidden(message, person, named)
    elif not named.people:
        await message.answer(names_nobody(person.language, text))
    if not named.people:
        return False
    await invite_people(message, door, person, str(tap.stream_id), named.people)
    await show_now(message, door, person, tap, edit=False)
    return True


def _others(view: EventView) -> list[Attendee]:
    return [each for each in view.entry.attendees if each.address != view.entry.organizer]


def _line(guest: Attendee, language: str) -> str:
    status = say(language, STATUS.get(guest.partstat, "status-pending"))
    name = shortened(guest.cn or guest.address, 64)
    return f"{MARKS.get(guest.partstat, PENDING)} {name} ({status})"


def _number(value: str, count: int) -> int:
    return min(int(value), max(count - 1, 0)) if value.isdecimal() and len(value) < 5 else 0

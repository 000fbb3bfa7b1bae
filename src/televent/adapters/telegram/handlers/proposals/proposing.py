"""An attendee proposes another time: the button, the question "When?", the reading shown back, and perhaps a note.

The buttons of a preview hold the time that it shows. So a tap on an older preview sends what that preview shows.
"""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import Final
from uuid import UUID

from aiogram import F, Router
from aiogram.fsm.context import FSMContext
from aiogram.fsm.state import State, StatesGroup
from aiogram.types import CallbackQuery, InlineKeyboardMarkup, Message

from televent.adapters.telegram.cards.proposal_cards import (
    MAX_COMMENT,
    Span,
    comment_lines,
    fits,
    one_below_another,
    read_span,
    shown,
    title_of,
    written,
)
from televent.adapters.telegram.door import BotDoor, Person
from televent.adapters.telegram.handlers.another_event import way_on
from televent.adapters.telegram.handlers.proposals.reading import read_wish
from televent.adapters.telegram.handlers.proposals.saying import REFUSALS, refused
from televent.adapters.telegram.taps import acknowledge, show, take_buttons_away
from televent.adapters.telegram.texts import plain, plain_refusal, say
from televent.adapters.telegram.tokens import read_token, token_of
from televent.application.refusals import UnknownResource
from televent.application.use_cases.scheduling.proposals import Place, places, propose_time
from televent.domain.refusal import Refusal

router = Router(name="proposals-proposing")

QUICK: Final = (
    ("quick-hour", timedelta(hours=1)),
    ("quick-day", timedelta(days=1)),
    ("quick-week", timedelta(days=7)),
)
"""The quick choices: how much later than the event. Days keep the time of day."""


class Proposing(StatesGroup):
    """The questions: when, and with which note."""

    when = State()
    note = State()


@router.callback_query(F.data.startswith("counter:"))
async def begin(query: CallbackQuery, door: BotDoor, person: Person, state: FSMContext) -> None:
    """Asks for the new time; for a series first for the date that shall move."""
    token = (query.data or "").partition(":")[2]
    if not isinstance(query.message, Message):
        await acknowledge(query)
        return
    try:
        stream_id, recurrence_id = _event(token)
        offered = await _places(door, person, token)
    except REFUSALS as refusal:
        await _alert(query, refusal, person)
        return
    if offered[0].recurrence_id != recurrence_id:
        dates = [(shown(_span(each, person), person.display), each.recurrence_id) for each in offered]
        buttons = [(text, f"counter:{token_of(stream_id, rid)}") for text, rid in dates]
        await query.message.answer(say(person.language, "ask-proposal-date"), reply_markup=one_below_another(buttons))
        await acknowledge(query)
        return
    span = _span(offered[0], person)
    await state.set_state(Proposing.when)
    await state.set_data({"token": token})
    text = say(
        person.language,
        "ask-proposal-time",
        title=title_of(offered[0].title, person.language),
        was=shown(span, person.display),
    )
    await query.message.answer(text, reply_markup=_quick(span, token, person))
    await acknowledge(query)


@router.message(Proposing.when, F.text, ~F.text.startswith("/"))
async def take_time(message: Message, door: BotDoor, person: Person, state: FSMContext) -> None:
    """Shows the reading back, or several to choose from; names words that are no part of a time."""
    token = (await state.get_data())["token"]
    try:
        place = await _place(door, person, token)
    except REFUSALS as refusal:
        await state.clear()
        await message.answer(refused(refusal, person.language))
        return
    wish = read_wish(message.text or "", _span(place, person), person.display)
    if wish.unread:
        text = say(person.language, "proposal-unread", words=", ".join(wish.unread))
        await message.answer(text, reply_markup=await way_on(message, person, state))
    elif not wish.spans:
        await message.answer(say(person.language, "proposal-unreadable"))
    elif len(wish.spans) > 1:
        choices = [(shown(each, person.display), f"counter-at:{token}:{written(each)}") for each in wish.spans]
        await message.answer(say(person.language, "ask-which-time"), reply_markup=one_below_another(choices))
    else:
        await message.answer(
            _preview(place, wish.spans[0], person), reply_markup=_send(token, wish.spans[0], person.language)
        )


@router.callback_query(F.data.startswith("counter-at:"))
async def choose(query: CallbackQuery, door: BotDoor, person: Person) -> None:
    """Shows the chosen time back."""
    named = _named(query.data or "")
    if named is None or not isinstance(query.message, Message):
        await acknowledge(query)
        return
    try:
        place = await _place(door, person, named[0])
    except REFUSALS as refusal:
        await _alert(query, refusal, person)
        return
    await show(query.message, _preview(place, named[1], person), _send(*named, person.language))
    await acknowledge(query)


@router.callback_query(F.data.startswith("counter-note:"))
async def ask_note(query: CallbackQuery, person: Person, state: FSMContext) -> None:
    """Asks for a note to the organizer; the proposal is sent with it."""
    named = _named(query.data or "")
    if named is not None and isinstance(query.message, Message):
        await state.set_state(Proposing.note)
        await state.set_data({"token": named[0], "span": written(named[1])})
        await query.message.answer(say(person.language, "ask-comment"))
        await take_buttons_away(query.message)
    await acknowledge(query)


@router.message(Proposing.note, F.text, ~F.text.startswith("/"))
async def take_note(message: Message, door: BotDoor, person: Person, state: FSMContext) -> None:
    """Sends the proposal with the note."""
    data = await state.get_data()
    comment = " ".join((message.text or "").split())
    if len(comment) > MAX_COMMENT:
        await message.answer(say(person.language, "comment-too-long", limit=MAX_COMMENT))
        return
    span = read_span(data["span"])
    assert span is not None
    update = f"counter-note:{message.chat.id}:{message.message_id}"
    told, _ = await _propose(door, person, data["token"], span, update, comment)
    await state.clear()
    await message.answer(told)


@router.callback_query(F.data.startswith("counter-ok:"))
async def send(query: CallbackQuery, door: BotDoor, person: Person, state: FSMContext) -> None:
    """Sends the proposal that the preview shows."""
    named = _named(query.data or "")
    if named is None or not isinstance(query.message, Message):
        await acknowledge(query, plain(person.language, "toast-gone"), alert=True)
        return
    told, sent = await _propose(door, person, *named, f"counter:{query.id}")
    if await state.get_state() in (Proposing.when.state, Proposing.note.state):
        await state.clear()
    await show(query.message, told if sent else f"{query.message.html_text}\n\n{told}")
    await acknowledge(query)


@router.callback_query(F.data == "counter-stop")
async def stop(query: CallbackQuery, person: Person, state: FSMContext) -> None:
    """Ends the flow; nothing is sent."""
    if await state.get_state() in (Proposing.when.state, Proposing.note.state):
        await state.clear()
    if isinstance(query.message, Message):
        await show(query.message, say(person.language, "proposal-stopped"))
    await acknowledge(query)


async def _propose(
    door: BotDoor, person: Person, token: str, span: Span, update: str, comment: str | None = None
) -> tuple[str, bool]:
    """The sentence about the result, and whether the proposal was sent."""
    context = door.context(person.account.tenant, update)
    try:
        place = await _place(door, person, token)
        stream_id, recurrence_id = _event(token)
        outcome = await door.run(
            lambda: propose_time(
                door.backend,
                context,
                stream_id=stream_id,
                recurrence_id=recurrence_id,
                start=span.start,
                end=span.end,
                comment=comment,
            )
        )
    except REFUSALS as refusal:
        return refused(refusal, person.language), False
    key = "proposal-sent-already" if outcome.already else "proposal-sent"
    when = shown(span, person.display)
    text = say(person.language, key, name=place.organizer, title=title_of(place.title, person.language), when=when)
    return "\n".join([text, *comment_lines(comment, person.language)]), True


async def _place(door: BotDoor, person: Person, token: str) -> Place:
    """The event or occurrence of a token. Raises the refusals of ``places``, UnknownResource."""
    recurrence_id = _event(token)[1]
    offered = await _places(door, person, token)
    found = next((each for each in offered if each.recurrence_id == recurrence_id), None)
    if found is None:
        raise UnknownResource()
    return found


async def _places(door: BotDoor, person: Person, token: str) -> list[Place]:
    """The dates for which a time can be proposed. Raises the refusals of ``places``, UnknownResource."""
    stream_id, recurrence_id = _event(token)
    now, tenant = door.backend.clock(), person.account.tenant
    offered = await door.run(lambda: places(door.backend, tenant, stream_id, recurrence_id, now=now))
    if not offered:
        raise UnknownResource()
    return offered


def _event(token: str) -> tuple[UUID, str | None]:
    """The event and occurrence of a token. Raises UnknownResource: anybody can send any callback data."""
    named = read_token(token)
    if named is None:
        raise UnknownResource()
    return named


async def _alert(query: CallbackQuery, refusal: Refusal, person: Person) -> None:
    await acknowledge(query, plain_refusal(person.language, refusal), alert=True)


def _span(place: Place, person: Person) -> Span:
    """When it takes place. A floating time is in the person's zone."""
    start, end = (
        each.replace(tzinfo=person.zone) if isinstance(each, datetime) and each.tzinfo is None else each
        for each in (place.start, place.end)
    )
    return Span(start, end)


def _quick(span: Span, token: str, person: Person) -> InlineKeyboardMarkup:
    """The quick choices. An hour later makes no sense for whole days."""
    buttons = []
    for key, by in QUICK:
        if by.days or isinstance(span.start, datetime):
            later = Span(_later(span.start, by, person), _later(span.end, by, person))
            if fits(later):
                text = plain(person.language, key, when=shown(later, person.display))
                buttons.append((text, f"counter-at:{token}:{written(later)}"))
    return one_below_another([*buttons, (plain(person.language, "button-cancel"), "counter-stop")])


def _later(moment: datetime | date, by: timedelta, person: Person) -> datetime | date:
    """The moment so much later; days are days on the person's clock."""
    if not isinstance(moment, datetime):
        return moment + by
    local = moment.astimezone(person.zone)
    return local + by if by.days else (local.astimezone(UTC) + by).astimezone(person.zone)


def _preview(place: Place, span: Span, person: Person) -> str:
    was, now = shown(_span(place, person), person.display), shown(span, person.display)
    title = title_of(place.title, person.language)
    return say(person.language, "proposal-preview", name=place.organizer, title=title, was=was, now=now)


def _send(token: str, span: Span, language: str) -> InlineKeyboardMarkup:
    end = f"{token}:{written(span)}"
    return one_below_another(
        [
            (plain(language, "button-proposal-send"), f"counter-ok:{end}"),
            (plain(language, "button-proposal-note"), f"counter-note:{end}"),
            (plain(language, "button-cancel"), "counter-stop"),
        ]
    )


def _named(data: str) -> tuple[str, Span] | None:
    """The token and the time of callback data; None where they are none."""
    parts = data.split(":")
    span = read_span(parts[2]) if len(parts) == 3 and read_token(parts[1]) is not None else None
    return (parts[1], span) if span is not None else None

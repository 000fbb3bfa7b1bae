"""Handles taps on an invitation card, "Change response", /rsvp and /cancel."""

from __future__ import annotations

from uuid import UUID

from aiogram import F, Router
from aiogram.exceptions import TelegramBadRequest
from aiogram.filters import Command, CommandObject
from aiogram.fsm.context import FSMContext
from aiogram.types import CallbackQuery, InlineKeyboardButton, InlineKeyboardMarkup, Message

from televent.adapters.telegram import cards
from televent.adapters.telegram.door import BotDoor, Person
from televent.adapters.telegram.handlers.finding import only_event
from televent.adapters.telegram.texts import plain, say
from televent.application.refusals import NotInvited, UnknownResource
from televent.application.use_cases.calendars.agenda import Entry, event
from televent.application.use_cases.scheduling import meetings
from televent.application.use_cases.scheduling.answer_invitation import Answered, answer_invitation

router = Router(name="answers")

WORDS = {
    "accept": "ACCEPTED", "accepted": "ACCEPTED", "yes": "ACCEPTED", "да": "ACCEPTED",
    "decline": "DECLINED", "declined": "DECLINED", "no": "DECLINED", "нет": "DECLINED",
    "tentative": "TENTATIVE", "maybe": "TENTATIVE",
}  # fmt: skip


@router.callback_query(F.data.startswith("rsvp:"))
async def tap(query: CallbackQuery, door: BotDoor, person: Person) -> None:
    """Stores the answer in one idempotent transaction, then shows it on the card."""
    _, stream, partstat = (query.data or "").split(":", 2)
    if partstat not in cards.ANSWERS:
        await query.answer()
        return
    given = await _answer(door, person, stream, partstat, f"tap:{query.id}")
    if given is None:
        await query.answer(plain(person.language, "toast-gone"), show_alert=True)
        return
    answered, entry = given
    key = "toast-already" if answered.already else f"toast-{cards.ANSWERS[partstat]}"
    if isinstance(query.message, Message) and entry is not None:
        card = cards.invitation(entry, _organizer(entry), person.zone, person.language)
        await _edit(
            query.message,
            cards.answered(card, partstat, person.language),
            cards.change_button(stream, person.language),
        )
    await query.answer(plain(person.language, key))


@router.callback_query(F.data.startswith("change:"))
async def change(query: CallbackQuery, door: BotDoor, person: Person) -> None:
    """Shows the three answer buttons again."""
    stream = (query.data or "").partition(":")[2]
    entry = await _entry(door, person, stream)
    await query.answer()
    if isinstance(query.message, Message) and entry is not None:
        card = cards.invitation(entry, _organizer(entry), person.zone, person.language)
        await _edit(query.message, card, cards.invitation_buttons(stream, person.language))


@router.message(Command("rsvp"))
async def rsvp(message: Message, command: CommandObject, door: BotDoor, person: Person) -> None:
    """Answers by ``/rsvp accept <event>`` or ``/rsvp <event> accept``."""
    words = (command.args or "").split()
    place = next((n for n in (0, len(words) - 1) if words and words[n].lower() in WORDS), None)
    if place is None or len(words) < 2:
        await message.answer(say(person.language, "rsvp-usage"))
        return
    partstat = WORDS[words.pop(place).lower()]
    entry = await only_event(message, door, person, " ".join(words))
    if entry is None:
        return
    update = f"rsvp:{message.chat.id}:{message.message_id}"
    if await _answer(door, person, str(entry.stream_id), partstat, update) is None:
        await message.answer(say(person.language, "toast-gone"))
        return
    card = cards.invitation(entry, _organizer(entry), person.zone, person.language)
    await message.answer(cards.answered(card, partstat, person.language))


@router.message(Command("cancel"))
async def cancel(message: Message, command: CommandObject, door: BotDoor, person: Person, state: FSMContext) -> None:
    """Asks whether to cancel an event; without an event it stops the dialogue."""
    query = (command.args or "").strip()
    if not query:
        running = await state.get_state() is not None
        await state.clear()
        await message.answer(say(person.language, "dialogue-aborted" if running else "nothing-to-abort"))
        return
    entry = await only_event(message, door, person, query)
    if entry is None:
        return
    buttons = [
        InlineKeyboardButton(text=plain(person.language, "button-yes-cancel"), callback_data=f"drop:{entry.stream_id}"),
        InlineKeyboardButton(text=plain(person.language, "button-keep"), callback_data="keep"),
    ]
    view = cards.event_view(entry, person.zone, person.language)
    await message.answer(
        f"{say(person.language, 'cancel-confirm')}\n\n{view}",
        reply_markup=InlineKeyboardMarkup(inline_keyboard=[buttons]),
    )


@router.callback_query(F.data.startswith("drop:"))
async def drop(query: CallbackQuery, door: BotDoor, person: Person) -> None:
    """Cancels the event after the confirmation of /cancel."""
    stream = (query.data or "").partition(":")[2]
    entry = await _entry(door, person, stream)
    context = door.context(person.account.tenant, f"drop:{query.id}")
    try:
        await door.run(lambda: meetings.cancel_meeting(door.backend, context, stream_id=UUID(stream)))
    except UnknownResource:
        await query.answer(plain(person.language, "toast-gone"))
        return
    await query.answer()
    if isinstance(query.message, Message):
        title = entry.summary if entry is not None else ""
        await query.message.edit_text(say(person.language, "cancelled", title=title))


@router.callback_query(F.data == "keep")
async def keep(query: CallbackQuery, person: Person) -> None:
    """Leaves the event as it is after the question of /cancel."""
    await query.answer()
    if isinstance(query.message, Message):
        await query.message.edit_text(say(person.language, "kept"))


async def _answer(
    door: BotDoor, person: Person, stream: str, partstat: str, update: str
) -> tuple[Answered, Entry | None] | None:
    context = door.context(person.account.tenant, update)
    try:
        stream_id = UUID(stream)
        answered = await door.run(
            lambda: answer_invitation(door.backend, context, stream_id=stream_id, partstat=partstat)
        )
    except (ValueError, UnknownResource, NotInvited):
        return None
    return answered, await _entry(door, person, stream)


async def _entry(door: BotDoor, person: Person, stream: str) -> Entry | None:
    try:
        stream_id = UUID(stream)
    except ValueError:
        return None
    return await door.run(lambda: event(door.backend, person.account.tenant, stream_id))


def _organizer(entry: Entry) -> str:
    return entry.organizer_name or entry.organizer or ""


async def _edit(message: Message, text: str, buttons: InlineKeyboardMarkup) -> None:
    try:
        await message.edit_text(text, reply_markup=buttons)
    except TelegramBadRequest as error:
        # After two taps at once, the first has already written this text.
        if "message is not modified" not in str(error):
            raise

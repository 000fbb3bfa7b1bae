"""The buttons under a preview. A tap acts on the draft that the preview shows, however old it is."""

from __future__ import annotations

from dataclasses import replace

from aiogram import Router
from aiogram.fsm.context import FSMContext
from aiogram.types import CallbackQuery, Message

from televent.adapters.telegram.cards.dead_buttons import refuse_dead
from televent.adapters.telegram.door import BotDoor, Person
from televent.adapters.telegram.handlers.creating.asking import ask, offer, put
from televent.adapters.telegram.handlers.creating.buttons import Tap, Tapped
from televent.adapters.telegram.handlers.creating.draft import Draft, keep, load, meeting_of
from televent.adapters.telegram.handlers.creating.made import show_created
from televent.adapters.telegram.handlers.creating.pages import change_page, moved
from televent.adapters.telegram.handlers.guests.inviting import invite_people
from televent.adapters.telegram.taps import acknowledge, show, take_buttons_away
from televent.adapters.telegram.texts import plain, say
from televent.application.use_cases.scheduling import meetings

router = Router(name="creating-preview")

_FIELDS = ("title", "time", "duration", "location", "invite", "description", "line")


@router.callback_query(Tapped("yes"))
async def confirm(query: CallbackQuery, door: BotDoor, person: Person, state: FSMContext, tap: Tap) -> None:
    """Creates the event. The command id derives from the draft, so two taps create one event."""
    draft, message = await _open(query, door, person, tap)
    if draft is None or message is None:
        return
    if draft.reading is None or draft.unread or not draft.title:
        await offer(message, door, person, state, draft, edit=True)
        await acknowledge(query)
        return
    context = door.context(person.account.tenant, f"draft:{draft.id}")
    meeting = meeting_of(draft, person)
    row = await door.run(lambda: meetings.schedule_meeting(door.backend, context, draft=meeting))
    made = replace(draft, made=row.stream_id, shown=message.message_id)
    await show_created(message, door, person, made)
    if draft.guests:
        await invite_people(message, door, person, str(row.stream_id), draft.guests)
        await show_created(message, door, person, made)
    else:
        await ask(message, person, state, made, "invite")
    # The draft last: after an outage the same tap comes again, and does what is left.
    await keep(door, person, made)
    await acknowledge(query)


@router.callback_query(Tapped("no"))
async def refuse(query: CallbackQuery, door: BotDoor, person: Person, tap: Tap) -> None:
    """Gives the draft up."""
    draft, message = await _open(query, door, person, tap)
    if draft is None or message is None:
        return
    await show(message, say(person.language, "create-aborted"))
    await keep(door, person, replace(draft, given_up=True))
    await acknowledge(query)


@router.callback_query(Tapped("which", "without", "move", "show"))
async def turn(query: CallbackQuery, door: BotDoor, person: Person, state: FSMContext, tap: Tap) -> None:
    """Takes a choice, and shows the preview with it."""
    draft, message = await _open(query, door, person, tap)
    if draft is None or message is None:
        return
    reading = draft.reading
    if tap.verb == "which" and tap.value.isdecimal() and int(tap.value) < len(draft.readings):
        draft = replace(draft, chosen=int(tap.value))
    elif tap.verb == "without":
        draft = replace(draft, unread=())
    elif tap.verb == "move" and reading is not None and tap.value in ("tomorrow", "week"):
        draft = moved(draft, reading, person.display, tap.value)
    await offer(message, door, person, state, draft, edit=True)
    await acknowledge(query)


@router.callback_query(Tapped("change"))
async def change(query: CallbackQuery, door: BotDoor, person: Person, tap: Tap) -> None:
    """Shows the fields that can be changed."""
    draft, message = await _open(query, door, person, tap)
    if draft is not None and message is not None:
        await put(message, door, person, draft, *change_page(draft, person.display), edit=True)
        await acknowledge(query)


@router.callback_query(Tapped("ask"))
async def change_field(query: CallbackQuery, door: BotDoor, person: Person, state: FSMContext, tap: Tap) -> None:
    """Asks for one field; the answer leads to a new preview."""
    draft, message = await _open(query, door, person, tap)
    if draft is None or message is None:
        return
    if tap.value not in _FIELDS:
        await refuse_dead(query, person.language)
        return
    await ask(message, person, state, draft, tap.value)
    await take_buttons_away(message)
    await acknowledge(query)


@router.callback_query(Tapped("astitle"))
async def as_title(query: CallbackQuery, door: BotDoor, person: Person, state: FSMContext, tap: Tap) -> None:
    """Begins the dialogue with the sentence as the title."""
    draft, message = await _open(query, door, person, tap)
    if draft is None or message is None:
        return
    draft = replace(draft, dialogue=True)
    await keep(door, person, draft)
    await ask(message, person, state, draft, "time")
    await take_buttons_away(message)
    await acknowledge(query)


async def _open(
    query: CallbackQuery, door: BotDoor, person: Person, tap: Tap
) -> tuple[Draft, Message] | tuple[None, None]:
    """The open draft of the tap and its message; otherwise says why there is none."""
    draft = await load(door, person, tap.draft_id)
    message = query.message
    if draft is None or not isinstance(message, Message):
        await refuse_dead(query, person.language, "draft-forgotten")
        return None, None
    if not draft.open:
        key = "draft-made-already" if draft.made is not None else "create-aborted"
        await take_buttons_away(message)
        await acknowledge(query, plain(person.language, key), alert=True)
        return None, None
    return draft, message

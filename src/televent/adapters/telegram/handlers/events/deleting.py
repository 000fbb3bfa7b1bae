"""Deletes an event, one occurrence, or this and all following ones; asks before."""

from __future__ import annotations

from aiogram import Router
from aiogram.fsm.context import FSMContext
from aiogram.types import CallbackQuery, Message

from televent.adapters.telegram.door import BotDoor, Person
from televent.adapters.telegram.handlers.events.asking import stop_asking
from televent.adapters.telegram.handlers.events.buttons import Pressed, Tap, back, first_tap, keyboard
from televent.adapters.telegram.handlers.events.saving import command_of, done, scope_line
from televent.adapters.telegram.handlers.events.scope import as_seen, scoped
from televent.adapters.telegram.handlers.events.view import event_text, load, paragraphs, put
from televent.adapters.telegram.taps import acknowledge, show
from televent.adapters.telegram.texts import plain, say
from televent.application.refusals import UnknownResource
from televent.application.use_cases.calendars.agenda import Entry
from televent.application.use_cases.events.remove_event import remove_event
from televent.application.use_cases.events.view_event import EventView
from televent.application.use_cases.events.which import Changed, Scope
from televent.application.use_cases.scheduling.answer_invitation import answer_invitation

router = Router(name="event-deleting")


@router.callback_query(Pressed("dl"))
async def ask(query: CallbackQuery, door: BotDoor, person: Person, state: FSMContext, tap: Tap) -> None:
    """Asks whether to delete, after the question which occurrences are meant."""
    await stop_asking(state)
    found = await scoped(query, door, person, tap)
    if found is not None and isinstance(query.message, Message):
        await _confirm(query.message, person, *found, edit=True)
    await acknowledge(query)


async def ask_to_delete(message: Message, door: BotDoor, person: Person, entry: Entry) -> None:
    """The same for the event of a command, in a new message. A series asks which occurrences are meant."""
    view = await load(door, person, entry.stream_id)
    tap = first_tap(view).to("dl")
    if view.occurrence is None:
        await _confirm(message, person, view, tap, edit=False)
        return
    page = keyboard([tap.button(plain(person.language, "event-button-dl"))], back(tap, person.language, "kp"))
    text = paragraphs([say(person.language, "cancel-confirm")], [event_text(view, person.display)])
    await put(message, text, page, edit=False)


async def _confirm(message: Message, person: Person, view: EventView, tap: Tap, *, edit: bool) -> None:
    language = person.language
    row = [
        tap.to("dy").button(plain(language, "button-yes-cancel")),
        tap.to("kp").button(plain(language, "button-keep")),
    ]
    question = say(language, "event-decline-confirm" if view.entry.role == "attendee" else "cancel-confirm")
    text = paragraphs([question, scope_line(view, tap, person.display)], [event_text(view, person.display)])
    await put(message, text, keyboard(row), edit=edit)


@router.callback_query(Pressed("dy"))
async def delete(query: CallbackQuery, door: BotDoor, person: Person, tap: Tap) -> None:
    """Deletes what was shown. Two taps delete once."""
    view = await _still_there(query, door, person, tap)
    if view is not None and isinstance(query.message, Message):
        context = door.context(person.account.tenant, command_of(query.message, tap))
        # An attendee's copy keeps the rule, which is the organizer's: the dates stay in it, declined.
        declines = view.rights == "own" and tap.scope is Scope.FOLLOWING
        said = "event-declined-following" if declines else "event-deleted"

        def work() -> Changed:
            if not declines:
                return remove_event(door.backend, context, which=tap.which)
            answer_invitation(
                door.backend,
                context,
                stream_id=tap.stream_id,
                partstat="DECLINED",
                recurrence_id=tap.recurrence_id,
                following=True,
            )
            return Changed(tap.stream_id, tap.recurrence_id)

        await done(
            query.message,
            door,
            person,
            tap,
            work,
            edit=True,
            heading=paragraphs([say(person.language, said), scope_line(view, tap, person.display)]),
            gone=say(person.language, "cancelled", title=view.entry.summary),
        )
    await acknowledge(query)


async def _still_there(query: CallbackQuery, door: BotDoor, person: Person, tap: Tap) -> EventView | None:
    """The event of the button. Where it is gone, such as after another tap, the message stays as it is."""
    try:
        await load(door, person, tap.stream_id, tap.recurrence_id)
    except UnknownResource:
        return None
    return await as_seen(query, door, person, tap)


@router.callback_query(Pressed("kp"))
async def keep(query: CallbackQuery, person: Person) -> None:
    """Leaves the event as it is."""
    if isinstance(query.message, Message):
        await show(query.message, say(person.language, "kept"))
    await acknowledge(query)

"""Saves a change and shows the event; asks before, where other people are told."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime
from typing import Final
from uuid import UUID

from aiogram import Router
from aiogram.fsm.context import FSMContext
from aiogram.types import CallbackQuery, InlineKeyboardMarkup, Message

from televent.adapters.telegram.cards.undo_buttons import newest_change, undo_button
from televent.adapters.telegram.door import BotDoor, Person
from televent.adapters.telegram.handlers.events import pending
from televent.adapters.telegram.handlers.events.buttons import MARK, Pressed, Tap, keyboard
from televent.adapters.telegram.handlers.events.view import (
    MAX_NOTE,
    load,
    paragraphs,
    put,
    shortened,
    show_event,
    shown,
    title_of,
)
from televent.adapters.telegram.taps import acknowledge
from televent.adapters.telegram.texts import plain, say
from televent.application.refusals import (
    InvalidObject,
    NotFromThere,
    NotInvited,
    NotOrganizer,
    PreconditionFailed,
    ReadOnlyShare,
    TryAgain,
    UnknownOccurrenceId,
    UnknownResource,
    UnmovableSeries,
    UnreadableTimes,
    UnsplittableSeries,
)
from televent.application.use_cases.events.change_event import change_event
from televent.application.use_cases.events.view_event import EventView
from televent.application.use_cases.events.which import Changed
from televent.domain.refusal import Refusal
from televent.ical.editing.changes import EventChange
from televent.wording.changes import Shown, change_of
from televent.wording.display import Display
from televent.wording.times import day_within, event_time_of

router = Router(name="event-saving")

SENTENCES: Final[dict[type[Refusal], str]] = {
    PreconditionFailed: "event-stale",
    NotOrganizer: "event-refused-organizer",
    ReadOnlyShare: "event-refused-share",
    UnknownOccurrenceId: "event-refused-occurrence",
    UnmovableSeries: "event-refused-move",
    UnsplittableSeries: "event-refused-split",
    UnreadableTimes: "event-refused-times",
    InvalidObject: "event-refused-invalid",
    TryAgain: "event-refused-busy",
    NotFromThere: "toast-not-from-there",
    NotInvited: "toast-not-invited",
}
"""The text for each refusal of a change."""


async def offer(
    message: Message, door: BotDoor, person: Person, state: FSMContext, tap: Tap, change: EventChange, *, edit: bool
) -> None:
    """Shows was → now with Save and Cancel where other people are told; saves at once where nobody is.

    ``message`` is the tapped one (``edit``), or the person's own.
    """
    view = await load(door, person, tap.stream_id, tap.recurrence_id)
    if not view.told or change.own:
        await save(message, door, person, tap, change, command_of(message, tap), edit=edit)
        return
    language, others = person.language, [each for each in view.entry.attendees if each.address != view.entry.organizer]
    head = [f"📅 <b>{title_of(view, language)}</b>", scope_line(view, tap, person.display)]
    told = say(language, "event-told", count=len(others))
    text = paragraphs([*head, *change_lines(view, change, person.display)], [told])
    sent = await put(message, text, save_buttons(tap, language), edit=edit)
    await pending.keep(state, sent.message_id, [change])


def save_buttons(tap: Tap, language: str) -> InlineKeyboardMarkup:
    """The buttons under a preview."""
    row = [
        tap.to("sv").button(plain(language, "event-save")),
        tap.to("vw").button(plain(language, "event-discard")),
    ]
    return keyboard(row)


@router.callback_query(Pressed("sv"))
async def save_kept(query: CallbackQuery, door: BotDoor, person: Person, state: FSMContext, tap: Tap) -> None:
    """Saves what the message shows. Two taps save once."""
    if isinstance(query.message, Message):
        message = query.message
        changes = await pending.kept_for(state, message.message_id, person.zone)
        if changes:
            await save(message, door, person, tap, changes[0], command_of(message, tap), edit=True)
        else:
            await show_now(message, door, person, tap, say(person.language, "event-forgotten"), edit=True)
    await acknowledge(query)


async def save(
    message: Message,
    door: BotDoor,
    person: Person,
    tap: Tap,
    change: EventChange,
    command: str,
    *,
    edit: bool,
) -> None:
    """Saves the change and shows the event with what has changed."""
    context = door.context(person.account.tenant, command)
    try:
        before = await load(door, person, tap.stream_id, tap.recurrence_id)
    except UnknownResource:
        await show_now(message, door, person, tap, say(person.language, "event-refused-occurrence"), edit=edit)
        return
    lines = change_lines(before, change, person.display, saved=True)
    await done(
        message,
        door,
        person,
        tap,
        lambda: change_event(door.backend, context, which=tap.which, change=change),
        edit=edit,
        heading=paragraphs([say(person.language, "event-saved"), scope_line(before, tap, person.display), *lines]),
    )


async def done(
    message: Message,
    door: BotDoor,
    person: Person,
    tap: Tap,
    work: Callable[[], Changed],
    *,
    edit: bool,
    heading: str,
    gone: str = "",
) -> None:
    """Does the work and shows the event as it is then; a refusal as a sentence above the event as it is now."""
    try:
        result = await door.run(work)
    except UnknownResource:
        await put(message, say(person.language, "toast-gone"), None, edit=edit)
        return
    except tuple(SENTENCES) as refusal:
        await show_now(message, door, person, tap, say(person.language, SENTENCES[type(refusal)]), edit=edit)
        return
    # Where the rest of a series became an event of its own, one button could take only half of it back.
    whole = result.stream_id == tap.stream_id
    undoes = await door.run(newest_change, door.backend, person.account.tenant, tap.stream_id) if whole else None
    if result.gone:
        row = [undo_button(tap.stream_id, undoes, person.language)] if undoes is not None else []
        await put(message, gone or say(person.language, "toast-gone"), keyboard(row) if row else None, edit=edit)
        return
    shows = replace(tap, stream_id=result.stream_id, recurrence_id=result.recurrence_id)
    await show_now(message, door, person, shows, heading, edit=edit, undoes=undoes)


async def show_now(
    message: Message,
    door: BotDoor,
    person: Person,
    tap: Tap,
    heading: str = "",
    *,
    edit: bool,
    undoes: UUID | None = None,
) -> EventView | None:
    """Shows the event of a button as it is now. Where it is gone, says so and leaves no buttons."""
    view = None
    for rid in dict.fromkeys((tap.shown, None)):
        try:
            view = await load(door, person, tap.stream_id, rid)
            break
        except UnknownResource:
            continue
    if view is None:
        await put(message, say(person.language, "toast-gone"), None, edit=edit)
    else:
        await show_event(message, view, person, edit=edit, heading=heading, undoes=undoes)
    return view


def command_of(message: Message, tap: Tap) -> str:
    """The name of the command that a tap, or a typed answer, makes: the same for two taps on one button."""
    return f"event:{message.chat.id}:{message.message_id}:{tap.data}"


def is_stale(view: EventView, tap: Tap) -> bool:
    """Whether the event has changed since the button was shown."""
    return view.mark[:MARK] != tap.mark


def scope_line(view: EventView, tap: Tap, display: Display) -> str:
    """Which occurrences a change is about; "" for an event that does not recur."""
    if view.occurrence is None or tap.scope is None:
        return ""
    day = day_within(view.entry.start, display)
    return say(display.language, f"event-scope-{tap.scope.value}", day=day)


def change_lines(view: EventView, change: EventChange, display: Display, *, saved: bool = False) -> list[str]:
    """The changes: a line of was → now for each value, as HTML. ``saved``: the event as it is then stands below."""
    before = shown(view)
    start, end = before.start, before.end
    if change.times is not None:
        start, end = change.times
    elif change.by is not None and start is not None and end is not None:
        start, end = start + change.by, end + change.by
    after = Shown(
        start,
        end,
        before.rrule if change.rule is None else change.rule or None,
        before.title if change.title is None else change.title,
        before.place if change.place is None else change.place,
    )
    lines = [shortened(each, MAX_NOTE) for each in change_of(before, after, display)]
    if change.moves and start is not None and end is not None:
        lines += [] if saved else [f"🕐 {event_time_of(start, end, display)}"]
        if isinstance(start, datetime) and start.tzinfo is not None and start < display.now:
            lines.append(say(display.language, "event-past"))
    if change.description is not None and not saved:
        note = shortened(change.description, MAX_NOTE, lines=True)
        lines.append(f"📝 {note or say(display.language, 'no-description')}")
    return lines

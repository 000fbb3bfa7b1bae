"""Asks once which occurrences of a series are meant: this one, this and the following ones, or all.

The answer is in the data of every button that follows. ``scoped`` is for other handlers too.
"""

from __future__ import annotations

from dataclasses import replace

from aiogram.types import CallbackQuery, Message

from televent.adapters.telegram.door import BotDoor, Person
from televent.adapters.telegram.handlers.events.buttons import MARK, Tap, back, keyboard
from televent.adapters.telegram.handlers.events.saving import is_stale, show_now
from televent.adapters.telegram.handlers.events.view import event_text, load, put
from televent.adapters.telegram.texts import plain, say
from televent.application.refusals import UnknownResource
from televent.application.use_cases.events.view_event import EventView
from televent.application.use_cases.events.which import Scope
from televent.wording.times import day_within


async def present(query: CallbackQuery, door: BotDoor, person: Person, tap: Tap) -> tuple[EventView, Tap] | None:
    """The event of a button as it is now, and the button with its version: for buttons that only open a page.

    None: the event is gone, and the person is shown so.
    """
    if not isinstance(query.message, Message):
        return None
    try:
        view = await load(door, person, tap.stream_id, tap.recurrence_id)
    except UnknownResource:
        await show_now(query.message, door, person, tap, edit=True)
        return None
    return view, replace(tap, mark=view.mark[:MARK])


async def as_seen(query: CallbackQuery, door: BotDoor, person: Person, tap: Tap) -> EventView | None:
    """The event of a button that changes it, if it is still as it was shown. Else shows it as it is; returns None."""
    found = await present(query, door, person, tap)
    if found is None or not is_stale(found[0], tap):
        return found and found[0]
    assert isinstance(query.message, Message)
    await show_now(query.message, door, person, tap, say(person.language, "event-stale"), edit=True)
    return None


async def scoped(
    query: CallbackQuery, door: BotDoor, person: Person, tap: Tap, *, following: bool = True
) -> tuple[EventView, Tap] | None:
    """The event of a button, and the button with the scope that the person chose.

    An event that does not recur has the scope ALL. None: the question was asked, with buttons of the same verb; or the
    event is gone. ``following``: whether "this and following" is offered.
    """
    found = await present(query, door, person, tap)
    if found is None:
        return None
    view, tap = found
    if view.occurrence is None:
        return view, replace(tap, scope=Scope.ALL)
    tap = replace(tap, recurrence_id=view.occurrence)
    if tap.scope is not None:
        return view, tap
    language, day = person.language, day_within(view.entry.start, person.display)
    # An attendee changes no rule, but may decline a date and all later ones.
    several = following and (view.rights == "all" or (view.rights == "own" and tap.verb == "dl"))
    choices = [Scope.THIS, *([Scope.FOLLOWING] if several else []), Scope.ALL]
    rows = [
        [replace(tap, scope=each).button(plain(language, f"event-button-{each.value}", day=day))] for each in choices
    ]
    question = say(language, f"event-which-{tap.verb}")
    leave = Tap("vw", tap.stream_id, view.asked and tap.recurrence_id, None, view.mark[:MARK])
    assert isinstance(query.message, Message)
    await put(
        query.message,
        f"{event_text(view, person.display)}\n\n{question}",
        keyboard(*rows, back(leave, language)),
        edit=True,
    )
    return None

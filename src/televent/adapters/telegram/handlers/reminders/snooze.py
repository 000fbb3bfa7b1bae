"""Handles taps on the buttons of a reminder: snooze, and "Done"."""

from __future__ import annotations

from contextlib import suppress

from aiogram import F, Router
from aiogram.types import CallbackQuery, Message

from televent.adapters.telegram.door import BotDoor, Person
from televent.adapters.telegram.taps import acknowledge, show, take_buttons_away
from televent.adapters.telegram.texts import plain
from televent.adapters.telegram.tokens import read_token
from televent.application.use_cases.reminders.acknowledge import acknowledge_reminder
from televent.application.use_cases.reminders.snooze import snooze
from televent.domain.refusal import Refusal
from televent.wording.times import clock_of

router = Router(name="reminders")


@router.callback_query(F.data.startswith("snooze:"))
async def tap(query: CallbackQuery, door: BotDoor, person: Person) -> None:
    """Queues the reminder again, or ends it, also for the person's other devices; then its buttons go."""
    _, choice, token = [*(query.data or "").split(":", 2), "", ""][:3]
    event, shown = read_token(token), query.message
    if event is None or not isinstance(shown, Message):
        await acknowledge(query)
        return
    if choice == "done":
        context = door.context(person.account.tenant, f"done:{shown.chat.id}:{shown.message_id}")
        stream_id, recurrence_id = event
        # The event may be deleted, or a sharee may not write: the reminder is done here all the same.
        with suppress(Refusal):
            await door.run(
                lambda: acknowledge_reminder(door.backend, context, stream_id=stream_id, recurrence_id=recurrence_id)
            )
        await take_buttons_away(shown)
        await acknowledge(query, plain(person.language, "reminder-done"))
        return
    # The message names the reminder: a second tap on it, also on another button, is the same snooze.
    source = f"{shown.chat.id}/{shown.message_id}"
    at = await door.run(snooze, door.backend, person.account, *event, choice, source)
    if at is None:
        await take_buttons_away(shown)
        await acknowledge(query, plain(person.language, "reminder-over"), alert=True)
        return
    again = plain(person.language, "reminder-snoozed", clock=clock_of(at, person.display))
    await show(shown, f"{shown.html_text}\n\n💤 <i>{again}</i>")
    await acknowledge(query, again)

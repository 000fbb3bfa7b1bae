"""Shows an event that was created from a draft, in the message of its preview: what it has now."""

from __future__ import annotations

from aiogram.types import Message

from televent.adapters.telegram.cards.cards import created_view
from televent.adapters.telegram.door import BotDoor, Person
from televent.adapters.telegram.handlers.creating.draft import Draft
from televent.adapters.telegram.taps import show
from televent.adapters.telegram.texts import say
from televent.application.refusals import UnknownResource
from televent.application.use_cases.calendars.agenda import with_codes
from televent.application.use_cases.events.view_event import view_event


async def show_created(message: Message, door: BotDoor, person: Person, draft: Draft) -> None:
    """Shows the event of a draft where its preview was, also after guests were invited. Nothing where it is gone."""
    tenant, stream_id = person.account.tenant, draft.made
    if stream_id is None or draft.shown is None or message.bot is None:
        return
    backend, now = door.backend, person.display.now
    try:
        view = await door.run(lambda: view_event(backend, tenant, stream_id, now=now))
    except UnknownResource:
        return
    (entry,) = await door.run(lambda: with_codes(backend, tenant, [view.entry]))
    text = f"{say(person.language, 'created', code=entry.code)}\n\n{created_view(view, person.display)}"
    await show(message.model_copy(update={"message_id": draft.shown}).as_(message.bot), text)

"""Tells people of their requested erasure while they use the bot."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Any, Final

from aiogram import BaseMiddleware
from aiogram.types import Message, TelegramObject

from televent.adapters.telegram.door import Person
from televent.adapters.telegram.handlers.welcome.steps import welcome_of
from televent.adapters.telegram.texts import say
from televent.wording.times import moment_of

_OWN_ANSWER: Final = ("/deleteaccount", "/keepaccount", "/device add")
"""Commands, beside /start, whose answer says itself what becomes of the account."""
_TOLD_ON: Final = "erasure-told-on"


class LastDays(BaseMiddleware):
    """Tells a person whose erasure is requested so, once a day, after the answer to a message of theirs.

    The use of the bot does not revoke the request: somebody may want to answer the last invitations before they leave.
    """

    async def __call__(
        self,
        handler: Callable[[TelegramObject, dict[str, Any]], Awaitable[Any]],
        event: TelegramObject,
        data: dict[str, Any],
    ) -> Any:
        result = await handler(event, data)
        person, state = data.get("person"), data.get("state")
        if not isinstance(event, Message) or not isinstance(person, Person) or state is None:
            return result
        final_at, text = person.account.erase_at, (event.text or "").strip()
        if final_at is None or text == "/start" or text.startswith(_OWN_ANSWER):
            return result
        notes, today = welcome_of(state), person.display.now.date().isoformat()
        if (await notes.get_data()).get(_TOLD_ON) != today:
            await event.answer(say(person.language, "erasure-line", at=moment_of(final_at, person.display)))
            await notes.update_data({_TOLD_ON: today})
        return result

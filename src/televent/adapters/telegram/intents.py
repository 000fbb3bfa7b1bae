"""The commands of the bot, and links that carry one of them into the private chat (Bot API, deep linking)."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Any, Final

from aiogram import BaseMiddleware, Bot
from aiogram.filters import CommandObject
from aiogram.types import Message, TelegramObject, User

from televent.adapters.telegram.door import BotDoor, NotStarted
from televent.adapters.telegram.words import as_command

COMMANDS: Final = (
    "start", "help", "create", "today", "tomorrow", "week", "list", "search", "event", "history", "invite", "rsvp",
    "attendees", "freebusy", "cancel", "undo", "trash", "device", "share", "feeds", "subscribe", "timezone",
    "language", "settings", "export", "deleteaccount", "keepaccount",
)  # fmt: skip
INTENTS: Final = {
    # /keepaccount acts at once.
    **{name: f"/{name}" for name in COMMANDS if name not in ("start", "keepaccount")},
    "device_list": "/device list",
    "share_list": "/share list",
}
"""The payload of a link, and the command that it means. Anybody can write a link and give it to another person, so a
link carries no values, and none of these commands changes anything before the person confirms it."""
START: Final = "start"
"""The payload of a link that only opens the chat."""
_ENDING: Final = ("create", "cancel")
"""The commands that end a dialogue that is running. Where one is, a link with such a command shows /help instead."""


async def link_for(bot: Bot, command: CommandObject) -> str:
    """The link that opens the private chat with the answer to this command."""
    words = [command.command, *(command.args or "").split()[:1]]
    payload = next((each for each in ("_".join(words), words[0]) if each in INTENTS), START)
    return f"https://t.me/{(await bot.me()).username}?start={payload}"


def as_written(event: TelegramObject, data: dict[str, Any]) -> TelegramObject:
    """The message with the command that its text means, such as "/TODAY", "today" or "сегодня". While a dialogue runs,
    a word without a slash is an answer."""
    if not isinstance(event, Message) or event.text is None or event.forward_origin is not None:
        return event
    text = as_command(event.text, alone=data.get("raw_state") is None)
    return event if text is None else event.model_copy(update={"text": text, "entities": None})


class Intents(BaseMiddleware):
    """Turns "/start week", which a link of ``link_for`` sends, into "/week". A person without an account gets the
    answer to /start first."""

    def __init__(self, door: BotDoor) -> None:
        self._door = door

    async def __call__(
        self,
        handler: Callable[[TelegramObject, dict[str, Any]], Awaitable[Any]],
        event: TelegramObject,
        data: dict[str, Any],
    ) -> Any:
        event = as_written(event, data)
        user: User | None = data.get("event_from_user")
        words = (event.text or "").split() if isinstance(event, Message) else []
        if user is None or len(words) != 2 or words[0] != "/start" or words[1] not in INTENTS:
            return await handler(event, data)
        try:
            await self._door.person(user)
        except NotStarted:
            await handler(event, data)
        keeps = words[1] not in _ENDING or data.get("raw_state") is None
        text = INTENTS[words[1] if keeps else "help"]
        return await handler(event.model_copy(update={"text": text, "entities": None}), data)

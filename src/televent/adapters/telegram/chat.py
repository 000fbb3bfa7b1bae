"""A person's chat with the bot, with all that a sender of messages needs."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from aiogram import Bot

from televent.adapters.telegram.door import BotDoor, Person


async def at_once() -> None:
    """Waits for nothing: people get the answers to their own acts at once."""


@dataclass(frozen=True, slots=True)
class Chat:
    """A person's private chat with the bot.

    ``turn``: waits for a turn in Telegram's limits. It is called before each message or edit but the first.
    """

    bot: Bot
    door: BotDoor
    person: Person
    chat_id: int
    turn: Callable[[], Awaitable[None]] = at_once

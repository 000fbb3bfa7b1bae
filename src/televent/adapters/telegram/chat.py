"""A person's chat with the bot, with all that a sender of messages needs."""

from __future__ import annotations

from dataclasses import dataclass

from aiogram import Bot

from televent.adapters.telegram.door import BotDoor, Person


@dataclass(frozen=True, slots=True)
class Chat:
    """A person's private chat with the bot."""

    bot: Bot
    door: BotDoor
    person: Person
    chat_id: int

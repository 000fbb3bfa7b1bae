"""Answers everything personal in private chats only.

The rule holds for every update before any handler sees it, so that a new handler is private without a word of its own.
An update from anywhere else reaches only the handlers of GROUP_SAFE.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from types import MappingProxyType
from typing import Any, Final

import structlog
from aiogram import BaseMiddleware, Bot
from aiogram.dispatcher.middlewares.user_context import EventContext
from aiogram.enums import ChatType
from aiogram.exceptions import AiogramError
from aiogram.filters import Command
from aiogram.filters.command import CommandException
from aiogram.types import CallbackQuery, InlineKeyboardButton, InlineKeyboardMarkup, Message, TelegramObject, Update

from televent.adapters.telegram.intents import COMMANDS, link_for
from televent.adapters.telegram.texts import language_of, plain, say

log = structlog.get_logger("televent.bot")

_OURS = Command(*COMMANDS)


class PrivateChats(BaseMiddleware):
    """Hands on the updates of a person's own chat with the bot; gives all others to GROUP_SAFE."""

    async def __call__(
        self,
        handler: Callable[[TelegramObject, dict[str, Any]], Awaitable[Any]],
        event: TelegramObject,
        data: dict[str, Any],
    ) -> Any:
        assert isinstance(event, Update)
        if is_private(event, data["event_context"]):
            return await handler(event, data)
        answer = GROUP_SAFE.get(event.event_type)
        if answer is None:
            return None
        try:
            return await answer(event.event, data["bot"])
        except AiogramError as error:
            # A group may forbid the bot to write, or be too busy. Neither is worth a second attempt.
            log.info("an update of a group is not answered", update_id=event.update_id, error=str(error)[:200])


def is_private(update: Update, context: EventContext) -> bool:
    """Whether the update comes from the chat that one person and the bot share with nobody.

    The chat then has the person's own id. A chat of a business account is "private" too, but the bot is a third party
    in it; and an update without a chat, such as an inline query, is answered wherever the person writes.
    """
    chat, user = context.chat, context.user
    # The context names the business account for some kinds of update only.
    messages = (context, update.event, getattr(update.event, "message", None))
    return (
        chat is not None
        and user is not None
        and chat.type == ChatType.PRIVATE
        and chat.id == user.id
        and not any(getattr(each, "business_connection_id", None) for each in messages)
    )


async def offer_private_chat(message: Message, bot: Bot) -> None:
    """Answers a command of ours in a group with a button that leads to its answer in the private chat."""
    try:
        command = await _OURS.parse_command(message.text or message.caption or "", bot)
    except CommandException:
        return
    language = language_of(message.from_user.language_code if message.from_user is not None else None)
    button = InlineKeyboardButton(text=plain(language, "button-private"), url=await link_for(bot, command))
    await message.reply(
        say(language, "private-only"), reply_markup=InlineKeyboardMarkup(inline_keyboard=[[button]])
    ).as_(bot)


async def refuse_tap(query: CallbackQuery, bot: Bot) -> None:
    """Refuses a tap on a button outside the private chat: the card belongs to one person, and others see it."""
    language = language_of(query.from_user.language_code)
    await query.answer(plain(language, "tap-elsewhere"), show_alert=True).as_(bot)


GROUP_SAFE: Final[Mapping[str, Callable[[Any, Bot], Awaitable[None]]]] = MappingProxyType(
    {"message": offer_private_chat, "callback_query": refuse_tap}
)
"""All that the bot does outside private chats, by the kind of update. These handlers know no person and no calendar."""

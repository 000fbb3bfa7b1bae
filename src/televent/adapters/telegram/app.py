"""Builds the bot and its dispatcher, refuses people without an account, and answers errors."""

from __future__ import annotations

import contextlib
from collections import deque
from collections.abc import Awaitable, Callable
from typing import Any

import structlog
from aiogram import BaseMiddleware, Bot, Dispatcher, Router
from aiogram.client.default import DefaultBotProperties
from aiogram.client.session.aiohttp import AiohttpSession
from aiogram.client.telegram import TelegramAPIServer
from aiogram.dispatcher.event.bases import UNHANDLED
from aiogram.exceptions import TelegramAPIError
from aiogram.fsm.storage.base import BaseStorage
from aiogram.types import (
    BotCommand,
    BotCommandScopeAllPrivateChats,
    CallbackQuery,
    ErrorEvent,
    Message,
    TelegramObject,
    Update,
    User,
)

from televent.adapters.telegram.door import BotDoor, NotStarted
from televent.adapters.telegram.handlers import agenda, answers, create, devices, invite, sharing, start
from televent.adapters.telegram.intents import COMMANDS, Intents
from televent.adapters.telegram.private_chats import PrivateChats
from televent.adapters.telegram.texts import LANGUAGES, language_of, plain, say
from televent.application.outage import DatabaseFull, Outage
from televent.domain.refusal import Refusal

log = structlog.get_logger("televent.bot")

MAX_TOLD = 10_000
"""Max updates for which it is remembered that the person was told to wait."""


def make_bot(token: str, api_base: str | None = None) -> Bot:
    """The client of the Bot API. ``api_base`` is the URL of another Bot API server than Telegram's."""
    session = AiohttpSession(api=TelegramAPIServer.from_base(api_base)) if api_base else AiohttpSession()
    return Bot(token, session=session, default=DefaultBotProperties(parse_mode="HTML", link_preview_is_disabled=True))


def make_dispatcher(door: BotDoor, storage: BaseStorage) -> Dispatcher:
    """A dispatcher with all handlers of the bot; ``storage`` keeps its dialogues."""
    dispatcher = Dispatcher(storage=storage)
    dispatcher["door"] = door
    dispatcher.update.outer_middleware(PrivateChats())
    dispatcher.message.outer_middleware(Intents(door))
    for observer in (dispatcher.message, dispatcher.callback_query):
        observer.middleware(KnownPerson(door))
    for module in (start, answers, agenda, invite, devices, sharing, create):
        dispatcher.include_router(_fresh(module.router))
    dispatcher.errors.register(FailedUpdates().answer)
    return dispatcher


def _fresh(router: Router) -> Router:
    """A new router with the same handlers: aiogram never lets a router move to a second dispatcher."""
    copy = Router(name=router.name)
    for kind, observer in router.observers.items():
        copy.observers[kind].handlers.extend(observer.handlers)
    return copy


class KnownPerson(BaseMiddleware):
    """Gives handlers the ``person`` of an update; asks people without an account to send /start."""

    def __init__(self, door: BotDoor) -> None:
        self._door = door

    async def __call__(
        self,
        handler: Callable[[TelegramObject, dict[str, Any]], Awaitable[Any]],
        event: TelegramObject,
        data: dict[str, Any],
    ) -> Any:
        user: User | None = data.get("event_from_user")
        if user is None:
            return None
        try:
            data["person"] = await self._door.person(user)
        except NotStarted:
            if not (isinstance(event, Message) and (event.text or "").startswith("/start")):
                text = say(language_of(user.language_code), "please-start")
                if isinstance(event, Message):
                    await event.answer(text)
                elif isinstance(event, CallbackQuery):
                    await event.answer(text, show_alert=True)
                return None
        return await handler(event, data)


class FailedUpdates:
    """Answers a failed update with a sentence: that of a refusal, what is wrong with the server, or to try again."""

    def __init__(self) -> None:
        self._told: deque[int] = deque(maxlen=MAX_TOLD)

    async def answer(self, error: ErrorEvent) -> object:
        """Answers the update. UNHANDLED: the error is raised, and the update is handled again later."""
        reason, update = error.exception, error.update
        query, message = update.callback_query, update.message
        user = query.from_user if query is not None else message.from_user if message is not None else None
        language = language_of(user.language_code if user is not None else None)
        if isinstance(reason, Outage) and not isinstance(reason, DatabaseFull):
            await self._tell_to_wait(update, reason, language)
            return UNHANDLED
        if isinstance(reason, Refusal):
            sentence = reason.sentence()
        elif isinstance(reason, DatabaseFull):
            log.warning("an update is refused", update_id=update.update_id, error=str(reason))
            sentence = plain(language, "disk-full")
        else:
            log.error("an update failed", update_id=update.update_id, exc_info=reason)
            sentence = plain(language, "failed")
        if query is not None:
            await query.answer(sentence[:200], show_alert=True)
        elif message is not None:
            await message.answer(say(language, "refused", sentence=sentence))
        return True

    async def _tell_to_wait(self, update: Update, outage: Outage, language: str) -> None:
        """Tells the person, once, that the answer comes later. A tap is not answered: it can be answered only once."""
        log.warning("an update waits for the database", update_id=update.update_id, error=str(outage))
        chat = update.callback_query.message if update.callback_query is not None else update.message
        if chat is None or update.update_id in self._told:
            return
        self._told.append(update.update_id)
        with contextlib.suppress(TelegramAPIError):
            await chat.answer(say(language, "outage"))


async def register_commands(bot: Bot) -> None:
    """Sends the bot's command menu for private chats to Telegram, in every supported language.

    Groups get no menu: a menu for all chats, which earlier versions sent, is deleted.
    """
    for language in LANGUAGES:
        commands = [BotCommand(command=name, description=plain(language, f"command-{name}")) for name in COMMANDS]
        code = None if language == "en" else language
        await bot.set_my_commands(commands, scope=BotCommandScopeAllPrivateChats(), language_code=code)
        await bot.delete_my_commands(language_code=code)

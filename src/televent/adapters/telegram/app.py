"""Builds the bot and its dispatcher, refuses people without an account, and answers errors."""

from __future__ import annotations

import contextlib
from collections import deque
from collections.abc import Awaitable, Callable
from typing import Any, Final

import structlog
from aiogram import BaseMiddleware, Bot, Dispatcher, Router
from aiogram.client.default import DefaultBotProperties
from aiogram.client.session.aiohttp import AiohttpSession
from aiogram.client.telegram import PRODUCTION, TelegramAPIServer
from aiogram.dispatcher.event.bases import UNHANDLED
from aiogram.exceptions import AiogramError
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

from televent.adapters.telegram.call_trouble import CallTrouble
from televent.adapters.telegram.door import BotDoor, NotStarted
from televent.adapters.telegram.handlers import (
    answers,
    devices,
    elsewhere,
    exporting,
    leaving,
    parked,
    reachable,
    searching,
    sharing,
    trash,
    undoing,
    undoing_devices,
)
from televent.adapters.telegram.handlers.agenda import commands as agenda
from televent.adapters.telegram.handlers.anything import commands, kinds
from televent.adapters.telegram.handlers.anything import help as help_pages
from televent.adapters.telegram.handlers.cards import answering, notes, rsvp
from televent.adapters.telegram.handlers.creating import answering as creating_answers
from televent.adapters.telegram.handlers.creating import picking, preview, sentence
from televent.adapters.telegram.handlers.events.modules import MODULES as EVENTS
from televent.adapters.telegram.handlers.feeds import giving, taking
from televent.adapters.telegram.handlers.files import importing
from televent.adapters.telegram.handlers.guests import attendees, freebusy, invite, uninvited
from televent.adapters.telegram.handlers.proposals import answering as proposals
from televent.adapters.telegram.handlers.proposals import proposing
from televent.adapters.telegram.handlers.reminders import snooze
from televent.adapters.telegram.handlers.settings import addresses, settings
from televent.adapters.telegram.handlers.welcome import address, audience, open_questions, start, zone
from televent.adapters.telegram.handlers.welcome.last_days import LastDays
from televent.adapters.telegram.handlers.welcome.once import AskOnce
from televent.adapters.telegram.intents import COMMANDS, Intents
from televent.adapters.telegram.persistence import Persistence
from televent.adapters.telegram.private_chats import PrivateChats
from televent.adapters.telegram.receiving.handling import GivenUp
from televent.adapters.telegram.taps import acknowledge
from televent.adapters.telegram.texts import LANGUAGES, language_of, plain, plain_refusal, say
from televent.application.outage import DatabaseFull, Outage
from televent.domain.refusal import Refusal

log = structlog.get_logger("televent.bot")

MAX_TOLD = 10_000
"""Max updates for which it is remembered that the person was told to wait."""
CALL = 20.0
"""Max seconds of one call of the Bot API; a request for updates names its own."""
MAX_TOAST = 200
"""Max characters of an answer to a tap (Bot API, answerCallbackQuery)."""


HANDLERS: Final = (
    reachable,
    start,
    zone,
    address,
    audience,
    settings,
    addresses,
    answering,
    rsvp,
    notes,
    answers,
    proposals,
    proposing,
    parked,
    agenda,
    searching,
    elsewhere,
    attendees,
    freebusy,
    uninvited,
    devices,
    sharing,
    giving,
    taking,
    snooze,
    preview,
    picking,
    creating_answers,
    *EVENTS,
    trash,
    undoing,
    exporting,
    leaving,
    undoing_devices,
    invite,
    open_questions,
    importing,
    sentence,
    help_pages,
    commands,
    kinds,
)
"""The modules with handlers. The first one that takes an update answers it, so the last takes whatever is left."""


def make_bot(token: str, api_base: str | None = None, trouble: CallTrouble | None = None) -> Bot:
    """The client of the Bot API. ``api_base`` is the URL of another Bot API server than Telegram's. ``trouble`` notes
    the calls that are made again."""
    server = TelegramAPIServer.from_base(api_base) if api_base else PRODUCTION
    session = AiohttpSession(api=server, timeout=CALL)
    session.middleware(Persistence(trouble or CallTrouble()))
    return Bot(token, session=session, default=DefaultBotProperties(parse_mode="HTML", link_preview_is_disabled=True))


def make_dispatcher(door: BotDoor, storage: BaseStorage) -> Dispatcher:
    """A dispatcher with all handlers of the bot; ``storage`` keeps its dialogues."""
    dispatcher = Dispatcher(storage=storage, disable_fsm=True)
    dispatcher["door"] = door
    dispatcher["dispatcher"] = dispatcher
    dispatcher.update.outer_middleware(PrivateChats())
    # aiogram's own place for it is before all others. It reads the database, so in an outage groups would be answered.
    dispatcher.update.outer_middleware(dispatcher.fsm)
    dispatcher.message.outer_middleware(elsewhere.Elsewhere(door))
    dispatcher.message.outer_middleware(Intents(door))
    for observer in (dispatcher.message, dispatcher.edited_message, dispatcher.callback_query):
        observer.middleware(KnownPerson(door))
    dispatcher.message.middleware(AskOnce())
    dispatcher.message.middleware(LastDays())
    for module in HANDLERS:
        dispatcher.include_router(_fresh(module.router))
    dispatcher.errors.register(FailedUpdates(door).answer)
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
            await self._door.note_username(user, data["person"])
        except NotStarted:
            if not (isinstance(event, Message) and (event.text or "").startswith("/start")):
                text = say(language_of(user.language_code), "please-start")
                if isinstance(event, Message):
                    await event.answer(text)
                elif isinstance(event, CallbackQuery):
                    await acknowledge(event, text, alert=True)
                return None
        return await handler(event, data)


class FailedUpdates:
    """Answers a failed update with a sentence: that of a refusal, what is wrong with the server, or to try again."""

    def __init__(self, door: BotDoor) -> None:
        self._door = door
        self._told: deque[int] = deque(maxlen=MAX_TOLD)

    async def answer(self, error: ErrorEvent, *, last_attempt: bool = False) -> object:
        """Answers the update. UNHANDLED: the error is raised, and the update is handled again later, except after the
        ``last_attempt``."""
        reason, update = error.exception, error.update
        query, message = update.callback_query, update.message
        user = query.from_user if query is not None else message.from_user if message is not None else None
        if isinstance(reason, Outage) and not isinstance(reason, DatabaseFull) and not last_attempt:
            await self._tell_to_wait(update, reason, language_of(user.language_code if user is not None else None))
            return UNHANDLED
        language = await self._language(user)
        if isinstance(reason, Refusal):
            sentence = plain_refusal(language, reason)
        elif isinstance(reason, DatabaseFull):
            log.warning("an update is refused", update_id=update.update_id, error=str(reason))
            sentence = plain(language, "disk-full")
        elif isinstance(reason, Outage | GivenUp):
            log.error("an update is given up", update_id=update.update_id, error=str(reason))
            sentence = plain(language, "failed")
        else:
            log.error("an update failed", update_id=update.update_id, exc_info=reason)
            sentence = plain(language, "failed")
        try:
            if query is not None:
                await acknowledge(query, sentence[:MAX_TOAST], alert=True)
            elif message is not None:
                await message.answer(say(language, "refused", sentence=sentence))
        except AiogramError as unsaid:
            # Such as a person who has blocked the bot. Another attempt would end in the same way.
            log.info("a failed update is not answered", update_id=update.update_id, error=str(unsaid)[:200])
        return True

    async def _language(self, user: User | None) -> str:
        """The language that the person has chosen; that of their Telegram where no account can be read."""
        if user is None:
            return language_of(None)
        try:
            return (await self._door.person(user)).language
        except (NotStarted, Outage):
            return language_of(user.language_code)

    async def _tell_to_wait(self, update: Update, outage: Outage, language: str) -> None:
        """Tells the person, once, that the answer comes later. A tap is not answered: it can be answered only once."""
        log.warning("an update waits for the database", update_id=update.update_id, error=str(outage))
        chat = update.callback_query.message if update.callback_query is not None else update.message
        if chat is None or update.update_id in self._told:
            return
        self._told.append(update.update_id)
        with contextlib.suppress(AiogramError):
            await chat.answer(say(language, "outage"))


async def register_commands(bot: Bot) -> None:
    """Sends to Telegram what the bot says about itself, and its command menu for private chats, in every language.

    Groups get no menu: a menu for all chats, which earlier versions sent, is deleted.
    """
    for language in LANGUAGES:
        code = None if language == "en" else language
        await bot.set_my_description(plain(language, "bot-about"), language_code=code)
        await bot.set_my_short_description(plain(language, "bot-about-short"), language_code=code)
        commands = [BotCommand(command=name, description=plain(language, f"command-{name}")) for name in COMMANDS]
        await bot.set_my_commands(commands, scope=BotCommandScopeAllPrivateChats(), language_code=code)
        await bot.delete_my_commands(language_code=code)

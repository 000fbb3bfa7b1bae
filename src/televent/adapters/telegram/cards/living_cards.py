"""Sends and edits the living card of a meeting: one in each person's chat, the newest.

Telegram does not ring for an edit. So a change is a new card in reply to the one before, which loses its buttons. The
card is noted after Telegram took it, also where the database is away for a moment. A process that dies between the two
sends it again: Telegram has no key by which it could know the second one.
"""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import replace
from time import monotonic
from uuid import UUID

import structlog
from aiogram.exceptions import TelegramAPIError, TelegramBadRequest
from aiogram.types import InlineKeyboardMarkup, ReplyParameters

from televent.adapters.telegram.cards.meeting_cards import view
from televent.adapters.telegram.chat import Chat
from televent.application.living_messages import HOLD, Kind, Living
from televent.application.messages.chat import InvitationCard
from televent.application.messages.outbox import RetryLater
from televent.application.outage import Outage
from televent.application.use_cases.scheduling.cards import Card, open_question
from televent.application.use_cases.scheduling.news import News, accepted_before, news_of

log = structlog.get_logger("televent.bot")

SOON = 1.0
"""Seconds until a message is tried again that meets another sender of messages about the same event."""
NOTING, NOTE_AGAIN = 60.0, 0.3
"""Max seconds for which noting a card waits for the database, and seconds between two attempts."""
_NOT_THERE = ("message to edit not found", "message can't be edited", "message is not modified")


class Holding:
    """A living message that this process holds. ``now`` is stored when the hold ends; None: it stays as it was."""

    def __init__(self, was: Living) -> None:
        self.was = was
        self.now: Living | None = None


@asynccontextmanager
async def holding(chat: Chat, stream_id: UUID, kind: Kind) -> AsyncIterator[Holding]:
    """Holds the living message of an event. Raises RetryLater while another sender holds it."""
    run, living, tenant = chat.door.run, chat.door.backend.living, chat.person.account.tenant
    found = await run(living.hold, tenant, stream_id, kind, chat.door.backend.clock())
    if found is None:
        raise RetryLater(SOON, "another message about this event is being sent")
    holds = Holding(found)
    keeping = asyncio.create_task(_keep(chat, stream_id, kind))
    try:
        yield holds
    finally:
        keeping.cancel()
        await _release(chat, stream_id, kind, holds.now)


async def _keep(chat: Chat, stream_id: UUID, kind: Kind) -> None:
    """Renews the hold until it is cancelled: Telegram may take its time."""
    backend, tenant = chat.door.backend, chat.person.account.tenant
    while True:
        await asyncio.sleep(HOLD.total_seconds() / 3)
        with contextlib.suppress(Outage):
            await chat.door.run(backend.living.keep, tenant, stream_id, kind, backend.clock())


async def _release(chat: Chat, stream_id: UUID, kind: Kind, now: Living | None) -> None:
    """Ends the hold and notes what was sent; waits for the database, since what is not noted is sent again."""
    backend, tenant = chat.door.backend, chat.person.account.tenant
    end = monotonic() + (NOTING if now is not None else 0.0)
    while True:
        try:
            await chat.door.run(backend.living.release, tenant, stream_id, kind, now)
            return
        except Outage:
            if monotonic() > end:
                raise
            await asyncio.sleep(NOTE_AGAIN)


async def tell(chat: Chat, notice: InvitationCard) -> None:
    """Sends a card with everything that the person was not told yet; nothing where that is nothing."""
    async with holding(chat, notice.stream_id, "card") as holds:
        was = holds.was
        if notice.version and was.shown >= notice.version:
            return
        after = was.shown or max(notice.version - 1, 0)
        # Before the card: a change that comes between the two is on the card, and told again by its own notice. The
        # other way round it would count as told, and no card would show it.
        news = await _news(chat, notice.stream_id, after)
        card = await _question(chat, notice.stream_id)
        if card is None:
            return  # The event has been deleted since: there is nothing to show.
        if notice.what == "answered":
            if was.message_id is not None and was.chat_id == chat.chat_id:
                await redraw(chat, was.message_id, card, was)
            return
        if not await _is_news(chat, card, news):
            if was.message_id is not None:
                holds.now = replace(was, shown=news.version)
            return
        holds.now = await _send(chat, card, news, was, after)
    await _take_buttons(chat, was, holds.now)


async def send_again(chat: Chat, stream_id: UUID, read: Callable[[], Awaitable[Card | None]] | None = None) -> None:
    """Sends the card with all that changed since the last one, below everything else in the chat. ``read`` gives the
    card, where it is not that of the next open question. Raises RetryLater while a card is being sent."""
    async with holding(chat, stream_id, "card") as holds:
        after = holds.was.shown
        news = await _news(chat, stream_id, after)
        card = (await read() if read is not None else None) or await _question(chat, stream_id)
        if card is None:
            return
        holds.now = await _send(chat, card, news, holds.was, after)
    await _take_buttons(chat, holds.was, holds.now)


async def redraw(
    chat: Chat, message_id: int, card: Card, living: Living, *, asks: bool = False, following: bool = False
) -> None:
    """Shows the card in a message that is there. ``living``: that of the event; it keeps the changes it tells of."""
    own = living.message_id == message_id
    news = await _news(chat, card.entry.stream_id, living.since if own else living.shown, living.shown)
    text, buttons = view(card, news, chat.person.display, asks=asks, following=following)
    await edit(chat, message_id, text, buttons)


async def edit(chat: Chat, message_id: int, text: str, buttons: InlineKeyboardMarkup | None) -> bool:
    """Replaces text and buttons of a message; False where it is not there any more, or is already so."""
    try:
        await chat.bot.edit_message_text(text, chat_id=chat.chat_id, message_id=message_id, reply_markup=buttons)
    except TelegramBadRequest as error:
        if not any(each in str(error) for each in _NOT_THERE):
            raise
        return "not modified" in str(error)
    return True


async def take_buttons(chat: Chat, message_id: int) -> None:
    """Leaves a message without buttons. A tap on one that keeps them, because this fails, is refused."""
    try:
        await chat.bot.edit_message_reply_markup(chat_id=chat.chat_id, message_id=message_id, reply_markup=None)
    except TelegramAPIError as error:
        log.info("a card keeps its buttons", error=str(error)[:200])


async def _take_buttons(chat: Chat, was: Living, now: Living | None) -> None:
    if now is not None and was.message_id is not None and was.chat_id == chat.chat_id:
        await chat.turn()
        await take_buttons(chat, was.message_id)


async def _question(chat: Chat, stream_id: UUID) -> Card | None:
    backend, tenant = chat.door.backend, chat.person.account.tenant
    return await chat.door.run(lambda: open_question(backend, tenant, stream_id, now=backend.clock()))


async def _news(chat: Chat, stream_id: UUID, after: int, upto: int | None = None) -> News:
    backend, tenant = chat.door.backend, chat.person.account.tenant
    return await chat.door.run(lambda: news_of(backend, tenant, stream_id, after=after, upto=upto))


async def _is_news(chat: Chat, card: Card, news: News) -> bool:
    """Whether the person is to be told. Without ``notify_on_invite`` they are told of meetings that they accepted."""
    if not (news.made or news.changed or (news.asks and card.unanswered)):
        return False
    if chat.person.account.preferences.notify_on_invite:
        return True
    backend, tenant = chat.door.backend, chat.person.account.tenant
    return await chat.door.run(lambda: accepted_before(backend, tenant, card.entry.stream_id))


async def _send(chat: Chat, card: Card, news: News, was: Living, after: int) -> Living:
    """Sends a card with the news since the version ``after``, and returns the living message that it is."""
    text, buttons = view(card, news, chat.person.display)
    reply = None
    if was.message_id is not None and was.chat_id == chat.chat_id:
        reply = ReplyParameters(message_id=was.message_id, allow_sending_without_reply=True)
    sent = await chat.bot.send_message(chat.chat_id, text, reply_markup=buttons, reply_parameters=reply)
    return Living(chat.chat_id, sent.message_id, after, news.version, chat.door.backend.clock())

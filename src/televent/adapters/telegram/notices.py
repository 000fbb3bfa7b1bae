"""Sends outbox messages to chats: invitation cards, their changes, answers and share notices."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable
from datetime import datetime
from typing import Protocol
from uuid import UUID

from aiogram import Bot
from aiogram.exceptions import TelegramBadRequest, TelegramForbiddenError, TelegramRetryAfter
from aiogram.types import InlineKeyboardMarkup

from televent.adapters.telegram import cards
from televent.adapters.telegram.door import BotDoor, Person
from televent.adapters.telegram.handlers.sharing import access_words
from televent.adapters.telegram.texts import language_of, say
from televent.application.messages.chat import AnswerNotice, ChatText, InvitationCard, ShareNotice
from televent.application.messages.outbox import Claimed, GiveUp, RetryLater, Undeliverable
from televent.application.use_cases.calendars.agenda import Entry, event
from televent.domain.ids import AccountId

PER_SECOND = 30
"""Max messages per second that Telegram accepts from a bot; the limit for one chat is one."""


class CardBook(Protocol):
    """Stores which chat message is the card of which event. Synchronous."""

    def note_card(self, tenant: UUID, stream_id: UUID, chat_id: int, message_id: int, now: datetime) -> None:
        """Stores that this message is now the card of the event."""

    def latest_card(self, tenant: UUID, stream_id: UUID, chat_id: int) -> int | None:
        """The message_id of the event's latest card in this chat; None where there is none."""


class TelegramNotices:
    """Sends a person's messages. Telegram has no idempotency key: if its answer is lost, the message arrives twice."""

    kinds = (InvitationCard, AnswerNotice, ShareNotice, ChatText)

    def __init__(self, bot: Bot, door: BotDoor, book: CardBook, clock: Callable[[], float] = time.monotonic) -> None:
        self._bot = bot
        self._door = door
        self._book = book
        self._pace = Pace(clock)

    async def handle(self, message: Claimed) -> None:
        """Sends one message. Raises Undeliverable where the person blocked the bot or never wrote to it, RetryLater
        where Telegram asks to wait.

        Nothing is lost for a person who cannot be reached: the events, answers and shares that messages tell of are in
        their calendar too.
        """
        notice = message.message
        if not isinstance(notice, InvitationCard | AnswerNotice | ShareNotice | ChatText):
            raise GiveUp(f"no chat message is made of {message.name}")
        account = await self._door.run(self._door.backend.reads.account, AccountId(message.tenant))
        if account is None:
            raise Undeliverable("the account is gone")
        chat_id = account.telegram_id
        if chat_id is None:
            return  # The person has disconnected Telegram since: there is no chat to send to.
        person = Person(account, language_of(account.locale))
        await self._pace.wait(chat_id)
        try:
            match notice:
                case InvitationCard():
                    await self._invitation(person, chat_id, notice)
                case AnswerNotice():
                    await self._answer(person, chat_id, notice)
                case ShareNotice():
                    await self._share(person, chat_id, notice)
                case ChatText():
                    text = say(person.language, notice.text_key, **notice.values)
                    await self._bot.send_message(chat_id, text)
        except TelegramRetryAfter as error:
            raise RetryLater(error.retry_after, "Telegram asks to wait") from error
        except TelegramForbiddenError as error:
            raise Undeliverable("the person has blocked the bot") from error
        except TelegramBadRequest as error:
            if "chat not found" in str(error):
                raise Undeliverable("the person never wrote to the bot") from error
            raise

    async def _invitation(self, person: Person, chat_id: int, notice: InvitationCard) -> None:
        tenant, stream_id = person.account.tenant, notice.stream_id
        entry = await self._door.run(lambda: event(self._door.backend, tenant, stream_id))
        if entry is None:
            return  # The event has been deleted since: there is nothing to show.
        organizer = notice.organizer_name or entry.organizer_name or entry.organizer or ""
        card = cards.invitation(entry, organizer, person.zone, person.language)
        what = notice.what
        if what == "cancelled" and (notice.recurrence_id is None or entry.status == "CANCELLED"):
            await self._replace(person, entry, chat_id, f"{card}\n\n{say(person.language, 'card-cancelled')}", None)
            return
        if what in ("revised", "cancelled"):
            text = f"{card}\n\n{say(person.language, 'card-updated', name=organizer)}"
            if entry.partstat in cards.ANSWERS:
                text = cards.answered(text, entry.partstat or "", person.language)
                buttons = cards.change_button(str(stream_id), person.language)
            else:
                buttons = cards.invitation_buttons(str(stream_id), person.language)
            await self._replace(person, entry, chat_id, text, buttons)
            return
        sent = await self._bot.send_message(
            chat_id, card, reply_markup=cards.invitation_buttons(str(stream_id), person.language)
        )
        now = self._door.backend.clock()
        await self._door.run(self._book.note_card, tenant, stream_id, chat_id, sent.message_id, now)

    async def _replace(
        self, person: Person, entry: Entry, chat_id: int, text: str, buttons: InlineKeyboardMarkup | None
    ) -> None:
        """Writes the text on the latest card; sends a new message where Telegram cannot edit the card."""
        tenant = person.account.tenant
        message_id = await self._door.run(self._book.latest_card, tenant, entry.stream_id, chat_id)
        if message_id is not None:
            try:
                await self._bot.edit_message_text(text, chat_id=chat_id, message_id=message_id, reply_markup=buttons)
                return
            except TelegramBadRequest as error:
                if "message is not modified" in str(error):
                    return
                if "message to edit not found" not in str(error) and "can't be edited" not in str(error):
                    raise
        sent = await self._bot.send_message(chat_id, text, reply_markup=buttons)
        now = self._door.backend.clock()
        await self._door.run(self._book.note_card, tenant, entry.stream_id, chat_id, sent.message_id, now)

    async def _answer(self, person: Person, chat_id: int, notice: AnswerNotice) -> None:
        answer = cards.ANSWERS.get(notice.partstat)
        if answer is None:
            return
        name = notice.attendee_name or notice.attendee
        text = say(person.language, f"they-{answer}", name=name)
        if notice.summary:
            text += f"\n📅 <b>{say(person.language, 'refused', sentence=notice.summary)}</b>"
        await self._bot.send_message(chat_id, text)

    async def _share(self, person: Person, chat_id: int, notice: ShareNotice) -> None:
        """Tells the sharee that a calendar is offered, changed or withdrawn; skips a notice that is outdated."""
        language, what, share_id = person.language, notice.what, notice.share_id
        rows = await self._door.run(self._door.backend.reads.shares_of, person.account.tenant)
        if not any(row.share_id == share_id and row.status == what for row in rows):
            return
        access = access_words(language, notice.access)
        values = {"name": notice.name, "title": notice.title, "access": access}
        buttons = cards.share_buttons(str(share_id), language) if what == "offered" else None
        await self._bot.send_message(chat_id, say(language, f"share-{what}", **values), reply_markup=buttons)


class Pace:
    """Delays messages to Telegram's limits: PER_SECOND for the bot, one per second for a chat."""

    def __init__(self, clock: Callable[[], float]) -> None:
        self._clock = clock
        self._next_of_all = 0.0
        self._next_of_chat: dict[int, float] = {}

    async def wait(self, chat_id: int) -> None:
        """Returns when the next message to this chat may be sent."""
        now = self._clock()
        due = max(now, self._next_of_all, self._next_of_chat.get(chat_id, 0.0))
        self._next_of_all = due + 1 / PER_SECOND
        if len(self._next_of_chat) > 10_000:
            self._next_of_chat = {chat: when for chat, when in self._next_of_chat.items() if when > now}
        self._next_of_chat[chat_id] = due + 1.0
        if due > now:
            await asyncio.sleep(due - now)

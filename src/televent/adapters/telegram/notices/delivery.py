"""Sends outbox messages to chats: who is written to, Telegram's limits, and what its errors mean."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Mapping
from functools import partial
from time import monotonic
from types import MappingProxyType
from typing import Final, Protocol
from uuid import uuid5

from aiogram import Bot
from aiogram.exceptions import TelegramAPIError, TelegramBadRequest, TelegramForbiddenError, TelegramRetryAfter

from televent.adapters.telegram.door import BotDoor
from televent.adapters.telegram.notices.answers import send_answer
from televent.adapters.telegram.notices.by_mail import mail_instead
from televent.adapters.telegram.notices.chat import Chat, Sender
from televent.adapters.telegram.notices.erasure import send_erasure
from televent.adapters.telegram.notices.invitations import send_invitation
from televent.adapters.telegram.notices.offers import send_offer
from televent.adapters.telegram.notices.parked import send_parked
from televent.adapters.telegram.notices.proposals import send_declined, send_proposal
from televent.adapters.telegram.notices.reminders import send_digest, send_reminder, send_reminders
from televent.adapters.telegram.notices.sharing import send_share
from televent.adapters.telegram.notices.texts import send_text
from televent.adapters.telegram.notices.uninvited import send_uninvited
from televent.adapters.telegram.notices.wanted import is_wanted
from televent.application.messages.catalogue import CATALOGUE
from televent.application.messages.chat import (
    AnswerNotice,
    CalendarOffer,
    ChatText,
    InvitationCard,
    ParkedCard,
    ShareNotice,
    UninvitedAnswer,
)
from televent.application.messages.erasure import ErasureNotice
from televent.application.messages.message import Message
from televent.application.messages.outbox import Claimed, GiveUp, OutboxMessage, RetryLater, Undeliverable
from televent.application.messages.proposals import ProposalDeclinedNotice, ProposalNotice
from televent.application.messages.reminders import DigestDue, ReminderDue, RemindersDue
from televent.application.read_models.accounts import AccountRow
from televent.application.use_cases.scheduling.unreached import Enqueue, tell_organizer
from televent.domain.ids import AccountId

PATIENCE: Final = 3.0
"""Max seconds that a message waits in this process for its turn; then it goes back to the outbox."""
ASKED: Final = 3
"""Times that a mass message asks for a turn before it goes back to the outbox."""
AGAIN: Final = 1.0
"""Seconds between two of them."""
TURNS: Final = 10
"""Max attempts of the second call for a message to get a turn."""
FLOOD: Final = 5.0
"""Seconds within which two chats that Telegram slows down mean that it slows down the whole bot."""
SENDERS: Final[Mapping[type[Message], Sender]] = MappingProxyType(
    {
        InvitationCard: send_invitation,
        AnswerNotice: send_answer,
        ProposalNotice: send_proposal,
        ProposalDeclinedNotice: send_declined,
        ParkedCard: send_parked,
        UninvitedAnswer: send_uninvited,
        ShareNotice: send_share,
        ChatText: send_text,
        CalendarOffer: send_offer,
        ReminderDue: send_reminder,
        RemindersDue: send_reminders,
        DigestDue: send_digest,
        ErasureNotice: send_erasure,
    }
)
"""The function that sends each class of messages."""


class ChatPace(Protocol):
    """Keeps Telegram's limits for all processes. Synchronous; called in a thread."""

    def admit(self, chat_id: int, patience: float, *, mass: bool = False) -> float:
        """The seconds until a message to this chat may be sent. It is counted where they are at most ``patience``.
        ``mass``: it is a mass message, which lets the others go first."""

    def postpone(self, chat_id: int | None, seconds: float) -> None:
        """Lets messages to this chat, or to all chats, wait."""


class TelegramNotices:
    """Sends a person's messages. Telegram has no idempotency key: if its answer is lost, the message arrives twice."""

    kinds = tuple(SENDERS)

    def __init__(self, bot: Bot, door: BotDoor, pace: ChatPace, enqueue: Enqueue) -> None:
        self._bot, self._door = bot, door
        self._pace, self._enqueue = pace, enqueue
        self._slowed: deque[tuple[int, float]] = deque(maxlen=20)

    async def handle(self, message: Claimed) -> None:
        """Sends one message. Raises Undeliverable where the person blocked the bot or never wrote to it and gets no
        mail instead, RetryLater where Telegram asks to wait or its limits do.

        Nothing is lost for a person who cannot be reached: the events, answers and shares that messages tell of are in
        their calendar too. News of meetings go to their verified address; an organizer is told of a guest who has none.
        """
        send = SENDERS.get(type(message.message))
        if send is None:
            raise GiveUp(f"no chat message is made of {message.name}")
        run, backend = self._door.run, self._door.backend
        account = await run(backend.reads.account, AccountId(message.tenant))
        if account is None:
            raise Undeliverable("the account is gone")
        chat_id = account.telegram_id
        if chat_id is None:
            await run(self._by_mail, message, account)  # The person has disconnected Telegram since.
            return
        person = self._door.person_of(account)
        if not await is_wanted(self._door, person, message.message):
            return
        known = await run(backend.chats.closed, message.tenant, backend.clock())
        if known is None:
            await self._turn_of(chat_id, mass=CATALOGUE.is_mass(type(message.message)))
            try:
                turn = partial(self._another_turn_of, chat_id)
                await send(Chat(self._bot, self._door, person, chat_id, turn), message.message)
                return
            except TelegramRetryAfter as error:
                await self._slow_down(chat_id, error.retry_after)
                raise RetryLater(error.retry_after, "Telegram asks to wait") from error
            except TelegramAPIError as error:
                known = unreachable_for(error)
                if known is None:
                    raise
                await run(backend.chats.close, message.tenant, known, backend.clock())
        if await run(self._by_mail, message, account):
            return
        await run(self._tell_organizer, message, account)
        raise Undeliverable(known)

    async def _turn_of(self, chat_id: int, *, mass: bool) -> None:
        asked = partial(self._pace.admit, chat_id, PATIENCE, mass=mass)
        wait = await self._door.run(asked)
        for _ in range(ASKED - 1 if mass else 0):
            if wait <= PATIENCE:
                break
            # It is refused for others, not for long: a way through the outbox would cost more than to ask again.
            await asyncio.sleep(AGAIN)
            wait = await self._door.run(asked)
        if wait > PATIENCE:
            raise RetryLater(wait, "other messages to this chat, or to others, come first")
        if wait > 0:
            await asyncio.sleep(wait)

    async def _another_turn_of(self, chat_id: int) -> None:
        """Waits for a further turn. A message that is half sent cannot go back to the outbox, so it goes on without
        one after TURNS times PATIENCE seconds."""
        for _ in range(TURNS):
            wait = await self._door.run(self._pace.admit, chat_id, PATIENCE)
            await asyncio.sleep(min(wait, PATIENCE))
            if wait <= PATIENCE:
                return

    async def _slow_down(self, chat_id: int, seconds: float) -> None:
        now = monotonic()
        flood = any(chat != chat_id and now - at < FLOOD for chat, at in self._slowed)
        self._slowed.append((chat_id, now))
        await self._door.run(self._pace.postpone, None if flood else chat_id, seconds)

    def _by_mail(self, message: Claimed, reader: AccountRow) -> bool:
        """Queues the message as a mail to the reader's verified address. False where they have none, or where no mail
        is made of such a message."""
        mail = mail_instead(message.message)
        if mail is None or not reader.addresses:
            return False
        now, outbox_id = self._door.backend.clock(), uuid5(message.outbox_id, "mail")
        self._enqueue(
            [OutboxMessage(outbox_id, f"mail/{outbox_id}", mail, now)], reader.tenant, message.correlation_id, now
        )
        return True

    def _tell_organizer(self, message: Claimed, guest: AccountRow) -> None:
        """Tells the organizer, once for each meeting, that this guest got no invitation. One who is no guest of an
        account here is not told."""
        card, backend = message.message, self._door.backend
        if isinstance(card, InvitationCard) and card.what == "invited":
            tell_organizer(backend, self._enqueue, card.stream_id, guest, "guest-unreachable", message.correlation_id)


def unreachable_for(error: TelegramAPIError) -> str | None:
    """The reason, for the operator, why Telegram takes no messages for this chat; None where the error is another."""
    if isinstance(error, TelegramForbiddenError):
        return "their Telegram account is deleted" if "deactivated" in str(error) else "the person has blocked the bot"
    if isinstance(error, TelegramBadRequest) and "chat not found" in str(error):
        return "the person never wrote to the bot"
    return None

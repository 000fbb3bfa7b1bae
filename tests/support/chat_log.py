"""The bot's messages to people, sent by the real sender to a stand-in of the Bot API that keeps them."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Coroutine
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from aiogram import Bot
from aiogram.client.default import DefaultBotProperties
from aiogram.client.session.base import BaseSession
from aiogram.methods import EditMessageReplyMarkup, EditMessageText, SendMessage
from aiogram.methods.base import TelegramMethod
from aiogram.types import Chat, Message

from support.followers import catch_up
from support.town import NOON, Person, Town
from televent.adapters.postgres.queues.chats.chat_pace import PostgresChatPace
from televent.adapters.postgres.rate_limit import Rate
from televent.adapters.telegram.door import BotDoor
from televent.adapters.telegram.notices.delivery import TelegramNotices
from televent.application.messages.outbox import RetryLater, after_failure
from televent.application.reach import Reach
from televent.policies.mail_notices import MAIL_NOTICES
from televent.policies.notices import NOTICES

UNLIMITED = Rate(10_000, 1.0, 1)


@dataclass
class Told:
    """A message in a chat as it is now. ``rang``: its text when it came, which rings; an edit does not."""

    chat_id: int
    message_id: int
    rang: str
    text: str


class KeepingTelegram(BaseSession):
    """Carries out what the bot asks for, and keeps the messages, the oldest first."""

    def __init__(self) -> None:
        super().__init__()
        self.messages: list[Told] = []

    async def make_request(self, bot: Bot, method: TelegramMethod[Any], timeout: int | None = None) -> Any:  # noqa: ASYNC109
        match method:
            case SendMessage():
                chat, number = int(method.chat_id), len(self.messages) + 1
                self.messages.append(Told(chat, number, method.text, method.text))
            case EditMessageText():
                chat, number = int(method.chat_id or 0), method.message_id or 0
                self.messages[number - 1].text = method.text or ""
            case EditMessageReplyMarkup():
                chat, number = int(method.chat_id or 0), method.message_id or 0
            case _:
                raise AssertionError(f"a call that no test expects: {method.__api_method__}")
        text = self.messages[number - 1].text
        return Message(message_id=number, date=NOON, chat=Chat(id=chat, type="private"), text=text)

    async def close(self) -> None:
        """There is nothing to close."""

    async def stream_content(self, *args: Any, **kwargs: Any) -> AsyncGenerator[bytes, None]:
        """The bot sends no files here."""
        raise AssertionError("a file")
        yield b""


@dataclass
class ChatLog:
    """The chats of the people of one town, by the town's clock."""

    town: Town
    loop: asyncio.AbstractEventLoop
    telegram: KeepingTelegram = field(default_factory=KeepingTelegram)

    def __post_init__(self) -> None:
        core = self.town.core
        bot = Bot("1:chat-log", session=self.telegram, default=DefaultBotProperties(parse_mode="HTML"))
        door = BotDoor(core.backend, core.run, lambda: Reach("http://127.0.0.1/", "machine"))
        pace = PostgresChatPace(core.rate_limit, bot.id, everybody=UNLIMITED, chat=UNLIMITED)
        self.sender = TelegramNotices(bot, door, pace, core.outbox.enqueue)

    def tell(self) -> None:
        """Follows the log, and sends every message that is due."""
        core, now = self.town.core, self.town.now
        catch_up(core, NOTICES, MAIL_NOTICES)
        while claimed := core.outbox.claim(now, kinds=self.sender.kinds):
            for each in claimed:
                try:
                    self._run(self.sender.handle(each))
                except RetryLater as error:
                    core.outbox.settle_failure(each, after_failure(each, error, now), now)
                else:
                    core.outbox.complete(each, now)

    def _run(self, work: Coroutine[Any, Any, None]) -> None:
        asyncio.run_coroutine_threadsafe(work, self.loop).result(120)

    def of(self, person: Person) -> list[Told]:
        """The messages in the person's chat."""
        account = self.town.core.backend.people.account(person.tenant)
        return [each for each in self.telegram.messages if each.chat_id == account.telegram_id]

    def shown(self, person: Person, stream_id: UUID) -> int:
        """The version of the person's copy up to which its card tells."""
        return self.town.core.backend.living.living(person.tenant, stream_id, "card").shown

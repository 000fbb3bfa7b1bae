"""What the bot's handlers work with."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Protocol, TypeVar
from uuid import NAMESPACE_URL, UUID, uuid5
from zoneinfo import ZoneInfo

from aiogram.types import User

from televent.adapters.telegram.texts import language_of
from televent.application.backend import Backend
from televent.application.event_store.context import Context
from televent.application.read_models.accounts import AccountRow
from televent.domain.ids import AccountId

T = TypeVar("T")

Run = Callable[..., Awaitable[object]]


class Caller(Protocol):
    """Calls synchronous code in a bounded pool of threads."""

    def __call__(self, function: Callable[..., T], *args: object) -> Awaitable[T]: ...


class NotStarted(Exception):
    """Somebody who never said /start."""


@dataclass(frozen=True, slots=True)
class Person:
    """Who is in the chat, as the bot sees them."""

    account: AccountRow
    language: str

    @property
    def zone(self) -> ZoneInfo:
        return ZoneInfo(self.account.timezone)


@dataclass(frozen=True, slots=True)
class BotDoor:
    """The application behind the bot. ``public_url`` is where calendar apps connect."""

    backend: Backend
    run: Caller
    public_url: str

    async def person(self, user: User) -> Person:
        """Raises NotStarted."""
        account = await self.run(self.backend.reads.account_by_telegram, user.id)
        if account is None:
            raise NotStarted
        return Person(account, language_of(account.locale))

    def context(self, tenant: UUID, update: str) -> Context:
        """The circumstances of a command. ``update`` names what Telegram sent: sent again, it is the same command."""
        command_id = uuid5(NAMESPACE_URL, f"televent:bot:{tenant}:{update}")
        return Context(
            tenant=AccountId(tenant),
            actor=str(tenant),
            door="bot",
            now=self.backend.clock(),
            command_id=command_id,
            correlation_id=command_id.hex,
        )

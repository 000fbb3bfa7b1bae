"""Gives the bot's handlers the application, the person of an update and the context of a command."""

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


class Caller(Protocol):
    """Calls synchronous code in a bounded pool of threads."""

    def __call__(self, function: Callable[..., T], *args: object) -> Awaitable[T]: ...


class NotStarted(Exception):
    """The Telegram user has no account: they never sent /start."""


@dataclass(frozen=True, slots=True)
class Person:
    """The account behind a chat, and the language to answer in."""

    account: AccountRow
    language: str

    @property
    def zone(self) -> ZoneInfo:
        """The person's time zone."""
        return ZoneInfo(self.account.timezone)


@dataclass(frozen=True, slots=True)
class BotDoor:
    """The application behind the bot. ``public_url`` is the CalDAV URL for calendar apps."""

    backend: Backend
    run: Caller
    public_url: str

    async def person(self, user: User) -> Person:
        """The person with this Telegram id. Raises NotStarted where there is no account."""
        account = await self.run(self.backend.reads.account_by_telegram, user.id)
        if account is None:
            raise NotStarted
        return Person(account, language_of(account.locale))

    def context(self, tenant: UUID, update: str) -> Context:
        """The context of a command. Its id derives from ``update``, so an update that Telegram repeats is the same
        command."""
        command_id = uuid5(NAMESPACE_URL, f"televent:bot:{tenant}:{update}")
        return Context(
            tenant=AccountId(tenant),
            actor=str(tenant),
            door="bot",
            now=self.backend.clock(),
            command_id=command_id,
            correlation_id=command_id.hex,
        )

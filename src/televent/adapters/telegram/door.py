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
from televent.application.reach import Reach
from televent.application.read_models.accounts import AccountRow
from televent.domain.ids import AccountId
from televent.wording.display import Display

T = TypeVar("T")


class Caller(Protocol):
    """Calls synchronous code in a bounded pool of threads."""

    def __call__(self, function: Callable[..., T], *args: object) -> Awaitable[T]: ...


class NotStarted(Exception):
    """The Telegram user has no account: they never sent /start."""


@dataclass(frozen=True, slots=True)
class Person:
    """The account behind a chat, and how it is shown times: its zone, its language, and the present moment."""

    account: AccountRow
    display: Display

    @property
    def language(self) -> str:
        """The language to answer in."""
        return self.display.language

    @property
    def zone(self) -> ZoneInfo:
        """The person's time zone."""
        return self.display.zone


@dataclass(frozen=True, slots=True)
class BotDoor:
    """The application behind the bot. ``reach`` gives the address for calendar apps at this moment: the machine may
    change networks."""

    backend: Backend
    run: Caller
    reach: Callable[[], Reach]

    async def person(self, user: User) -> Person:
        """The person with this Telegram id. Raises NotStarted where there is no account."""
        account = await self.run(self.backend.reads.account_by_telegram, user.id)
        if account is None:
            raise NotStarted
        return self.person_of(account)

    async def note_username(self, user: User, person: Person) -> None:
        """Notes the username that the person has now, so that others can invite them by it."""
        await self.run(self.backend.usernames.note, person.account.tenant, user.username, person.display.now)

    def person_of(self, account: AccountRow) -> Person:
        """The person with this account, at this moment."""
        zone, chosen = ZoneInfo(account.timezone), account.preferences
        now = self.backend.clock().astimezone(zone)
        return Person(account, Display(zone, language_of(account.locale), now, chosen.clock24, chosen.week_start))

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

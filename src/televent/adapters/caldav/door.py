"""What every method works with."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Protocol, TypeVar
from uuid import UUID

from televent.adapters.caldav.errors import DavError
from televent.adapters.caldav.http import Ahead, Request
from televent.adapters.caldav.properties.view import Person
from televent.adapters.caldav.tree import Kind, Target
from televent.application.context import Context
from televent.application.office import Office
from televent.application.ports import CalendarRow, ResourceRow
from televent.domain.ids import AccountId

T = TypeVar("T")


class Run(Protocol):
    """Calls synchronous code in a bounded pool of threads: the only way from here to the application."""

    def __call__(self, function: Callable[..., T], *args: object) -> Awaitable[T]: ...


@dataclass(frozen=True, slots=True)
class RateLimits:
    """Each takes a key, counts one against it and returns None, or the seconds after which to come again. Synchronous;
    called in threads."""

    client: Callable[[str], float | None]
    """By address of the client, before anything is known of it."""
    person: Callable[[str], float | None]
    """By account."""
    failure: Callable[[str], float | None]
    """By client and user name, for each failed sign-in."""


@dataclass(frozen=True, slots=True)
class Door:
    """The application behind the door."""

    office: Office
    run: Run
    public_url: str | None = None
    """The origin that people reach, without a slash at its end; None: as each request says."""

    def ahead(self, method: str, target: Target) -> Ahead | None:
        """Asks for the row that a request will need, where the URL alone says whose it is. Two questions that go
        together cost one trip; the answer is looked at only if the sender turns out to be that person."""
        if method not in ("PROPFIND", "REPORT", "GET", "HEAD"):
            return None
        try:
            tenant = AccountId(UUID(target.user))
        except ValueError:
            return None
        reads = self.office.reads
        if target.kind is Kind.CALENDAR:
            return _future(self.run(reads.calendar, tenant, target.calendar))
        if target.kind is Kind.OBJECT and method != "REPORT":
            return _future(self.run(reads.resource, tenant, target.calendar, target.name))
        return None

    async def calendar(self, request: Request, person: Person) -> CalendarRow:
        """The calendar that the request names. Raises DavError 404."""
        target = request.target
        if request.ahead is not None and target.kind is Kind.CALENDAR:
            row = await request.ahead
        else:
            row = await self.run(self.office.reads.calendar, person.account.tenant, target.calendar)
        if not isinstance(row, CalendarRow):
            raise DavError(404, text="There is no such calendar.")
        return row

    async def resource(self, request: Request, person: Person) -> ResourceRow:
        """The object that the request names, with its text. Raises DavError 404."""
        target = request.target
        if request.ahead is not None and target.kind is Kind.OBJECT:
            row = await request.ahead
        else:
            row = await self.run(self.office.reads.resource, person.account.tenant, target.calendar, target.name)
        if not isinstance(row, ResourceRow):
            raise DavError(404, text="There is no such resource.")
        return row

    def context(self, request: Request, person: Person) -> Context:
        """The circumstances of a command given in this request."""
        tenant = AccountId(person.account.tenant)
        return Context(
            tenant=tenant,
            actor=str(tenant),
            door="caldav",
            now=self.office.clock(),
            command_id=self.office.ids(),
            correlation_id=request.correlation_id,
        )


def _future(answer: Awaitable[T]) -> asyncio.Future[T]:
    future = asyncio.ensure_future(answer)
    future.add_done_callback(_seen)
    return future


def _seen(future: asyncio.Future[T]) -> None:
    """A failed look-ahead that nobody waits for any more is no error of its own."""
    if not future.cancelled():
        future.exception()

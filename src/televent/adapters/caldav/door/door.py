"""What every method works with."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, tzinfo
from typing import Protocol, TypeVar
from uuid import UUID

from televent.adapters.caldav.errors import DavError, need_privileges
from televent.adapters.caldav.http import Ahead, Request
from televent.adapters.caldav.properties.view import Person
from televent.adapters.caldav.push_urls import dont_notify
from televent.adapters.caldav.tree import Kind, Target
from televent.application.backend import Backend
from televent.application.event_store.context import Context
from televent.application.push import Offer
from televent.application.read_models.calendars import CalendarRow
from televent.application.read_models.resources import ListedRow, ResourceRow
from televent.application.shared_view import seen, share_named
from televent.domain.ids import AccountId
from televent.domain.sharing.access import BUSY, READ, READ_WRITE

T = TypeVar("T")


class Run(Protocol):
    """Calls synchronous code in a bounded pool of threads: the only way from here to the application."""

    def __call__(self, function: Callable[..., T], *args: object) -> Awaitable[T]: ...


class Limit(Protocol):
    """A rate limit that all nodes share."""

    def held(self, key: str) -> bool:
        """Counts one of those that were admitted beforehand; False where none is left. Returns at once."""
        ...

    def __call__(self, key: str) -> float | None:
        """Counts one and returns None, or the seconds after which to come again. Synchronous; called in threads."""
        ...


@dataclass(frozen=True, slots=True)
class RateLimits:
    """How often is too often."""

    client: Limit
    """By address of the client, before anything is known of it."""
    person: Limit
    """By account."""
    failure: Limit
    """By client and user name, for each failed sign-in."""


@dataclass(frozen=True, slots=True)
class Door:
    """The application behind the door."""

    backend: Backend
    run: Run
    public_url: str | None = None
    """The origin that people reach, without a slash at its end; None: as each request says."""
    push: Offer | None = None
    """None: WebDAV-Push is not offered."""

    def ahead(self, method: str, target: Target) -> Ahead | None:
        """Asks for the row that a request will need, where the URL alone says whose it is. Two questions that go
        together cost one trip; the answer is looked at only if the sender turns out to be that person."""
        if method not in ("PROPFIND", "REPORT", "GET", "HEAD"):
            return None
        try:
            tenant = AccountId(UUID(target.user))
        except ValueError:
            return None
        reads = self.backend.reads
        share_id = share_named(target.calendar)
        if share_id is not None:
            return _future(self.run(reads.mount, tenant, share_id)) if target.kind is Kind.CALENDAR else None
        if target.kind in (Kind.CALENDAR, Kind.INBOX):
            return _future(self.run(reads.calendar, tenant, target.calendar))
        if target.kind in (Kind.OBJECT, Kind.INBOX_ITEM) and method != "REPORT":
            return _future(self.run(reads.resource, tenant, target.calendar, target.name))
        return None

    async def calendar(self, request: Request, person: Person, *, privilege: str = "read") -> CalendarRow:
        """The calendar that the request names: one's own, or somebody else's that is shared (``share`` is set, and
        ``tenant`` is its owner). Raises DavError 404, or 403 where not even reading is granted."""
        target = request.target
        shared = await self.shared(request, person)
        if shared is not None:
            check_access(shared, request, privilege)
            return shared
        if request.ahead is not None and target.kind in (Kind.CALENDAR, Kind.INBOX):
            row = await request.ahead
        else:
            row = await self.run(self.backend.reads.calendar, person.account.tenant, target.calendar)
        if not isinstance(row, CalendarRow):
            raise DavError(404, text="There is no such calendar.")
        return row

    async def shared(self, request: Request, person: Person) -> CalendarRow | None:
        """Somebody else's calendar that the request names; None, without a question to the database, where it names
        one's own. Raises DavError 404."""
        if request.granted is not None:
            return request.granted
        share_id = share_named(request.target.calendar)
        if share_id is None:
            return None
        if request.ahead is not None and request.target.kind is Kind.CALENDAR:
            row = await request.ahead
        else:
            row = await self.run(self.backend.reads.mount, person.account.tenant, share_id)
        if not isinstance(row, CalendarRow):
            raise DavError(404, text="There is no such calendar.")
        return row

    async def resource(self, request: Request, person: Person) -> ResourceRow:
        """The object that the request names, with its text. Raises DavError 404."""
        target = request.target
        shared = await self.shared(request, person)
        if shared is not None:
            check_access(shared, request, "read")
            row: object = await self.run(self._shared_resource, shared, target.name)
        elif request.ahead is not None and target.kind in (Kind.OBJECT, Kind.INBOX_ITEM):
            row = await request.ahead
        else:
            row = await self.run(self.backend.reads.resource, person.account.tenant, target.calendar, target.name)
        if not isinstance(row, ResourceRow):
            raise DavError(404, text="There is no such resource.")
        return row

    def _shared_resource(self, row: CalendarRow, href: str) -> ResourceRow | None:
        return next(iter(self.some(row, [href])), None)

    # What is inside a calendar is read through these and not from ``reads``: they know what others may not see.
    def members(self, row: CalendarRow, *, with_text: bool) -> Iterator[ResourceRow]:
        """Live members by name."""
        reads = self.backend.reads
        if row.share is None:
            return reads.members(row.tenant, row.calendar_id, with_text=with_text)
        return seen(reads, row.share, reads.members(row.tenant, row.calendar_id, with_text=True))

    def listed(
        self, row: CalendarRow, columns: Sequence[str], component: str | None = None
    ) -> Iterator[list[ListedRow]]:
        """Live members of a calendar of one's own by name, in pages, with no more than these columns."""
        assert row.share is None
        return self.backend.reads.listed(row.tenant, row.calendar_id, columns, component=component)

    def changed(
        self, row: CalendarRow, columns: Sequence[str], since: int, limit: int, buried: int = 0
    ) -> tuple[list[ListedRow], bool] | None:
        """What has changed in a calendar of one's own; see read_models.reads.Reads."""
        assert row.share is None
        return self.backend.reads.changed(row.tenant, row.calendar_id, columns, since, limit, buried)

    def overlapping(
        self,
        row: CalendarRow,
        start: datetime | None,
        end: datetime | None,
        component: str | None,
        *,
        zone: tzinfo,
        with_text: bool,
    ) -> Iterator[ResourceRow]:
        """Live members that may happen in [start, end); see ResourceReads. ``with_text`` False leaves out texts
        that the index does not need."""
        reads = self.backend.reads
        text = with_text or row.share is not None
        rows = reads.overlapping(row.tenant, row.calendar_id, start, end, component, zone=zone, with_text=text)
        return rows if row.share is None else seen(reads, row.share, rows)

    def timed(self, row: CalendarRow, start: datetime, end: datetime, zone: tzinfo) -> Iterator[ResourceRow]:
        """Events of somebody else's that may happen in [start, end), whole and with what is the person's own: for when
        they are, and never to be shown."""
        assert row.share is not None
        reads = self.backend.reads
        rows = reads.overlapping(row.tenant, row.calendar_id, start, end, "VEVENT", zone=zone, with_text=True)
        return seen(reads, row.share, rows, whole=True)

    def whole(self, row: CalendarRow, hrefs: Sequence[str]) -> list[ResourceRow]:
        """The live ones among these as their owner has them: for when they are, and never to be shown."""
        return self.backend.reads.resources(row.tenant, row.calendar_id, hrefs)

    def some(self, row: CalendarRow, hrefs: Sequence[str]) -> list[ResourceRow]:
        """The live ones among these, with text, in no order."""
        reads = self.backend.reads
        rows = reads.resources(row.tenant, row.calendar_id, hrefs)
        return rows if row.share is None else list(seen(reads, row.share, rows))

    def shown(self, row: CalendarRow, rows: Sequence[ResourceRow]) -> dict[str, ResourceRow]:
        """Those of these members, read with their texts, that are to be seen, as they are to be seen, by name."""
        given = rows if row.share is None else seen(self.backend.reads, row.share, rows)
        return {each.href: each for each in given}

    def calendars(self, person: Person) -> list[CalendarRow]:
        """What stands in the person's home: own calendars, then those of others."""
        tenant = person.account.tenant
        return [*self.backend.reads.calendars(tenant), *self.backend.reads.mounts(tenant)]

    def collections(self, person: Person) -> list[CalendarRow]:
        """What in the person's home can change: its calendars, and the inbox."""
        tenant = person.account.tenant
        return [*self.backend.reads.collections(tenant), *self.backend.reads.mounts(tenant)]

    def context(self, request: Request, person: Person, row: CalendarRow | None = None) -> Context:
        """The circumstances of a command given in this request. ``row``: the calendar it is about, where that may be
        somebody else's: the command is given to its owner's account, and the person is the one who acts. To be asked
        for in a thread: Push-Dont-Notify is noted before anything changes."""
        tenant = AccountId(person.account.tenant)
        context = Context(
            tenant=row.tenant if row is not None else tenant,
            actor=str(tenant),
            door="caldav",
            now=self.backend.clock(),
            command_id=self.backend.ids(),
            correlation_id=request.correlation_id,
        )
        if self.push is not None and "push-dont-notify" in request.headers:
            said = dont_notify(request.headers["push-dont-notify"])
            if said is not None:
                self.push.book.silence(tenant, context.command_id, said or None, context.now)
        return context


def check_access(row: CalendarRow, request: Request, privilege: str) -> None:
    """``privilege``: read, write or read-free-busy. Raises DavError 403 (RFC 3744 §7.1.1)."""
    share = row.share
    if share is None or privilege in _HELD[share.access]:
        return
    raise need_privileges(request.target.path, "C:read-free-busy" if privilege == BUSY else privilege)


_HELD = {
    BUSY: frozenset((BUSY,)),
    READ: frozenset((BUSY, "read")),
    READ_WRITE: frozenset((BUSY, "read", "write")),
}


def _future(answer: Awaitable[T]) -> asyncio.Future[T]:
    future = asyncio.ensure_future(answer)
    future.add_done_callback(_seen)
    return future


def _seen(future: asyncio.Future[T]) -> None:
    """A failed look-ahead that nobody waits for any more is no error of its own."""
    if not future.cancelled():
        future.exception()

"""The access of every method to the application: rows by URL, privileges, and commands' context."""

from __future__ import annotations

import re
from collections.abc import Awaitable, Callable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime, tzinfo
from typing import Final, TypeVar
from uuid import UUID

from televent.adapters.caldav.door.past_shelf import PastShelf
from televent.adapters.caldav.door.run import Run
from televent.adapters.caldav.door.watch import WATCH, saw, saw_more
from televent.adapters.caldav.errors import DavError, need_privileges
from televent.adapters.caldav.http import MAX_AT_ONCE, XML_TYPES, EarlyRead, Request
from televent.adapters.caldav.properties.view import Person
from televent.adapters.caldav.push_urls import dont_notify
from televent.adapters.caldav.tree import Kind, Target
from televent.adapters.caldav.webdav.xml_in import Element
from televent.application.accounts.origins import MAX_PROGRAM, Origin
from televent.application.backend import Backend
from televent.application.event_store.context import Context
from televent.application.marks import Key, Marks
from televent.application.past.names import PastName, past_name
from televent.application.push import Offer
from televent.application.read_models.calendars import CalendarRow
from televent.application.read_models.past import PastCalendar
from televent.application.read_models.resources import Changes, Found, ListedRow, ResourceRow
from televent.application.rows import (
    Read,
    Rows,
    Seen,
    few_changes,
    own_calendar,
    own_members,
    own_resource,
    rows_of_put,
)
from televent.application.shared_view import seen, share_named
from televent.domain.ids import AccountId
from televent.domain.sharing.access import BUSY, READ, READ_WRITE

T = TypeVar("T")

UID_WITHIN: Final = 64 * 1024
"""Max bytes of a body in which its UID is looked for before it is parsed."""
_UID: Final = re.compile(rb"\nUID:((?:[^\r\n]|\r?\n[ \t])+)", re.IGNORECASE)
_FOLD: Final = re.compile(rb"\r?\n[ \t]")


@dataclass(frozen=True, slots=True)
class Door:
    """The application as CalDAV methods use it."""

    backend: Backend
    threads: Run
    rows: Rows
    marks: Marks | None = None
    """None: nobody keeps answers."""
    public_url: str | None = None
    """The operator's URL of this server without a trailing slash; None: scheme and host of each request."""
    push: Offer | None = None
    """None: WebDAV-Push is not offered."""
    past: PastShelf = field(default_factory=PastShelf)

    def run(self, function: Callable[..., T], *args: object) -> Awaitable[T]:
        """Calls synchronous code in a thread. An answer that needs it is made again each time."""
        saw_more()
        return self.threads(function, *args)

    async def read(self, read: Read[T]) -> T | None:
        """Reads one row, without a thread. The answer may be kept as long as the row stays the same."""
        return seen_row(await self.rows.read(read))

    async def run_on(self, key: Key, function: Callable[..., T], *args: object) -> T:
        """Calls synchronous code, in a thread, that reads only what the mark of ``key`` stands for. The answer may be
        kept as long as the mark stays the same."""
        watch = WATCH.get()
        if watch is not None:
            # Before the rows: where one changes between, the mark is another one already, and the answer never used.
            watch.saw(key, await self.marks.ask([key]) if self.marks is not None else None)
        return await self.threads(function, *args)

    async def xml(self, request: Request) -> Element | None:
        """As ``Request.xml``. A long body is parsed in a thread."""
        return await self.of_body(request, request.xml)

    async def declared_xml(self, request: Request, accepted: str = XML_TYPES) -> Element | None:
        """As ``Request.declared_xml``. A long body is parsed in a thread."""
        return await self.of_body(request, request.declared_xml, accepted)

    async def of_body(self, request: Request, read: Callable[..., T], *args: object) -> T:
        """The result of ``read`` on the request's body: in a thread for a long one, as one of 1 MB would hold up
        all other requests of the process."""
        return await self.run(read, *args) if len(request.body) > MAX_AT_ONCE else read(*args)

    async def home(self, person: Person) -> list[CalendarRow]:
        """The collections in the person's home that have a counter: its calendars and the inbox."""
        return await self.run_on(("home", person.account.tenant), self.collections, person)

    async def home_calendars(self, person: Person) -> list[CalendarRow]:
        """The calendars in the person's home: first their own, then those that others share with them."""
        return await self.run_on(("home", person.account.tenant), self.calendars, person)

    def start_early_read(self, method: str, target: Target) -> EarlyRead | None:
        """Starts to read the row that the request will need, if the URL contains the account id; else returns None.

        The read shares a database round trip with the sign-in. The result is used only if that account signs in."""
        if method not in ("PROPFIND", "REPORT", "GET", "HEAD"):
            return None
        try:
            tenant = AccountId(UUID(target.user))
        except ValueError:
            return None
        if past_name(target.calendar) is not None:
            return None  # It takes much work, so it waits for the sign-in.
        if share_named(target.calendar) is not None:
            return None
        if target.kind in (Kind.CALENDAR, Kind.INBOX):
            return self.rows.read(own_calendar(tenant, target.calendar))
        if target.kind in (Kind.OBJECT, Kind.INBOX_ITEM) and method != "REPORT":
            return self.rows.read(own_resource(tenant, target.calendar, target.name))
        return None

    def start_early_find(self, target: Target, body: bytes) -> Awaitable[Seen[Found]] | None:
        """Starts to read the rows that a PUT needs, as ``start_early_read`` does.

        The command notices what changes between this read and its own writes, as with every read (put_object)."""
        named = _UID.search(body, 0, UID_WITHIN)
        if named is None or target.kind is not Kind.OBJECT or share_named(target.calendar) is not None:
            return None
        try:
            tenant = AccountId(UUID(target.user))
            # A wrong guess is harmless: the command reads again for the UID that the parser finds.
            uid = _FOLD.sub(b"", named[1]).decode()
        except ValueError:
            return None
        if past_name(target.calendar) is not None or "\0" in uid:
            return None
        return self.rows.read(rows_of_put(tenant, target.calendar, target.name, uid))

    async def calendar(self, request: Request, person: Person, *, privilege: str = "read") -> CalendarRow:
        """The calendar that the request names: the person's own, or a shared one of another owner (``share`` is set,
        and ``tenant`` is the owner). Raises DavError 404, and 403 if the share does not grant ``privilege``."""
        target = request.target
        shared = await self.shared(request, person)
        if shared is not None:
            check_access(shared, request, privilege)
            return shared
        row: object
        if person.past is not None:
            row = await self.run(self.past.calendar, self.backend, person.account.tenant, person.past)
        elif request.early_read is not None and target.kind in (Kind.CALENDAR, Kind.INBOX):
            row = seen_row(await request.early_read)
        else:
            row = await self.read(own_calendar(AccountId(person.account.tenant), target.calendar))
        if not isinstance(row, CalendarRow):
            raise DavError(404, text="There is no such calendar.")
        return row

    async def past_of(self, person: Person, target: Target) -> PastName | None:
        """The calendar and the moment in the past that the person's URL names, if any. Raises DavError 403 for the name
        of a shared calendar, whether there is one or not (ADR 102)."""
        named = past_name(target.calendar) if target.kind in (Kind.CALENDAR, Kind.OBJECT) else None
        if named is None:
            return None
        if share_named(named.name) is not None:
            raise DavError(403, text="The past of a shared calendar is read at the REST door, by as_of.")
        # A calendar may have got such a name before they were refused.
        live = await self.read(own_calendar(AccountId(person.account.tenant), target.calendar))
        return named if live is None else None

    async def shared(self, request: Request, person: Person) -> CalendarRow | None:
        """The shared calendar of another owner that the request names; None, without a database query, if it names the
        person's own. Raises DavError 404."""
        if request.granted is not None:
            return request.granted
        share_id = share_named(request.target.calendar)
        if share_id is None:
            return None
        row = await self.run(self.backend.reads.mount, person.account.tenant, share_id)
        if not isinstance(row, CalendarRow):
            raise DavError(404, text="There is no such calendar.")
        return row

    async def resource(self, request: Request, person: Person) -> ResourceRow:
        """The object that the request names, with its text. Raises DavError 404, and 403 if the share does not grant
        reading."""
        target = request.target
        shared = await self.shared(request, person)
        row: object
        if shared is not None:
            check_access(shared, request, "read")
            row = await self.run(self._shared_resource, shared, target.name)
        elif person.past is not None:
            row = next(iter(self.some(await self.calendar(request, person), [target.name])), None)
        elif request.early_read is not None and target.kind in (Kind.OBJECT, Kind.INBOX_ITEM):
            row = seen_row(await request.early_read)
        else:
            row = await self.read(own_resource(AccountId(person.account.tenant), target.calendar, target.name))
        if not isinstance(row, ResourceRow):
            raise DavError(404, text="There is no such resource.")
        return row

    def _shared_resource(self, row: CalendarRow, href: str) -> ResourceRow | None:
        return next(iter(self.some(row, [href])), None)

    # Methods read a calendar's members through these functions and not from ``reads``: only these hide from a sharee
    # the members and details that a sharee may not see.
    def members(self, row: CalendarRow, *, with_text: bool) -> Iterator[ResourceRow]:
        """The live members in the order of their names."""
        if isinstance(row, PastCalendar):
            return iter(row.members.values())
        reads = self.backend.reads
        if row.share is None:
            return reads.members(row.tenant, row.calendar_id, with_text=with_text)
        return seen(reads, row.share, reads.members(row.tenant, row.calendar_id, with_text=True))

    def listed(
        self, row: CalendarRow, columns: Sequence[str], component: str | None = None
    ) -> Iterator[list[ListedRow]]:
        """The live members of the person's own calendar in the order of their names, in pages, with these columns
        only."""
        assert row.share is None
        if isinstance(row, PastCalendar):
            return row.listed(columns, component)
        return self.backend.reads.listed(row.tenant, row.calendar_id, columns, component=component)

    def changed(
        self, row: CalendarRow, columns: Sequence[str], since: int, limit: int, begun: int = 0
    ) -> Changes | None:
        """The changed members of the person's own calendar; parameters and result are those of ResourceReads.changed.
        Members that were deleted up to the counter ``begun`` are left out."""
        assert row.share is None
        if isinstance(row, PastCalendar):
            return row.changed(columns, since, limit)
        return self.backend.reads.changed(row.tenant, row.calendar_id, columns, since, limit, begun)

    async def few_changed(self, row: CalendarRow, since: int, begun: int = 0) -> Changes | None:
        """The first changed members as ``changed`` gives them, with FEW_FIELDS; without a thread."""
        assert row.share is None
        assert not isinstance(row, PastCalendar)
        return await self.read(few_changes(row.tenant, row.calendar_id, since, begun))

    async def few_members(self, row: CalendarRow, hrefs: Sequence[str]) -> list[ListedRow] | None:
        """The live members of the person's own calendar among ``hrefs``, with FEW_FIELDS and "ics"; without a thread.
        None: their texts are too long for that."""
        assert row.share is None
        assert not isinstance(row, PastCalendar)
        return await self.read(own_members(row.tenant, row.calendar_id, hrefs))

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
        """The live members that may happen in [start, end); see ResourceReads.overlapping. ``with_text`` False: the
        text is read only for members about which the index is not certain."""
        if isinstance(row, PastCalendar):
            return row.overlapping(start, end, component)
        reads = self.backend.reads
        text = with_text or row.share is not None
        rows = reads.overlapping(row.tenant, row.calendar_id, start, end, component, zone=zone, with_text=text)
        return rows if row.share is None else seen(reads, row.share, rows)

    def timed(self, row: CalendarRow, start: datetime, end: datetime, zone: tzinfo) -> Iterator[ResourceRow]:
        """The events of a shared or past calendar that may happen in [start, end), unredacted and with the sharee's own
        alarms and transparency. They serve to compute busy times and must never be shown."""
        if isinstance(row, PastCalendar):
            return row.overlapping(start, end, "VEVENT")
        assert row.share is not None
        reads = self.backend.reads
        rows = reads.overlapping(row.tenant, row.calendar_id, start, end, "VEVENT", zone=zone, with_text=True)
        return seen(reads, row.share, rows, whole=True)

    def whole(self, row: CalendarRow, hrefs: Sequence[str]) -> list[ResourceRow]:
        """The live members among ``hrefs`` exactly as the owner has them. They serve to compute busy times and must
        never be shown."""
        return self.backend.reads.resources(row.tenant, row.calendar_id, hrefs)

    def some(self, row: CalendarRow, hrefs: Sequence[str]) -> list[ResourceRow]:
        """The live members among ``hrefs``, with text, in no order."""
        if isinstance(row, PastCalendar):
            return row.some(hrefs)
        reads = self.backend.reads
        rows = reads.resources(row.tenant, row.calendar_id, hrefs)
        return rows if row.share is None else [each.bare() for each in seen(reads, row.share, rows)]

    def shown(self, row: CalendarRow, rows: Sequence[ResourceRow]) -> dict[str, ResourceRow]:
        """The members among ``rows`` that the person may see, by name, each as the person may see it. ``rows`` must
        have their texts."""
        given = rows if row.share is None else seen(self.backend.reads, row.share, rows)
        return {each.href: each.bare() for each in given}

    def calendars(self, person: Person) -> list[CalendarRow]:
        """The calendars in the person's home: first their own, then those that others share with them."""
        tenant = person.account.tenant
        return [*self.backend.reads.calendars(tenant), *self.backend.reads.mounts(tenant)]

    def collections(self, person: Person) -> list[CalendarRow]:
        """The collections in the person's home that have a counter: its calendars and the inbox."""
        tenant = person.account.tenant
        return [*self.backend.reads.collections(tenant), *self.backend.reads.mounts(tenant)]

    def context(self, request: Request, person: Person, row: CalendarRow | None = None) -> Context:
        """The context of a command that this request gives.

        ``row`` is the calendar that the command changes. If it is shared, the command goes to its owner's account with
        the person as the actor. This call blocks, so it runs in a thread: it stores Push-Dont-Notify before the
        command changes anything."""
        tenant = AccountId(person.account.tenant)
        context = Context(
            tenant=row.tenant if row is not None else tenant,
            actor=str(tenant),
            door="caldav",
            now=self.backend.clock(),
            command_id=self.backend.ids(),
            correlation_id=request.correlation_id,
            origin=self._origin(request, person),
        )
        if self.push is not None and "push-dont-notify" in request.headers:
            named = dont_notify(request.headers["push-dont-notify"])
            if named is not None:
                self.push.book.suppress(tenant, context.command_id, named or None, context.now)
        return context

    def _origin(self, request: Request, person: Person) -> UUID | None:
        """The id of the client as the audit names it. It blocks at the first command of a day."""
        device = next((each for each in person.account.devices if each.device_id == person.device), None)
        if device is None:
            return None
        program = " ".join(request.headers.get("user-agent", "").replace("\0", "").split())[:MAX_PROGRAM]
        origin = Origin("caldav", device.device_id, device.name, request.client, program)
        return self.backend.origins.id_of(AccountId(person.account.tenant), origin, self.backend.clock())


def check_access(row: CalendarRow, request: Request, privilege: str) -> None:
    """Raises DavError 403 if the calendar's share does not grant ``privilege``, which is read, write or read-free-busy
    (RFC 3744 §7.1.1)."""
    share = row.share
    if share is None or privilege in _HELD[share.access]:
        return
    raise need_privileges(request.target.path, "C:read-free-busy" if privilege == BUSY else privilege)


_HELD = {
    BUSY: frozenset((BUSY,)),
    READ: frozenset((BUSY, "read")),
    READ_WRITE: frozenset((BUSY, "read", "write")),
}


def seen_row(seen: Seen[T]) -> T | None:
    """The row; its mark is recorded for the current request."""
    saw(seen)
    return seen.row

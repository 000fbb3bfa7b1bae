"""Writes the responses of a sync-collection: changed members of a calendar, changed calendars of a home (RFC 6578
§3.5).

The members are read in pages. Between pages no database connection is held, so a slow client does not block one. If the
calendar is deleted during the sync, the answer ends as if its limit was reached: the client asks again and then learns
of the deletion.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from itertools import groupby
from operator import itemgetter
from typing import Final

from televent.adapters.caldav.door.door import Door
from televent.adapters.caldav.home_token import CollectionState, check_home, home_state, home_token, read_home_token
from televent.adapters.caldav.http import Request
from televent.adapters.caldav.properties.asked import Asked
from televent.adapters.caldav.properties.listing import Listing
from televent.adapters.caldav.properties.view import CalendarView, InboxView, Person, View
from televent.adapters.caldav.reports.query import asked_of
from televent.adapters.caldav.reports.zone import floating_zone
from televent.adapters.caldav.sync_token import unknown_token
from televent.adapters.caldav.tree import INBOX, NOTIFICATIONS, OUTBOX, Kind, encode
from televent.adapters.caldav.webdav.xml_in import Element
from televent.adapters.caldav.webdav.xml_out import status_response
from televent.application.read_models.calendars import CalendarRow
from televent.application.read_models.counters import NOTHING, Moment
from televent.application.read_models.past import PastCalendar
from televent.application.read_models.resources import FEW_FIELDS, Changes

PAGE: Final = 2_000
"""Max members that are read at once without their texts."""
PAGE_WITH_TEXT: Final = 500
"""Max members that are read at once with their texts. The bytes of a page have a limit as well."""
_FIXED: Final = {INBOX: Kind.INBOX, OUTBOX: Kind.OUTBOX, NOTIFICATIONS: Kind.NOTIFICATIONS}
_SEQ, _DELETED, _NAME = 0, 1, 2
"""The positions of these columns in a changed row. The requested columns follow the name."""
_DELETED_OF: Final = itemgetter(_DELETED)
_BEGUN: Final = "+"
"""The suffix of a calendar's mark in a token, if the client knows the calendar and only some of its members."""


def tail(token: str) -> str:
    """The sync-token element, which follows the last response."""
    return f"<D:sync-token>{token}</D:sync-token>"


@dataclass(slots=True)
class MemberChanges:
    """The changed members of the person's own calendar.

    After ``responses`` has ended, ``given`` is the number of responses, ``last`` is the counter up to which they are
    complete, ``at`` is the newest state that was read, and ``cut`` is True if members are left. Members that were
    deleted up to the counter ``begun`` are not read: the client never had them, and each of many small pages would read
    them all again. ``read`` has the first page, if it was read already."""

    door: Door
    row: CalendarRow
    listing: Listing
    limit: int | None
    begun: int = 0
    given: int = 0
    last: int = 0
    cut: bool = False
    at: Moment = NOTHING
    read: list[Changes | None] = field(default_factory=list)

    async def read_few(self, after: int) -> bool:
        """Reads the first page without a thread, if it has what the client asks for. True: ``responses`` needs no other
        page, so it can be called on the event loop."""
        if isinstance(self.row, PastCalendar) or not set(self.listing.columns) <= set(FEW_FIELDS):
            return False
        page = await self.door.few_changed(self.row, after, self.begun)
        if page is not None:
            # The name and what comes before it, then the columns that the listing wants.
            places = [*range(_NAME + 1), *(_NAME + 1 + FEW_FIELDS.index(each) for each in self.listing.columns)]
            page = replace(page, rows=[tuple([row[place] for place in places]) for row in page.rows])
        self.read.append(page)
        return page is None or not page.more

    def responses(self, path: str, after: int) -> Iterator[str]:
        """The responses for changes after the counter ``after`` and up to that of ``row``. A change during the sync has
        a higher counter, so the next sync reports it. If the calendar no longer exists, or another start of PostgreSQL
        answers, which perhaps has another history, the page ends with ``cut``."""
        self.last, self.at = after, self.row.moment
        more = after < self.row.seq
        while more and not self.cut:
            page = self.read.pop() if self.read else self._page()
            if page is None or page.server != self.row.server:
                self.cut = True
                return
            rows, more, self.at = page.rows, page.more, page.at
            if rows and rows[-1][_SEQ] > self.row.seq:
                rows, more = [each for each in rows if each[_SEQ] <= self.row.seq], False
            reached = rows[-1][_SEQ] if more else self.row.seq
            if self.limit is not None and self.given + len(rows) > self.limit:
                rows, self.cut = rows[: self.limit - self.given], True
                reached = rows[-1][_SEQ] if rows else self.last
            for deleted, run in groupby(rows, _DELETED_OF):
                if deleted:
                    yield from (status_response(path + encode(each[_NAME]), 404) for each in run)
                else:
                    yield from self.listing.written([each[_NAME:] for each in run])
            self.given, self.last = self.given + len(rows), reached

    def _page(self) -> Changes | None:
        return self.door.changed(self.row, self.listing.columns, self.last, self._size(), self.begun)

    def _size(self) -> int:
        size = PAGE_WITH_TEXT if "ics" in self.listing.columns else PAGE
        return size if self.limit is None else min(size, self.limit - self.given + 1)


@dataclass(slots=True)
class HomeChanges:
    """The changed calendars of a home. ``deep`` True: with their changed members (sync-level infinite, §3.3)."""

    door: Door
    request: Request
    person: Person
    root: Element
    data: Element | None
    limit: int | None
    deep: bool

    def responses(self, token: str, rows: Sequence[CalendarRow]) -> Iterator[str]:
        """The responses and the next token. Calendars are in the order of their names, so that the next page continues
        after this one. Raises DavError 403 valid-sync-token before the first response."""
        known = read_home_token(token) if token else {}
        shown, current = dict(known), home_state(rows)
        if token:
            if not check_home(known, rows).happened(self.door.backend.reads):
                raise unknown_token()
            # If a new calendar has replaced one of the same name, the old one's members can no longer be listed as
            # deleted.
            if self.deep and any(known[name].ident != current[name].ident for name in {*known} & {*current}):
                raise unknown_token()
        left = self.limit if self.limit is not None else -1
        by_name = {row.name: row for row in rows}
        for name in sorted({*known, *current}):
            path = self.person.collection(name)
            row, before, now = by_name.get(name), known.get(name), current.get(name)
            if before == now:
                continue
            begun = before is not None and now is not None and before.mark == now.mark + _BEGUN
            if not begun:
                if left == 0:
                    yield from self._cut(shown)
                    return
                left -= 1
            if now is None:
                yield status_response(path, 404)
                del shown[name]
                continue
            if row is None:
                yield self._asked(None).response(View(_FIXED[name], path, self.person))
                shown[name] = now
                continue
            if self.deep and row.share is not None:
                # §3.3: a shared calendar has two counters, so the client must sync it by itself.
                yield status_response(path, 403, "<D:sync-traversal-supported/>")
                shown[name] = now
                continue
            if not begun:
                yield self._asked(row).response(_view(row, path, self.person))
            shown[name] = now
            if self.deep:
                changes = self._members(row, path, left, begun=row.seq if before is None else 0)
                after = before.members if before is not None else 0
                yield from changes.responses(path, after)
                left = left - changes.given if self.limit is not None else left
                if changes.cut:
                    shown[name] = _partly(now, changes, now.mark + _BEGUN)
                    yield from self._cut(shown)
                    return
                if changes.at != row.moment:
                    shown[name] = _partly(now, changes, now.mark)
        yield tail(home_token(shown))

    def _members(self, row: CalendarRow, path: str, left: int, begun: int) -> MemberChanges:
        limit = None if self.limit is None else max(left, 0)
        return MemberChanges(self.door, row, self._asked(row).listing(path, self.person), limit, begun)

    def _asked(self, row: CalendarRow | None) -> Asked:
        return asked_of(self.root, self.request, self.data, floating_zone(None, row, self.person))

    def _cut(self, shown: dict[str, CollectionState]) -> Iterator[str]:
        """The end of an answer that the limit cuts: a 507 and the token of the last response (§3.6)."""
        yield status_response(self.request.target.path, 507, "<D:number-of-matches-within-limits/>")
        yield tail(home_token(shown))


def _partly(now: CollectionState, changes: MemberChanges, mark: str) -> CollectionState:
    """The state of a client that knows the calendar's changes up to ``changes.last``."""
    return CollectionState(now.ident, changes.at.run, changes.at.seq, mark, changes.last)


def _view(row: CalendarRow, path: str, person: Person) -> CalendarView | InboxView:
    if row.name == INBOX:
        return InboxView(Kind.INBOX, path, person, row=row)
    return CalendarView(path, person, row)

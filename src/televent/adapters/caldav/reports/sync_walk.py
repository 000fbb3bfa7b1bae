"""What a sync-collection walks over: changed members of a calendar, changed calendars of a home (RFC 6578 §3.5).

A page is read at a time; between pages no database connection is held, however slowly the answer is read. A walk that
cannot go on, because its calendar went meanwhile, ends like a full page: the client comes back and hears of it.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final

from televent.adapters.caldav.door import Door
from televent.adapters.caldav.http import Request
from televent.adapters.caldav.properties.view import CalendarView, InboxView, ObjectView, Person, View
from televent.adapters.caldav.reports.query import asked_of
from televent.adapters.caldav.reports.zone import floating_zone
from televent.adapters.caldav.sync_token import Pictured, check_home, home_picture, home_token, picture, unknown_token
from televent.adapters.caldav.tree import INBOX, NOTIFICATIONS, OUTBOX, Kind, encode
from televent.adapters.caldav.webdav.asked import Asked
from televent.adapters.caldav.webdav.xml_in import Element
from televent.adapters.caldav.webdav.xml_out import status_response
from televent.application.ports import CalendarRow, ResourceRow

PAGE: Final = 2_000
PAGE_WITH_TEXT: Final = 100
_FIXED: Final = {INBOX: Kind.INBOX, OUTBOX: Kind.OUTBOX, NOTIFICATIONS: Kind.NOTIFICATIONS}
_BEGUN: Final = "+"
"""After a calendar's mark: the calendar was told of, its members only in part."""


def page_size(with_text: bool, limit: int | None) -> int:
    """How many rows are read at once."""
    size = PAGE_WITH_TEXT if with_text else PAGE
    return size if limit is None else min(size, limit + 1)


def tail(token: str) -> str:
    """What stands after the last response."""
    return f"<D:sync-token>{token}</D:sync-token>"


@dataclass(slots=True)
class MemberWalk:
    """The changed members of one calendar. Afterwards ``last`` is the counter up to which all was given, and ``cut``
    says that more is left."""

    door: Door
    person: Person
    asked: Asked
    with_text: bool
    limit: int | None
    given: int = 0
    last: int = 0
    cut: bool = False

    def responses(
        self, row: CalendarRow, rows: Sequence[ResourceRow], path: str, after: int, *, tombstones: bool
    ) -> Iterator[str]:
        """Up to the counter as ``row`` has it; ``rows`` is the first page. What changes meanwhile gets a higher number:
        it may be missing here, and it comes with the token given out."""
        size = page_size(self.with_text, self.limit)
        self.last = after
        while True:
            for each in rows:
                if each.seq > row.seq:
                    self.last = row.seq
                    return
                if each.deleted and not tombstones:
                    self.last = each.seq
                    continue
                if self.limit is not None and self.given == self.limit:
                    self.cut = True
                    return
                href = path + encode(each.href)
                yield (
                    status_response(href, 404)
                    if each.deleted
                    else self.asked.response(ObjectView(href, self.person, each))
                )
                self.given, self.last = self.given + 1, each.seq
            if len(rows) < size:
                self.last = row.seq
                return
            page = self.page(row, self.last)
            if page is None:
                self.cut = True
                return
            rows = page

    def page(self, row: CalendarRow, after: int) -> list[ResourceRow] | None:
        """The next rows; None where that calendar is not there any more."""
        size = page_size(self.with_text, self.limit)
        read = self.door.office.reads.changes(row.tenant, row.name, after, size, with_text=self.with_text)
        if read is None or (read[0].calendar_id, read[0].incarnation) != (row.calendar_id, row.incarnation):
            return None
        return read[1]


@dataclass(slots=True)
class HomeWalk:
    """The changed calendars of a home; ``deep``: with their changed members (sync-level infinite, §3.3)."""

    door: Door
    request: Request
    person: Person
    root: Element
    data: Element | None
    limit: int | None
    deep: bool

    def responses(self, token: str, rows: Sequence[CalendarRow]) -> Iterator[str]:
        """Raises DavError for an unknown token before anything is given. By name, so that a page goes on where the
        last one ended: what was given before is then as the token shows it."""
        known = home_picture(token) if token else {}
        shown, standing = dict(known), picture(rows)
        if token:
            check_home(known, rows)
            # What was in a calendar that another of its name has replaced cannot be told one by one any more.
            if self.deep and any(known[name].ident != standing[name].ident for name in {*known} & {*standing}):
                raise unknown_token()
        left = self.limit if self.limit is not None else -1
        by_name = {row.name: row for row in rows}
        for name in sorted({*known, *standing}):
            path = self.person.collection(name)
            row, before, now = by_name.get(name), known.get(name), standing.get(name)
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
                # §3.3: what others share has two counters, and tells of its members by itself.
                yield status_response(path, 403, "<D:sync-traversal-supported/>")
                shown[name] = now
                continue
            if not begun:
                yield self._asked(row).response(_view(row, path, self.person))
            shown[name] = now
            if self.deep:
                walk = self._members(row, left)
                yield from self._of_calendar(walk, row, path, before)
                left = left - walk.given if self.limit is not None else left
                if walk.cut:
                    shown[name] = Pictured(now.ident, walk.last, now.mark + _BEGUN)
                    yield from self._cut(shown)
                    return
        yield tail(home_token(shown))

    def _of_calendar(self, walk: MemberWalk, row: CalendarRow, path: str, before: Pictured | None) -> Iterator[str]:
        after = before.seq if before is not None else 0
        page = walk.page(row, after) if after < row.seq else []
        if page is None:
            walk.last, walk.cut = after, True
            return
        yield from walk.responses(row, page, path, after, tombstones=before is not None)

    def _members(self, row: CalendarRow, left: int) -> MemberWalk:
        limit = None if self.limit is None else max(left, 0)
        return MemberWalk(self.door, self.person, self._asked(row), with_text=self.data is not None, limit=limit)

    def _asked(self, row: CalendarRow | None) -> Asked:
        return asked_of(self.root, self.request, self.data, floating_zone(None, row, self.person))

    def _cut(self, shown: dict[str, Pictured]) -> Iterator[str]:
        """§3.6."""
        yield status_response(self.request.target.path, 507, "<D:number-of-matches-within-limits/>")
        yield tail(home_token(shown))


def _view(row: CalendarRow, path: str, person: Person) -> CalendarView | InboxView:
    if row.name == INBOX:
        return InboxView(Kind.INBOX, path, person, row=row)
    return CalendarView(path, person, row)

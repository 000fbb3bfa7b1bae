"""The read model of a calendar's resources and of changes since a sync token."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, fields, replace
from datetime import datetime, tzinfo
from typing import Any, Final, Protocol
from uuid import UUID

from televent.application.read_models.calendars import CalendarRow
from televent.application.read_models.counters import Moment
from televent.application.read_models.share import Share
from televent.domain.ids import AccountId
from televent.ical.objects.calendar_text import CalendarText
from televent.ical.queries.occurs import Occurs


@dataclass(frozen=True, slots=True)
class PutResource:
    """Stores a resource's row. The recorder gives it the calendar's next ``seq``."""

    tenant: AccountId
    calendar_id: UUID
    href: str
    stream_id: UUID
    uid: str
    etag: str
    schedule_tag: str | None
    component: str
    ics: bytes
    recurs: bool
    occurs: Occurs
    modified_at: datetime
    fresh: bool = False
    """The row must not exist yet. It replaces a tombstone of the same name."""


@dataclass(frozen=True, slots=True)
class RemoveResource:
    """Turns the row into a tombstone with the calendar's next ``seq``."""

    tenant: AccountId
    calendar_id: UUID
    href: str
    stream_id: UUID
    modified_at: datetime


@dataclass(frozen=True, slots=True)
class ResourceRow:
    """A resource or a tombstone. ``ics`` is None for a tombstone, and where the row was read without its text."""

    calendar_id: UUID
    href: str
    stream_id: UUID
    uid: str
    etag: str
    schedule_tag: str | None
    component: str
    seq: int
    deleted: bool
    recurs: bool
    modified_at: datetime
    size: int
    ics: bytes | None = None
    certain: bool = False
    """The index alone proves that an occurrence is in the queried range."""
    share: Share | None = None
    """Set where a sharee reads the resource."""
    known: CalendarText | None = field(default=None, repr=False, compare=False)
    """``ics`` as a text that may already be parsed."""

    @property
    def text(self) -> CalendarText:
        """``ics`` as a text, which is parsed at most once per row; empty where the row was read without it."""
        if self.known is None or self.known.raw is not self.ics:
            object.__setattr__(self, "known", CalendarText(self.ics or b""))
        assert self.known is not None
        return self.known

    def once(self) -> CalendarText:
        """The text for one use. Unlike ``text``, it keeps no parsed tree with a row that waits in a page."""
        parsed = self.known is not None and self.known.raw is self.ics
        return self.text if parsed else CalendarText(self.ics or b"")

    def bare(self) -> ResourceRow:
        """The same row without the parsed text, for a row that waits in a page."""
        return replace(self, known=None)

    def knowing(self, text: CalendarText | None) -> ResourceRow:
        """The same row; it takes ``text`` for its own where the bytes are equal, so that it is not parsed again."""
        return replace(self, ics=text.raw, known=text) if text is not None and text.raw == self.ics else self


BARE_FIELDS: Final = tuple(
    each.name for each in fields(ResourceRow) if each.name not in ("ics", "certain", "share", "known")
)
"""The fields of a row that is read without its text."""


FEW_FIELDS: Final = ("etag", "schedule_tag", "component")
"""The fields of a member that clients ask for most, beside its text."""

ListedRow = tuple[Any, ...]
"""A member in a list: its name, then the requested fields."""


@dataclass(frozen=True, slots=True)
class Changes:
    """Changed members, and the calendar's state when they were read. ``server``: the start of PostgreSQL that answered.
    ``more``: there may be more of them."""

    server: int
    at: Moment
    rows: list[ListedRow]
    more: bool


@dataclass(frozen=True, slots=True)
class Found:
    """The rows that a PUT needs, read in one round trip.

    ``resource``: the resource of that name. ``same_uid``: the account's resources with ``uid``, in all calendars.
    """

    calendar: CalendarRow | None
    resource: ResourceRow | None
    same_uid: tuple[ResourceRow, ...]
    uid: str


class ResourceReads(Protocol):
    """Synchronous; called through threads. Each method is one round trip."""

    def resource(self, tenant: AccountId, calendar: str, href: str) -> ResourceRow | None:
        """The live resource, with its text; None without such a resource or calendar."""
        ...

    def find(self, tenant: AccountId, calendar: str, href: str, uid: str) -> Found: ...
    def resources(self, tenant: AccountId, calendar_id: UUID, hrefs: Sequence[str]) -> list[ResourceRow]: ...
    def members(self, tenant: AccountId, calendar_id: UUID, *, with_text: bool) -> Iterator[ResourceRow]:
        """Live members in ``seq`` order, streamed from a server-side cursor."""
        ...

    def listed(
        self, tenant: AccountId, calendar_id: UUID, columns: Sequence[str], *, component: str | None = None
    ) -> Iterator[list[ListedRow]]:
        """Live members by name, in pages, with only these fields of ResourceRow."""
        ...

    def changed(
        self, tenant: AccountId, calendar_id: UUID, columns: Sequence[str], since: int, limit: int, begun: int = 0
    ) -> Changes | None:
        """At most ``limit`` members with ``seq`` > ``since``, oldest first.

        Each member is its seq, whether it is a tombstone, its name, and the fields. ``begun``: the counter at which the
        client's first sync began; tombstones up to it are left out. None: no such calendar.
        """
        ...

    def changes(
        self, tenant: AccountId, calendar: str, since: int, limit: int, *, with_text: bool = False, begun: int = 0
    ) -> tuple[CalendarRow, list[ResourceRow]] | None:
        """The calendar and at most ``limit`` rows with ``seq`` > ``since``, oldest first, both of one moment.

        Tombstones are included, except those up to the counter ``begun``. None: no such calendar.
        """
        ...

    def overlapping(
        self,
        tenant: AccountId,
        calendar_id: UUID,
        start: datetime | None,
        end: datetime | None,
        component: str | None,
        *,
        zone: tzinfo | None = None,
        with_text: bool = True,
    ) -> Iterator[ResourceRow]:
        """Live members with an occurrence, or perhaps one, in [start, end).

        Floating times are taken in ``zone``; without one, they may match anywhere. ``with_text`` False: only rows that
        are not ``certain`` have their text.
        """
        ...

    def surplus(self, tenant: AccountId, inbox_id: UUID, *, keep: int, limit: int) -> list[UUID]:
        """The streams of the oldest messages in an inbox, beyond the newest ``keep``; at most ``limit`` of them."""
        ...

    def deletions(self, tenant: AccountId, since: datetime, limit: int) -> list[tuple[UUID, datetime]]:
        """The streams of the account's events that were deleted since then, and when last, the newest first. Some may
        be there again."""
        ...

    def calendar_deletions(self, tenant: AccountId, since: datetime, limit: int) -> list[tuple[UUID, datetime, int]]:
        """The calendars that were deleted since then, when, and at which position of the log; the newest first."""
        ...

    def newest_changed(self, tenant: AccountId, limit: int) -> list[UUID]:
        """The streams of the last changed events of the account, deleted ones among them, the newest first."""
        ...

    def by_uid(self, tenant: AccountId, uid: str) -> list[ResourceRow]: ...
    def latest_by_uid(self, tenant: AccountId, uid: str) -> ResourceRow | None:
        """The resource of that UID in any of the account's calendars, without text.

        It is a live one, else the newest tombstone.
        """
        ...

    def by_stream(self, tenant: AccountId, stream_id: UUID) -> ResourceRow | None: ...

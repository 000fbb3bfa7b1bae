"""Which resources does a calendar have, and what changed since a token?"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, fields, replace
from datetime import datetime, tzinfo
from typing import Any, Final, Protocol
from uuid import UUID

from televent.application.read_models.calendars import CalendarRow
from televent.application.read_models.share import Share
from televent.domain.ids import AccountId
from televent.ical.objects.calendar_text import CalendarText
from televent.ical.queries.occurs import Occurs


@dataclass(frozen=True, slots=True)
class PutResource:
    """A resource's row as it must now be; the recorder gives it the calendar's next ``seq``."""

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
    """The row must not stand yet (a tombstone of the same name gives way)."""


@dataclass(frozen=True, slots=True)
class RemoveResource:
    """The row becomes a tombstone with the calendar's next ``seq``."""

    tenant: AccountId
    calendar_id: UUID
    href: str
    stream_id: UUID
    modified_at: datetime


@dataclass(frozen=True, slots=True)
class ResourceRow:
    """``ics`` is None for tombstones and where only the list was asked for."""

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
    """The index alone says that it happens in the range that was asked for."""
    share: Share | None = None
    """Set where somebody else than the owner is looking."""
    known: CalendarText | None = field(default=None, repr=False, compare=False)
    """``ics`` with what was read of it, where somebody has read it."""

    @property
    def text(self) -> CalendarText:
        """``ics``, read no more than once as long as the row is passed on; empty where the row came without it."""
        if self.known is None or self.known.raw is not self.ics:
            object.__setattr__(self, "known", CalendarText(self.ics or b""))
        assert self.known is not None
        return self.known

    def once(self) -> CalendarText:
        """The text for a single look: unlike ``text``, it leaves no tree with a row that waits in a page."""
        held = self.known is not None and self.known.raw is self.ics
        return self.text if held else CalendarText(self.ics or b"")

    def bare(self) -> ResourceRow:
        """The same row without what was read of its text, to wait in a page."""
        return replace(self, known=None)

    def knowing(self, text: CalendarText | None) -> ResourceRow:
        """The same row. Where its text has the bytes of ``text``, it is that one: nothing is read again."""
        return replace(self, ics=text.raw, known=text) if text is not None and text.raw == self.ics else self


BARE_FIELDS: Final = tuple(
    each.name for each in fields(ResourceRow) if each.name not in ("ics", "certain", "share", "known")
)
"""The fields of a row that is read without its text."""


ListedRow = tuple[Any, ...]
"""A member in a list: its name, then the fields that were asked for."""


@dataclass(frozen=True, slots=True)
class Found:
    """What a PUT must know, in one round trip: the calendar, what stands under the name, what holds the UID in the
    same calendar, and what holds it elsewhere in the account."""

    calendar: CalendarRow | None
    resource: ResourceRow | None
    same_uid: tuple[ResourceRow, ...]


class ResourceReads(Protocol):
    """Synchronous; called through threads. Each method is one round trip."""

    def resource(self, tenant: AccountId, calendar: str, href: str) -> ResourceRow | None:
        """The live resource, with its text; None where it, or the calendar, is not there."""
        ...

    def find(self, tenant: AccountId, calendar: str, href: str, uid: str) -> Found: ...
    def resources(self, tenant: AccountId, calendar_id: UUID, hrefs: Sequence[str]) -> list[ResourceRow]: ...
    def members(self, tenant: AccountId, calendar_id: UUID, *, with_text: bool) -> Iterator[ResourceRow]:
        """Live members in ``seq`` order, streamed from a server-side cursor."""
        ...

    def listed(
        self, tenant: AccountId, calendar_id: UUID, columns: Sequence[str], *, component: str | None = None
    ) -> Iterator[list[ListedRow]]:
        """Live members by name, in pages, with no more than these fields of ResourceRow."""
        ...

    def changed(
        self, tenant: AccountId, calendar_id: UUID, columns: Sequence[str], since: int, limit: int, begun: int = 0
    ) -> tuple[list[ListedRow], bool] | None:
        """Up to ``limit`` members with ``seq`` > ``since``, oldest first, each with its seq and whether it is a
        tombstone before name and fields; and whether there may be more. Tombstones up to the counter ``begun`` are
        left out. None: no such calendar."""
        ...

    def changes(
        self, tenant: AccountId, calendar: str, since: int, limit: int, *, with_text: bool = False, begun: int = 0
    ) -> tuple[CalendarRow, list[ResourceRow]] | None:
        """The calendar as it stands and at most ``limit`` rows with ``seq`` > ``since``, oldest first, of one moment
        (one statement). Tombstones are included, those up to the counter ``begun`` left out. None: no such
        calendar."""
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
        """Live members that happen, or may happen, in [start, end). Floating times are read in ``zone``; without one
        they may be anywhere. ``with_text`` False: only what is not certain comes with its text."""
        ...

    def surplus(self, tenant: AccountId, inbox_id: UUID, *, keep: int, limit: int) -> list[UUID]:
        """The streams of an inbox's messages beyond the ``keep`` that came last, at most ``limit`` of them."""
        ...

    def by_uid(self, tenant: AccountId, uid: str) -> list[ResourceRow]: ...
    def latest_by_uid(self, tenant: AccountId, uid: str) -> ResourceRow | None:
        """The resource of that UID in any of the account's calendars, without text: a live one, else the tombstone that
        was written last."""
        ...

    def by_stream(self, tenant: AccountId, stream_id: UUID) -> ResourceRow | None: ...

"""What the application needs of the world outside, by role."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, fields
from datetime import datetime, tzinfo
from typing import Any, Final, Protocol
from uuid import UUID

from televent.application.company_rows import CompanyReads, KeepCompany, PutFreeBusy
from televent.application.share_rows import Acquaintance, MountRow, PutMount, PutOverlay, Share
from televent.domain.ids import AccountId, StreamKey
from televent.ical.queries.occurs import Occurs


# ---- What one transaction writes beside its facts ------------------------------------------------------------------
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
class BuryResource:
    """The row becomes a tombstone with the calendar's next ``seq``."""

    tenant: AccountId
    calendar_id: UUID
    href: str
    stream_id: UUID
    modified_at: datetime


@dataclass(frozen=True, slots=True)
class PutCalendar:
    tenant: AccountId
    calendar_id: UUID
    name: str
    components: tuple[str, ...]
    props: Mapping[str, str]
    shares: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    """Who else it is granted to (domain.sharing.Grant), by account id."""


@dataclass(frozen=True, slots=True)
class BuryCalendar:
    """The calendar is marked deleted; its resource rows and tombstones go."""

    tenant: AccountId
    calendar_id: UUID


@dataclass(frozen=True, slots=True)
class ExpectCalendar:
    """Nothing is written: the calendar must stand at this ``seq``, else all of it is a StaleStream."""

    tenant: AccountId
    calendar_id: UUID
    seq: int


@dataclass(frozen=True, slots=True)
class PutAccount:
    tenant: AccountId
    telegram_id: int | None
    name: str
    timezone: str
    locale: str
    preferences: Mapping[str, Any]
    default_calendar: UUID | None
    opened_at: datetime
    """Kept from the first write."""


@dataclass(frozen=True, slots=True)
class PutPrincipal:
    tenant: AccountId
    props: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class PutAddress:
    tenant: AccountId
    address: str
    verified: bool
    primary: bool
    code_hash: str | None
    code_until: datetime | None


@dataclass(frozen=True, slots=True)
class PutDevice:
    tenant: AccountId
    device_id: UUID
    name: str
    hash: str
    created_at: datetime


@dataclass(frozen=True, slots=True)
class DropDevice:
    tenant: AccountId
    device_id: UUID


Write = (
    PutResource
    | BuryResource
    | PutCalendar
    | BuryCalendar
    | ExpectCalendar
    | PutMount
    | PutOverlay
    | PutAccount
    | PutPrincipal
    | PutFreeBusy
    | KeepCompany
    | PutAddress
    | PutDevice
    | DropDevice
)


@dataclass(frozen=True, slots=True)
class OutboxMessage:
    """An effect owed to the world. ``key`` is unique per tenant: the same effect is never owed twice."""

    outbox_id: UUID
    kind: str
    key: str
    payload: Mapping[str, Any]
    due_at: datetime


# ---- Why a transaction did not happen ------------------------------------------------------------------------------
class Conflict(Exception):
    """Somebody else was first: load again and decide again."""


class StaleStream(Conflict):
    """The stream has grown since it was loaded."""


class HrefTaken(Conflict):
    """A resource of that name appeared meanwhile."""


class UidTaken(Conflict):
    """The UID stands in that calendar under another name."""


class NameTaken(Conflict):
    """A calendar of that name appeared meanwhile, or the address or Telegram id is another account's."""


# ---- What is read back ---------------------------------------------------------------------------------------------
@dataclass(frozen=True, slots=True)
class CalendarRow:
    """``share`` is set where somebody else than the owner is looking; then ``tenant`` is still the owner, and ``props``
    and ``name`` are as that person sees them."""

    tenant: AccountId
    calendar_id: UUID
    name: str
    seq: int
    floor_seq: int
    components: tuple[str, ...]
    props: Mapping[str, str]
    incarnation: str
    """Which life of the data ``seq`` counts in: another after a restore from a backup."""
    shares: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    share: Share | None = None


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


BARE_FIELDS: Final = tuple(each.name for each in fields(ResourceRow) if each.name not in ("ics", "certain", "share"))
"""The fields of a row that is read without its text."""

ListedRow = tuple[Any, ...]
"""A member in a list: its name, then the fields that were asked for."""


@dataclass(frozen=True, slots=True)
class DeviceRow:
    device_id: UUID
    name: str
    hash: str
    created_at: datetime
    last_used_at: datetime | None


@dataclass(frozen=True, slots=True)
class AccountRow:
    tenant: AccountId
    telegram_id: int | None
    name: str
    timezone: str
    locale: str
    preferences: Mapping[str, Any]
    default_calendar: UUID | None
    addresses: tuple[str, ...] = ()
    """Verified ones, the primary first."""
    devices: tuple[DeviceRow, ...] = field(default=())


class Reads(CompanyReads, Protocol):
    """The inline read models. Synchronous; called through threads. Each method is one round trip."""

    def calendars(self, tenant: AccountId) -> list[CalendarRow]: ...
    def collections(self, tenant: AccountId) -> list[CalendarRow]:
        """The account's calendars, and its inbox among them."""
        ...

    def calendar(self, tenant: AccountId, name: str) -> CalendarRow | None:
        """The calendar of that name; the inbox too is found by its name."""
        ...

    def calendar_of(self, tenant: AccountId, calendar_id: UUID) -> CalendarRow | None: ...
    def mount(self, tenant: AccountId, share_id: UUID) -> CalendarRow | None:
        """Somebody else's calendar that this account has accepted and is still granted."""
        ...

    def mounts(self, tenant: AccountId) -> list[CalendarRow]: ...
    def granted(self, owner: AccountId, calendar: str, sharee: AccountId) -> CalendarRow | None:
        """The owner's calendar of that name as ``sharee`` sees it, accepted or not; None where nothing is granted."""
        ...

    def overlays(self, share: Share, stream_ids: Sequence[UUID]) -> dict[UUID, bytes]:
        """What is the other person's own in these events, where he has something of his own."""
        ...

    def overlaid(self, share: Share, calendar_id: UUID, since: int, limit: int) -> list[tuple[int, ResourceRow]]:
        """Live events, with text, of which something became his own after ``since``; with the share's counter then."""
        ...

    def shares_of(self, tenant: AccountId) -> list[MountRow]:
        """Everything that was ever offered to this account."""
        ...

    def acquaintances(self, tenant: AccountId) -> list[Acquaintance]:
        """The other sides of what is shared with this account and by it, a bounded number of them."""
        ...

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
        self, tenant: AccountId, calendar_id: UUID, columns: Sequence[str], since: int, limit: int, buried: int = 0
    ) -> tuple[list[ListedRow], bool] | None:
        """Up to ``limit`` members with ``seq`` > ``since``, oldest first, each with its seq and whether it is a
        tombstone before name and fields; and whether there may be more. Tombstones up to the counter ``buried`` are
        left out. None: no such calendar."""
        ...

    def changes(
        self, tenant: AccountId, calendar: str, since: int, limit: int, *, with_text: bool = False, buried: int = 0
    ) -> tuple[CalendarRow, list[ResourceRow]] | None:
        """The calendar as it stands and at most ``limit`` rows with ``seq`` > ``since``, oldest first, of one moment
        (one statement). Tombstones are included, those up to the counter ``buried`` left out. None: no such
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
    def account(self, tenant: AccountId) -> AccountRow | None: ...
    def principal_props(self, tenant: AccountId) -> Mapping[str, str]: ...
    def account_by_telegram(self, telegram_id: int) -> AccountRow | None: ...
    def account_by_address(self, address: str) -> AccountRow | None:
        """By verified address."""
        ...

    def accounts_of(
        self, telegram_ids: Sequence[int], addresses: Sequence[str], tenants: Sequence[AccountId] = ()
    ) -> list[AccountRow]:
        """The accounts of these Telegram users, of these verified addresses, and of these ids."""
        ...

    def accounts_with(self, tenants: Sequence[AccountId]) -> list[AccountRow]:
        """The accounts of these ids."""
        ...

    def accounts(self) -> list[AccountRow]: ...
    def note_device_used(self, tenant: AccountId, device_id: UUID, now: datetime) -> None:
        """At most one write per device and five minutes."""
        ...


@dataclass(frozen=True, slots=True)
class Found:
    """What a PUT must know, in one round trip: the calendar, what stands under the name, what holds the UID in the
    same calendar, and what holds it elsewhere in the account."""

    calendar: CalendarRow | None
    resource: ResourceRow | None
    same_uid: tuple[ResourceRow, ...]


class Clock(Protocol):
    def __call__(self) -> datetime: ...


class Ids(Protocol):
    def __call__(self) -> UUID: ...


@dataclass(frozen=True, slots=True)
class Append:
    """Facts for one stream, decided on its state at ``expected`` (its version, 0 for a new stream)."""

    key: StreamKey
    expected: int
    facts: Sequence[object]

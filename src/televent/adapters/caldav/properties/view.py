"""What a property is read from: one resource as one person sees it in one request."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import ClassVar
from uuid import UUID

from televent.adapters.caldav.properties.scheduling_privileges import Asking
from televent.adapters.caldav.tree import PREFIX, Kind, Target, encode
from televent.application.push import Offer
from televent.application.read_models.accounts import AccountRow
from televent.application.read_models.calendars import CalendarRow
from televent.application.read_models.resources import ResourceRow
from televent.application.read_models.share import Share


@dataclass(frozen=True, slots=True)
class Quota:
    """Octets that an account's attachments may take, and take."""

    limit: int
    used: int


@dataclass(slots=True)
class Person:
    """Who asks. ``home`` spells the user as the request did, so that one answer's paths agree with the path asked."""

    account: AccountRow
    addresses: tuple[str, ...]
    home: str
    own: Mapping[str, str] = field(default_factory=dict)
    """What has been set on home and inbox, where it was asked for (properties.own)."""
    elsewhere: dict[str, str] = field(default_factory=dict)
    """Paths of collections that were named by their owner's URL, by their name here."""
    device: UUID | None = None
    """The device that signed in."""
    push: Offer | None = None
    """None: WebDAV-Push is not to be had."""
    quotas: dict[UUID, Quota] = field(default_factory=dict)
    """By account, where they were asked for: one's own, and those of people who share with one."""

    @property
    def principal(self) -> str:
        """The canonical path of principal and home."""
        return f"{PREFIX}{self.account.tenant}/"

    def collection(self, name: str) -> str:
        """The path of one of this person's collections."""
        return self.elsewhere.get(name) or f"{self.home}{encode(name)}/"


@dataclass(slots=True)
class View:
    """A resource that has no row of its own: a root, the home, the inbox, the outbox."""

    kind: Kind
    href: str
    person: Person
    default_calendar: str | None = None
    """The name of the person's default calendar, where it was asked for."""
    calendars: Sequence[CalendarRow] | None = None
    """What in the home can change, where it was asked for: its calendars, and the inbox."""


@dataclass(slots=True)
class InboxView(View):
    """The scheduling inbox: it has a counter like a calendar."""

    row: CalendarRow | None = None
    asking: Asking | None = None
    """Who may ask when the person is busy, where it was asked for."""


@dataclass(slots=True)
class CalendarView:
    """A calendar collection."""

    kind: ClassVar[Kind] = Kind.CALENDAR
    href: str
    person: Person
    row: CalendarRow


@dataclass(slots=True)
class ObjectView:
    """A calendar object resource."""

    kind: ClassVar[Kind] = Kind.OBJECT
    href: str
    person: Person
    row: ResourceRow


@dataclass(slots=True)
class NotificationView:
    """A notification about a share (CalendarServer's notifications). ``said``: its kind, as an empty element."""

    kind: ClassVar[Kind] = Kind.NOTIFICATION
    href: str
    person: Person
    said: str
    text: bytes
    etag: str
    modified_at: datetime


AnyView = View | CalendarView | ObjectView | NotificationView


def share_of(view: AnyView) -> Share | None:
    """How it is shared with the person who asks; None for one's own."""
    return view.row.share if isinstance(view, CalendarView | ObjectView) else None


def owner_of(view: AnyView) -> str:
    """The principal to whom a resource belongs."""
    share = share_of(view)
    return view.person.principal if share is None else f"{PREFIX}{share.owner}/"


def sync_token(row: CalendarRow, seq: int, begun: int = 0) -> str:
    """A sync token is a URI that names the calendar, the incarnation of the data and the counter (RFC 6578 §4); within
    a first walk also the counter at which that began."""
    walk = f"-{begun}" if seq < begun else ""
    return f"data:,televent/{row.calendar_id}/{row.incarnation}/{seq}{walk}"


def sync_token_of(row: CalendarRow) -> str:
    """The token of a calendar as it stands; somebody else's has two counters (reports.shared_sync)."""
    return f"data:,televent/{ctag(row)}"


def ctag(row: CalendarRow) -> str:
    """Changes with every change to a member, and with nothing else."""
    if row.share is not None:
        return f"{row.share.share_id}/{row.incarnation}/{row.seq}.{row.share.seq}"
    return f"{row.calendar_id}/{row.incarnation}/{row.seq}"


def root_view(target: Target, person: Person) -> View:
    """The view of a target that has no row."""
    return View(target.kind, target.path, person)

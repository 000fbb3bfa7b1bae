"""The views that properties are read from: one resource as one person sees it in one request."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import ClassVar
from uuid import UUID

from televent.adapters.caldav.properties.scheduling_privileges import FreeBusyAudience
from televent.adapters.caldav.tree import PREFIX, Kind, Target, encode
from televent.application.past.names import PastName
from televent.application.push import Offer
from televent.application.read_models.accounts import AccountRow
from televent.application.read_models.calendars import CalendarRow
from televent.application.read_models.resources import ResourceRow
from televent.application.read_models.share import Share


@dataclass(frozen=True, slots=True)
class Quota:
    """Max bytes of an account's attachments, and the bytes that they use."""

    limit: int
    used: int


@dataclass(slots=True)
class Person:
    """The person who made the request. ``home`` is the path of their home with the user as the request wrote it, so
    that the paths in the answer match the request's URL."""

    account: AccountRow
    find_addresses: Callable[[AccountRow], tuple[str, ...]]
    home: str
    own: Mapping[str, str] = field(default_factory=dict)
    """The stored properties of home and inbox (properties.own); empty if the request does not need them."""
    elsewhere: dict[str, str] = field(default_factory=dict)
    """The paths of shared calendars that the request named by their owner's URL, by their name in this home."""
    device: UUID | None = None
    """The device that signed in."""
    push: Offer | None = None
    """None: WebDAV-Push is not offered."""
    past: PastName | None = None
    """Set where the request names a calendar of the past, or something in one."""
    quotas: dict[UUID, Quota] = field(default_factory=dict)
    """The quotas of the person and of the owners who share with them, by account; empty if the request does not need
    them."""

    @property
    def addresses(self) -> tuple[str, ...]:
        """Every address of the person, former ones too. Most requests need none."""
        return self.find_addresses(self.account)

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
    """The name of the person's default calendar; None if the request does not need it."""
    calendars: Sequence[CalendarRow] | None = None
    """The calendars and the inbox of the home; None if the request does not need them."""


@dataclass(slots=True)
class InboxView(View):
    """The scheduling inbox. It has a row with a counter like a calendar."""

    row: CalendarRow | None = None
    audience: FreeBusyAudience | None = None
    """The accounts that may read the person's free/busy times; None if the request does not need them."""


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
    """A notification about a share (CalendarServer's notifications). ``notice_type`` is its kind, as an empty
    element."""

    kind: ClassVar[Kind] = Kind.NOTIFICATION
    href: str
    person: Person
    notice_type: str
    text: bytes
    etag: str
    modified_at: datetime


AnyView = View | CalendarView | ObjectView | NotificationView


def share_of(view: AnyView) -> Share | None:
    """The share that gives the person access to the resource; None for their own."""
    return view.row.share if isinstance(view, CalendarView | ObjectView) else None


def owner_of(view: AnyView) -> str:
    """The path of the owner's principal."""
    share = share_of(view)
    return view.person.principal if share is None else f"{PREFIX}{share.owner}/"


def root_view(target: Target, person: Person) -> View:
    """The view of a target that has no row."""
    return View(target.kind, target.path, person)

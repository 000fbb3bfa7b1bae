"""What a property is read from: one resource as one person sees it in one request."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar
from uuid import UUID

from televent.adapters.caldav.tree import PREFIX, Kind, Target, encode
from televent.application.ports import AccountRow, CalendarRow, ResourceRow


@dataclass(slots=True)
class Person:
    """Who asks. ``home`` spells the user as the request did, so that one answer's paths agree with the path asked."""

    account: AccountRow
    addresses: tuple[str, ...]
    home: str

    @property
    def principal(self) -> str:
        """The canonical path of principal and home."""
        return f"{PREFIX}{self.account.tenant}/"

    def collection(self, name: str) -> str:
        """The path of one of this person's collections."""
        return f"{self.home}{encode(name)}/"


@dataclass(slots=True)
class View:
    """A resource that has no row of its own: a root, the home, the inbox, the outbox."""

    kind: Kind
    href: str
    person: Person
    default_calendar: str | None = None
    """The name of the person's default calendar, where it was asked for."""


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


AnyView = View | CalendarView | ObjectView


def sync_token(calendar_id: UUID, seq: int) -> str:
    """A sync token is a URI that names the calendar and its counter (RFC 6578 §4)."""
    return f"data:,televent/{calendar_id}/{seq}"


def ctag(row: CalendarRow) -> str:
    """Changes with every change to a member, and with nothing else."""
    return f"{row.calendar_id}/{row.seq}"


def root_view(target: Target, person: Person) -> View:
    """The view of a target that has no row."""
    return View(target.kind, target.path, person)

"""Calendars as JSON: their properties are those that calendar apps see, in the stored form, which is XML."""

from __future__ import annotations

import html
from typing import Annotated, Final, Literal
from uuid import UUID

import msgspec
from msgspec import UNSET, Meta, UnsetType

from televent.adapters.rest.mapping.shapes import ZoneName
from televent.adapters.rest.mapping.times import zone_of
from televent.application.calendar_colours import COLOUR, colour_of
from televent.application.read_models.calendars import CalendarRow
from televent.application.use_cases.calendars.sharing import DISPLAY_NAME, title_of
from televent.ical.objects.zone_references import tzid_of
from televent.ical.text.characters import clean

_CALDAV: Final = "{urn:ietf:params:xml:ns:caldav}"
DESCRIPTION: Final = f"{_CALDAV}calendar-description"
ZONE_ID: Final = f"{_CALDAV}calendar-timezone-id"
ZONE: Final = f"{_CALDAV}calendar-timezone"
ORDER: Final = "{http://apple.com/ns/ical/}calendar-order"

Name = Annotated[str, Meta(min_length=1, max_length=256, pattern=r"\S", examples=["Work"])]
Colour = Annotated[str, Meta(pattern=r"^#[0-9A-Fa-f]{6}([0-9A-Fa-f]{2})?$", examples=["#1a73c9"])]
Text = Annotated[str, Meta(max_length=10_000)]
Role = Literal["reader", "writer", "manager"]
ROLES: Final[tuple[Role, ...]] = ("reader", "writer", "manager")
Order = Annotated[int, Meta(ge=-1_000_000, le=1_000_000)]


class Calendar(msgspec.Struct, frozen=True, kw_only=True):
    """A calendar. ``default``: new events and invitations go there. ``access``: "owner", or what its owner grants.
    ``owner_name``: of a shared calendar. ``team_role``: the person's in a team calendar, else null. ``components``: the
    kinds of entries that it takes."""

    id: UUID
    name: str
    colour: str
    description: str
    time_zone: str | None
    order: int | None
    default: bool
    access: Literal["owner", "read", "read-write"]
    owner_name: str | None
    team_role: Role | None
    components: tuple[str, ...]


class CalendarFields(msgspec.Struct, frozen=True, kw_only=True):
    """The values of a calendar in a request. A field that is not there stays as it is; null removes a value. Fields
    that are only read are ignored."""

    name: Name | UnsetType = UNSET
    colour: Colour | UnsetType = UNSET
    description: Text | UnsetType | None = UNSET
    time_zone: ZoneName | UnsetType | None = UNSET
    order: Order | UnsetType | None = UNSET
    default: bool | UnsetType = UNSET


class NewCalendar(CalendarFields, frozen=True, kw_only=True):
    """A new calendar. Without ``colour`` it gets one that the others have not."""

    name: Name


def calendar_of(row: CalendarRow, default: UUID | None) -> Calendar:
    """The calendar as its reader sees it. ``default``: the id of the person's default calendar."""
    share = row.share
    order = row.props.get(ORDER, "").strip()
    return Calendar(
        id=row.calendar_id,
        name=title_of(row),
        colour=colour_in(row),
        description=description_in(row),
        time_zone=zone_in(row),
        order=int(order) if order.lstrip("-").isdecimal() and order.isascii() and len(order) < 10 else None,
        default=row.calendar_id == default,
        access="owner" if share is None else "read-write" if share.access == "read-write" else "read",
        owner_name=share.owner_name if share is not None else None,
        team_role=role_of(share.role) if share is not None else None,
        components=row.components,
    )


def role_of(role: str) -> Role | None:
    """The role of a member of a team calendar; None for any other text."""
    return next((each for each in ROLES if each == role), None)


def colour_in(row: CalendarRow) -> str:
    """The calendar's colour, or the one that it has without one."""
    return _text(row, COLOUR) or colour_of(row.calendar_id)


def description_in(row: CalendarRow) -> str:
    """The calendar's description."""
    return _text(row, DESCRIPTION)


def zone_in(row: CalendarRow) -> str | None:
    """The calendar's time zone; None without one."""
    return _text(row, ZONE_ID) or tzid_of(_text(row, ZONE).encode())


def properties(given: CalendarFields) -> tuple[dict[str, str], frozenset[str]]:
    """The properties to set, in the stored form, and those to remove. Raises ValidationException."""
    wanted: dict[str, str | None] = {}
    if not isinstance(given.name, UnsetType):
        wanted[DISPLAY_NAME] = " ".join(given.name.split())
    if not isinstance(given.colour, UnsetType):
        wanted[COLOUR] = given.colour
    if not isinstance(given.description, UnsetType):
        wanted[DESCRIPTION] = given.description or None
    if not isinstance(given.order, UnsetType):
        wanted[ORDER] = None if given.order is None else str(given.order)
    if not isinstance(given.time_zone, UnsetType):
        zone_of(given.time_zone, "time_zone")
        wanted[ZONE_ID], wanted[ZONE] = given.time_zone, None
    put = {name: html.escape(clean(value), quote=False) for name, value in wanted.items() if value is not None}
    # A property's XML attributes, such as a language, are about the old value.
    return put, frozenset(
        {*(name for name, value in wanted.items() if value is None), *(f"@{name}" for name in wanted)}
    )


def _text(row: CalendarRow, name: str) -> str:
    return html.unescape(row.props.get(name, "")).strip()

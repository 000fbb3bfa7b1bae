"""calendar-multiget (RFC 4791 §7.9): the properties of the objects that the client names."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from itertools import groupby
from typing import Final
from urllib.parse import urlsplit

from televent.adapters.caldav.door.door import Door
from televent.adapters.caldav.http import MAX_AT_ONCE, Request, Response, xml_response
from televent.adapters.caldav.properties.asked import Asked
from televent.adapters.caldav.properties.listing import Form
from televent.adapters.caldav.properties.view import ObjectView, Person
from televent.adapters.caldav.reports import calendar_data
from televent.adapters.caldav.reports.named_hrefs import usual_hrefs
from televent.adapters.caldav.reports.query import asked_of
from televent.adapters.caldav.reports.zone import floating_zone
from televent.adapters.caldav.tree import BadPath, Kind, Target, encode, parse, plain
from televent.adapters.caldav.webdav.media_types import charset_of
from televent.adapters.caldav.webdav.names import d
from televent.adapters.caldav.webdav.xml_in import Element, children, name_of, text_of
from televent.adapters.caldav.webdav.xml_out import multistatus, status_response, streamed
from televent.application.read_models.calendars import CalendarRow
from televent.application.read_models.past import PastCalendar
from televent.application.read_models.resources import FEW_FIELDS
from televent.application.shared_view import share_named

PAGE: Final = 200
"""Max objects that are read at once. The request may name more."""
FEW: Final = 100
"""Max objects that are read and written on the event loop."""
MAX_HREF: Final = 16 * 1024
"""Max characters of an href that may name an object: no name is longer than 255 characters."""

_FIELDS: Final = (*FEW_FIELDS, "ics")
"""The fields of a member that is read on the event loop, after its name."""
Named = tuple[str, str | None]
"""The path of an object and its name; an href that names none, and None."""
_NO_NAMES: Final = frozenset({"", ".", ".."})
"""Segments that need no percent-encoding, and yet are no names of objects."""


async def calendar_multiget(door: Door, request: Request, person: Person, root: Element) -> Response:
    """207 with one response for each href; a missing object gets a 404 inside. The Depth header is ignored (§7.9)."""
    data = calendar_data.requested(root)
    # Many hrefs, or long ones, take a thread some time, and the event loop too much.
    apart = len(root) > FEW or len(request.body) > MAX_AT_ONCE
    wanted = await door.run(_wanted, root, request, person) if apart else _wanted(root, request, person)
    calendars: dict[str, CalendarRow] = {}
    if request.target.kind is not Kind.HOME:
        row = await door.calendar(request, person)
        calendars[row.name] = row
    else:
        calendars = {row.name: row for row in await door.home_calendars(person)}
    floating = floating_zone(None, calendars.get(request.target.calendar), person)
    asked = asked_of(root, request, data, floating)

    named: list[Named] = [(target.path, target.name) if target is not None else (href, None) for href, target in wanted]
    if (few := await _few(door, request, person, calendars.get(request.target.calendar), asked, named)) is not None:
        return xml_response(207, multistatus(few), request)

    def responses() -> Iterator[str]:
        for start in range(0, len(wanted), PAGE):
            page = wanted[start : start + PAGE]
            rows = {
                (name, row.href): row
                for name, calendar in calendars.items()
                if (names := [target.name for _, target in page if target is not None and target.calendar == name])
                for row in door.some(calendar, names)
            }
            for href, target in page:
                found = rows.get((target.calendar, target.name)) if target is not None else None
                if found is None or target is None:
                    yield status_response(target.path if target is not None else href, 404)
                else:
                    yield asked.response(ObjectView(target.path, person, found))

    return xml_response(207, streamed(responses()), request)


async def usual_multiget(door: Door, request: Request, person: Person) -> Response | None:
    """The answer to a calendar-multiget of few objects in one of the person's own calendars, as most are. None: the
    request is another one, or a thread has to answer it."""
    target = request.target
    if target.kind is not Kind.CALENDAR or request.granted or person.past or share_named(target.calendar):
        return None
    usual = usual_hrefs(request.body, charset_of(request.headers.get("content-type", "")))
    if usual is None:
        return None
    root, hrefs = usual
    start = target.path
    hrefs = list(dict.fromkeys(map(request.public_path.inner, hrefs)))
    names = [each[len(start) :] for each in hrefs if each.startswith(start)]
    if len(names) != len(hrefs) or len(names) > FEW or not plain("".join(names)) or not _NO_NAMES.isdisjoint(names):
        return None
    row = await door.calendar(request, person)
    asked = asked_of(root, request, calendar_data.requested(root), floating_zone(None, row, person))
    few = await _few(door, request, person, row, asked, list(zip(hrefs, names, strict=True)))
    return None if few is None else xml_response(207, multistatus(few), request)


async def _few(
    door: Door,
    request: Request,
    person: Person,
    row: CalendarRow | None,
    asked: Asked,
    wanted: Sequence[Named],
) -> list[str] | None:
    """The responses, read and written without a thread; None: a thread has to do it. Most requests name a few short
    objects, and want them as they are stored."""
    if len(wanted) > FEW or row is None or row.share is not None or isinstance(row, PastCalendar):
        return None
    start, listing = request.target.path, asked.listing(request.target.path, person)
    if not isinstance(listing, Form) or not set(listing.columns) <= set(_FIELDS):
        return None
    names = [name for _, name in wanted if name is not None]
    # The listing writes the objects of one path.
    if any(name is not None and path != start + encode(name) for path, name in wanted):
        return None
    members = await door.few_members(row, names) if names else []
    if members is None:
        return None
    places = [0, *(1 + _FIELDS.index(each) for each in listing.columns)]
    found = {member[0]: tuple([member[place] for place in places]) for member in members}
    responses: list[str] = []
    for there, run in groupby(wanted, lambda each: each[1] in found):
        if there:
            responses += listing.written([found[name] for _, name in run if name is not None])
        else:
            responses += [status_response(path, 404) for path, _ in run]
    return responses


def _wanted(root: Element, request: Request, person: Person) -> list[tuple[str, Target | None]]:
    """The hrefs of a body, each with the object that it names."""
    hrefs = [text_of(each).strip() for each in children(root) if name_of(each) == d("href")]
    # RFC 4918 §14.16: a resource is answered once, even if the client names it several times or in several spellings.
    named = ((href, _target(href, request, person)) for href in hrefs)
    return list({target.path if target is not None else href: (href, target) for href, target in named}.values())


def _target(href: str, request: Request, person: Person) -> Target | None:
    """The object that an href names; None if it is not an object below the request's URL."""
    if len(href) > MAX_HREF:
        return None  # urlsplit would keep it.
    try:
        target = parse(urlsplit(href).path)
    except (BadPath, ValueError):
        return None
    if target is None or target.kind not in (Kind.OBJECT, Kind.INBOX_ITEM):
        return None
    if request.granted is not None:
        # The request names the calendar by its owner's URL, so its members' hrefs begin with that URL as well.
        collection = person.collection(request.granted.name)
        if not target.path.startswith(collection):
            return None
        target = replace(target, calendar=request.granted.name)
    elif target.user.lower() not in (request.target.user.lower(), str(person.account.tenant)):
        return None
    if request.target.kind in (Kind.OBJECT, Kind.INBOX_ITEM) and target.name != request.target.name:
        return None
    return target

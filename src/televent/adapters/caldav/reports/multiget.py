"""calendar-multiget (RFC 4791 §7.9): the properties of the objects that the client names."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Final
from urllib.parse import urlsplit

from televent.adapters.caldav.door.door import Door
from televent.adapters.caldav.http import Request, Response, xml_response
from televent.adapters.caldav.properties.view import ObjectView, Person
from televent.adapters.caldav.reports import calendar_data
from televent.adapters.caldav.reports.query import asked_of
from televent.adapters.caldav.reports.zone import floating_zone
from televent.adapters.caldav.tree import BadPath, Kind, Target, parse
from televent.adapters.caldav.webdav.names import d
from televent.adapters.caldav.webdav.xml_in import Element, children, name_of, text_of
from televent.adapters.caldav.webdav.xml_out import status_response, streamed
from televent.application.read_models.calendars import CalendarRow

PAGE: Final = 200
"""Max objects that are read at once. The request may name more."""


async def calendar_multiget(door: Door, request: Request, person: Person, root: Element) -> Response:
    """207 with one response for each href; a missing object gets a 404 inside. The Depth header is ignored (§7.9)."""
    data = calendar_data.requested(root)
    hrefs = [text_of(each).strip() for each in children(root) if name_of(each) == d("href")]
    # RFC 4918 §14.16: a resource is answered once, even if the client names it several times or in several spellings.
    named = ((href, _target(href, request, person)) for href in hrefs)
    wanted = list({target.path if target is not None else href: (href, target) for href, target in named}.values())
    calendars: dict[str, CalendarRow] = {}
    if request.target.kind is not Kind.HOME:
        row = await door.calendar(request, person)
        calendars[row.name] = row
    else:
        calendars = {row.name: row for row in await door.home_calendars(person)}
    floating = floating_zone(None, calendars.get(request.target.calendar), person)
    asked = asked_of(root, request, data, floating)

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


def _target(href: str, request: Request, person: Person) -> Target | None:
    """The object that an href names; None if it is not an object below the request's URL."""
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

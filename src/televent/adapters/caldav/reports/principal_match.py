"""principal-match (RFC 3744 §9.3): the resources in a collection that are the client's principal or refer to it."""

from __future__ import annotations

from televent.adapters.caldav.door.door import Door
from televent.adapters.caldav.errors import DavError
from televent.adapters.caldav.http import Request, Response, xml_response
from televent.adapters.caldav.properties.asked import Asked, property_names
from televent.adapters.caldav.properties.table import BY_KIND
from televent.adapters.caldav.properties.view import AnyView, CalendarView, Person, View, root_view
from televent.adapters.caldav.tree import INBOX, OUTBOX, Kind
from televent.adapters.caldav.webdav.names import d
from televent.adapters.caldav.webdav.xml_in import Element, child, children, name_of
from televent.adapters.caldav.webdav.xml_out import href, multistatus


async def principal_match(door: Door, request: Request, person: Person, root: Element) -> Response:
    """207 with the matching collections. Objects are not searched, because an object has the owner of its calendar.
    Raises DavError 400."""
    if request.depth("0") != "0":
        raise DavError(400, text="Depth must be 0 (RFC 3744 §9.3).")
    own, pointing = child(root, d("self")), child(root, d("principal-property"))
    if (own is None) == (pointing is None):
        raise DavError(400, text="Ask for one of self and principal-property.")
    prop = child(root, d("prop"))
    asked = Asked(property_names(prop) if prop is not None else (), minimal=request.minimal)
    home = View(Kind.HOME, person.principal, person)
    if pointing is None:
        return xml_response(207, multistatus((asked.response(home),)), request)
    names = [name_of(each) for each in children(pointing)]
    if len(names) != 1:
        raise DavError(400, text="principal-property names one property.")
    views: list[AnyView] = [home] if request.target.kind is Kind.ROOT else [root_view(request.target, person)]
    views += [CalendarView(person.collection(row.name), person, row) for row in await door.home_calendars(person)]
    views += [View(Kind.INBOX, person.collection(INBOX), person), View(Kind.OUTBOX, person.collection(OUTBOX), person)]
    found = [asked.response(view) for view in views if _points_at(person, view, names[0])]
    return xml_response(207, multistatus(found), request)


def _points_at(person: Person, view: AnyView, name: str) -> bool:
    live = BY_KIND[view.kind].get(name)
    content = live.getters[view.kind](view) if live is not None else None
    return content is not None and href(person.principal) in content

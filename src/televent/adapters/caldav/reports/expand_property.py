"""expand-property (RFC 3253 §3.8): replaces hrefs inside a property by the properties of the resources they name."""

from __future__ import annotations

import re

from televent.adapters.caldav.door.door import Door, check_access
from televent.adapters.caldav.errors import DavError
from televent.adapters.caldav.http import Request, Response, xml_response
from televent.adapters.caldav.properties.live import Getter, stored
from televent.adapters.caldav.properties.table import BY_KIND
from televent.adapters.caldav.properties.view import AnyView, CalendarView, InboxView, ObjectView, Person, root_view
from televent.adapters.caldav.tree import BadPath, Kind, Target, parse
from televent.adapters.caldav.webdav.names import DAV, d, tags, writable
from televent.adapters.caldav.webdav.xml_in import Element, children, name_of
from televent.adapters.caldav.webdav.xml_out import href, multistatus, propstat, status_response
from televent.application.shared_view import share_named

MAX_LEVELS = 3
"""Max levels of expanded hrefs."""
_HREF = re.compile(r'<D:href(?: xmlns:D="DAV:")?>([^<]*)</D:href>')


async def expand_property(door: Door, request: Request, person: Person, root: Element) -> Response:
    """207 with the expanded properties of the request's URL. Raises DavError 403, 404."""
    if request.granted is not None and request.target.kind is Kind.CALENDAR:
        check_access(request.granted, request, "read")
        view: AnyView | None = CalendarView(request.target.path, person, request.granted)
    elif request.granted is not None:
        view = ObjectView(request.target.path, person, await door.resource(request, person))
    else:
        view = await door.run(_view, door, request.target, person)
    if view is None:
        raise DavError(404)
    text = await door.run(_response, door, person, view, root, 1, request.minimal)
    return xml_response(207, multistatus((text,)), request)


def _response(door: Door, person: Person, view: AnyView, asked: Element, level: int, minimal: bool) -> str:
    found: list[str] = []
    missing: list[str] = []
    for each in children(asked):
        if name_of(each) != d("property"):
            continue
        name = _name(each)
        live = BY_KIND[view.kind].get(name)
        getter: Getter | None = live.getters[view.kind] if live is not None else None
        if live is None and isinstance(view, CalendarView):
            # A property that a client has set is expanded like a live one.
            getter = stored(name)
        content = getter(view) if getter is not None else None
        start, end = tags(name)
        if content is None:
            missing.append(start + "/>")
            continue
        if level < MAX_LEVELS and any(name_of(inner) == d("property") for inner in children(each)):
            content = _expanded(door, person, content, each, level, minimal)
        found.append(f"{start}>{content}{end}")
    if minimal:
        # RFC 8144 §2.1: a minimal answer omits missing properties.
        missing = []
    propstats = propstat("".join(found), 200) if found or not missing else ""
    propstats += propstat("".join(missing), 404) if missing else ""
    return f"<D:response>{href(view.href)}{propstats}</D:response>"


def _name(asked: Element) -> str:
    """The Clark name of the property. Raises DavError 400 if the text cannot be the name of an XML element, because
    the answer contains it as an element."""
    namespace, local = str(asked.get("namespace", DAV)), str(asked.get("name", ""))
    try:
        return writable(namespace, local)
    except ValueError:
        raise DavError(400, text="A property in the body has no valid name.") from None


def _expanded(door: Door, person: Person, content: str, asked: Element, level: int, minimal: bool) -> str:
    def of_href(match: re.Match[str]) -> str:
        try:
            target = parse(match[1])
        except BadPath:
            target = None
        view = _view(door, target, person) if target is not None else None
        if view is None:
            return status_response(match[1], 404)
        return _response(door, person, view, asked, level + 1, minimal)

    return _HREF.sub(of_href, content)


def _view(door: Door, target: Target, person: Person) -> AnyView | None:
    """The view of a path in the person's own tree or of a root; None if there is no such resource."""
    own = (str(person.account.tenant), str(person.account.telegram_id), *person.addresses)
    if target.user and target.user.lower() not in own:
        return None
    reads, tenant = door.backend.reads, person.account.tenant
    share_id = share_named(target.calendar)
    if target.kind in (Kind.CALENDAR, Kind.OBJECT) and share_id is not None:
        shared = reads.mount(tenant, share_id)
        if shared is None or target.kind is Kind.CALENDAR:
            return CalendarView(target.path, person, shared) if shared is not None else None
        found = door.some(shared, [target.name])
        return ObjectView(target.path, person, found[0]) if found else None
    if target.kind is Kind.CALENDAR:
        row = reads.calendar(tenant, target.calendar)
        return CalendarView(target.path, person, row) if row is not None else None
    if target.kind is Kind.INBOX:
        return InboxView(Kind.INBOX, target.path, person, row=reads.calendar(tenant, target.calendar))
    if target.kind in (Kind.OBJECT, Kind.INBOX_ITEM):
        resource = reads.resource(tenant, target.calendar, target.name)
        return ObjectView(target.path, person, resource) if resource is not None else None
    if target.kind in (Kind.WELL_KNOWN, Kind.NOTIFICATION):
        return None
    return root_view(target, person)

"""REPORT (RFC 3253 §3.6): the body's root element names the report."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Final

from televent.adapters.caldav.door.door import Door
from televent.adapters.caldav.errors import DavError, dav_precondition
from televent.adapters.caldav.http import Request, Response
from televent.adapters.caldav.properties.rfc3253 import REPORTS
from televent.adapters.caldav.properties.view import Person
from televent.adapters.caldav.reports.acl_principals import acl_principal_prop_set
from televent.adapters.caldav.reports.expand_property import expand_property
from televent.adapters.caldav.reports.free_busy import free_busy_query
from televent.adapters.caldav.reports.multiget import calendar_multiget, usual_multiget
from televent.adapters.caldav.reports.principal_match import principal_match
from televent.adapters.caldav.reports.principal_search import principal_property_search, principal_search_property_set
from televent.adapters.caldav.reports.query import calendar_query
from televent.adapters.caldav.reports.sync_collection import sync_collection, usual_sync
from televent.adapters.caldav.webdav.names import c, d
from televent.adapters.caldav.webdav.xml_in import Element, name_of

Report = Callable[[Door, Request, Person, Element], Awaitable[Response]]

HANDLERS: Final[dict[str, Report]] = {
    d("sync-collection"): sync_collection,
    c("calendar-multiget"): calendar_multiget,
    c("calendar-query"): calendar_query,
    c("free-busy-query"): free_busy_query,
    d("expand-property"): expand_property,
    d("principal-property-search"): principal_property_search,
    d("principal-search-property-set"): principal_search_property_set,
    d("principal-match"): principal_match,
    d("acl-principal-prop-set"): acl_principal_prop_set,
}


async def report(door: Door, request: Request, person: Person) -> Response:
    """Runs the report. Raises DavError 403 DAV:supported-report if the resource does not support it; 501 would make
    clients give up."""
    for usual in (usual_sync, usual_multiget):
        found = await usual(door, request, person)
        if found is not None:
            return found
    root = await door.xml(request)
    if root is None:
        raise DavError(400, text="A REPORT needs a body.")
    name = name_of(root)
    if name not in REPORTS.get(request.target.kind, ()):
        raise dav_precondition("supported-report")
    return await HANDLERS[name](door, request, person, root)

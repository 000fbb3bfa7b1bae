"""ACL: RFC 3744 §8.1. Every entry here is protected, so none can be changed."""

from __future__ import annotations

from televent.adapters.caldav.door import Door
from televent.adapters.caldav.errors import DavError, dav_precondition
from televent.adapters.caldav.http import Request, Response
from televent.adapters.caldav.properties.view import Person
from televent.adapters.caldav.webdav.names import d
from televent.adapters.caldav.webdav.xml_in import name_of


async def acl(door: Door, request: Request, person: Person) -> Response:
    """Always DAV:no-protected-ace-conflict (§8.1.1)."""
    root = request.xml()
    if root is None or name_of(root) != d("acl"):
        raise DavError(400, text="The body is not a DAV:acl.")
    raise dav_precondition("no-protected-ace-conflict")

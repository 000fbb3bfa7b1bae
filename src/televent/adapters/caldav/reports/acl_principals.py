"""acl-principal-prop-set (RFC 3744 §9.2): the principals in a calendar's access list.

The client gets only the name of other accounts and none of their other properties.
"""

from __future__ import annotations

from uuid import UUID

from televent.adapters.caldav.door.door import Door
from televent.adapters.caldav.errors import DavError
from televent.adapters.caldav.http import Request, Response, xml_response
from televent.adapters.caldav.properties.asked import Asked, property_names
from televent.adapters.caldav.properties.view import Person, View
from televent.adapters.caldav.tree import PREFIX, Kind
from televent.adapters.caldav.webdav.names import d
from televent.adapters.caldav.webdav.xml_in import Element, child
from televent.adapters.caldav.webdav.xml_out import multistatus
from televent.domain.ids import AccountId

_OF_OTHERS = frozenset(d(each) for each in ("displayname", "resourcetype", "principal-URL"))


async def acl_principal_prop_set(door: Door, request: Request, person: Person, root: Element) -> Response:
    """207 with one response for each principal in the access list: the owner and the sharees. A sharee gets the owner
    and themselves. Raises DavError 400, 403, 404."""
    if request.depth("0") != "0":
        raise DavError(400, text="Depth must be 0 (RFC 3744 §9.2).")
    row = await door.calendar(request, person)
    prop = child(root, d("prop"))
    names = property_names(prop) if prop is not None else ()
    shares = row.shares if row.share is None else {}
    who = dict.fromkeys((str(row.tenant), *shares, *([str(person.account.tenant)] if row.share is not None else [])))

    def responses() -> list[str]:
        return [_response(door, request, person, names, each) for each in who]

    return xml_response(207, multistatus(await door.run(responses)), request)


def _response(door: Door, request: Request, person: Person, names: tuple[str, ...], tenant: str) -> str:
    path = f"{PREFIX}{tenant}/"
    if tenant == str(person.account.tenant):
        return Asked(names, minimal=request.minimal).response(View(Kind.HOME, path, person))
    account = door.backend.reads.account(AccountId(UUID(tenant)))
    if account is None:
        return Asked(names, minimal=request.minimal, hidden=frozenset(names)).response(View(Kind.HOME, path, person))
    other = Person(account, lambda _: (), path)
    hidden = frozenset(names) - _OF_OTHERS
    return Asked(names, minimal=request.minimal, hidden=hidden).response(View(Kind.HOME, path, other))

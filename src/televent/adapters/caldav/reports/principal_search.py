"""principal-property-search and principal-search-property-set: RFC 3744 §9.4, §9.5.

A person finds only himself: who else has an account here is nobody's business.
"""

from __future__ import annotations

from televent.adapters.caldav.door import Door
from televent.adapters.caldav.errors import DavError
from televent.adapters.caldav.http import Request, Response, xml_response
from televent.adapters.caldav.properties.view import Person, View
from televent.adapters.caldav.tree import Kind
from televent.adapters.caldav.webdav.asked import Asked, property_names
from televent.adapters.caldav.webdav.names import c, cs, d, empty
from televent.adapters.caldav.webdav.xml_in import Element, child, children, name_of, text_of
from televent.adapters.caldav.webdav.xml_out import document, multistatus

_DESCRIPTIONS = {
    d("displayname"): "Name",
    c("calendar-user-address-set"): "Address",
    cs("email-address-set"): "Email address",
    c("calendar-user-type"): "Kind of calendar user",
}
_GRAMMAR = frozenset(d(each) for each in ("property-search", "prop", "apply-to-principal-collection-set"))


async def principal_property_search(door: Door, request: Request, person: Person, root: Element) -> Response:
    """207 with the principals that match, without regard to case."""
    if request.depth("0") != "0":
        raise DavError(400, text="Depth must be 0 (RFC 3744 §9.4).")
    searches = [each for each in children(root) if name_of(each) == d("property-search")]
    results = [_found(each, person) for each in searches]
    # Without a condition all are meant: python-caldav lists principals so. It also names the properties that it wants
    # beside DAV:prop instead of inside.
    matched = any(results) if searches and root.get("test") == "anyof" else all(results)
    prop = child(root, d("prop"))
    names = property_names(prop) if prop is not None else ()
    beside = (name_of(each) for each in children(root))
    asked = Asked(names or tuple(name for name in beside if name not in _GRAMMAR), minimal=request.minimal)
    view = View(Kind.HOME, person.principal, person)
    return xml_response(207, multistatus((asked.response(view),) if matched else ()), request)


async def principal_search_property_set(door: Door, request: Request, person: Person, root: Element) -> Response:
    """200 with what can be searched."""
    rows = "".join(
        f"<D:principal-search-property><D:prop>{empty(name)}</D:prop>"
        f'<D:description xml:lang="en">{text}</D:description></D:principal-search-property>'
        for name, text in _DESCRIPTIONS.items()
    )
    return xml_response(200, document("D:principal-search-property-set", rows))


def _found(search: Element, person: Person) -> bool:
    prop, match = child(search, d("prop")), child(search, d("match"))
    wanted = text_of(match).strip().casefold()
    kind = str(match.get("match-type", "contains")) if match is not None else "contains"
    if prop is None or not wanted:
        return False
    # Each property named must match (§9.4).
    names = [name_of(each) for each in children(prop)]
    return bool(names) and all(
        any(_fits(value.casefold(), wanted, kind) for value in _values(name, person)) for name in names
    )


def _values(name: str, person: Person) -> list[str]:
    if name == d("displayname"):
        return [person.account.name]
    if name == c("calendar-user-address-set"):
        return [*(f"mailto:{each}" for each in person.addresses), person.principal]
    if name == cs("email-address-set"):
        return list(person.account.addresses)
    return ["INDIVIDUAL"] if name == c("calendar-user-type") else []


def _fits(value: str, wanted: str, kind: str) -> bool:
    """Apple's match-type; RFC 3744 knows only "contains"."""
    if kind == "equals":
        return value == wanted
    if kind == "starts-with":
        return value.startswith(wanted)
    return value.endswith(wanted) if kind == "ends-with" else wanted in value

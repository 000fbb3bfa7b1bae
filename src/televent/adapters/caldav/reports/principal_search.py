"""principal-property-search and principal-search-property-set (RFC 3744 §9.4, §9.5).

application.use_cases.find_people decides which accounts a person may find.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Final

from televent.adapters.caldav.door.door import Door
from televent.adapters.caldav.errors import DavError
from televent.adapters.caldav.http import Request, Response, xml_response
from televent.adapters.caldav.properties.asked import Asked, limit_in, property_names
from televent.adapters.caldav.properties.view import Person, View
from televent.adapters.caldav.tree import PREFIX, Kind
from televent.adapters.caldav.webdav.names import c, cs, d, empty
from televent.adapters.caldav.webdav.xml_in import Element, child, children, name_of, text_of
from televent.adapters.caldav.webdav.xml_out import document, multistatus, status_response
from televent.application.use_cases.people.find_people import Found, acquaintances, of_addresses

MAX_SEARCHES: Final = 20
"""Max property-search elements in one request."""
MAX_RESULTS: Final = 100
"""Max principals in one answer."""
_ADDRESSES: Final = frozenset((c("calendar-user-address-set"), cs("email-address-set")))
_DESCRIPTIONS = {
    d("displayname"): "Name",
    c("calendar-user-address-set"): "Address",
    cs("email-address-set"): "Email address",
    c("calendar-user-type"): "Kind of calendar user",
}
_OF_OTHERS: Final = frozenset(_DESCRIPTIONS) | {d("resourcetype"), d("principal-URL")}
"""The properties of other accounts that a client may see."""
_GRAMMAR = frozenset(d(each) for each in ("property-search", "prop", "apply-to-principal-collection-set", "limit"))


async def principal_property_search(door: Door, request: Request, person: Person, root: Element) -> Response:
    """207 with the matching principals, at most MAX_RESULTS. The search ignores case. Raises DavError 400."""
    if request.depth("0") != "0":
        raise DavError(400, text="Depth must be 0 (RFC 3744 §9.4).")
    searches = [each for each in children(root) if name_of(each) == d("property-search")]
    if len(searches) > MAX_SEARCHES:
        raise DavError(400, text=f"More than {MAX_SEARCHES} properties are searched.")
    limit = min(limit_in(root) or MAX_RESULTS, MAX_RESULTS)
    anyof = root.get("test") == "anyof"
    found = [each for each in await door.run(_candidates, door, person, searches) if _matches(each, searches, anyof)]
    prop = child(root, d("prop"))
    names = property_names(prop) if prop is not None else ()
    # python-caldav puts the requested properties beside DAV:prop and not inside.
    beside = (name_of(each) for each in children(root))
    names = names or tuple(name for name in beside if name not in _GRAMMAR)
    own = Asked(names, minimal=request.minimal)
    others = Asked(names, minimal=request.minimal, hidden=frozenset(names) - _OF_OTHERS)
    responses = [(own if each is person else others).response(_view(each)) for each in found[:limit]]
    if len(found) > limit:
        # A 507 as in RFC 5323 §5.17 and RFC 6578 §3.6; §9.4 defines the precondition.
        responses.append(status_response(request.target.path, 507, "<D:number-of-matches-within-limits/>"))
    return xml_response(207, multistatus(responses), request)


async def principal_search_property_set(door: Door, request: Request, person: Person, root: Element) -> Response:
    """200 with the properties that a client can search by. Raises DavError 400."""
    if request.depth("0") != "0":
        raise DavError(400, text="Depth must be 0 (RFC 3744 §9.5).")
    rows = "".join(
        f"<D:principal-search-property><D:prop>{empty(name)}</D:prop>"
        f'<D:description xml:lang="en">{text}</D:description></D:principal-search-property>'
        for name, text in _DESCRIPTIONS.items()
    )
    return xml_response(200, document("D:principal-search-property-set", rows))


def _candidates(door: Door, person: Person, searches: list[Element]) -> list[Person]:
    """The accounts that the person may find: themselves, acquaintances, and accounts whose complete address the request
    contains."""
    named = [text for each in searches if _ADDRESSES & set(_names(each)) and "@" in (text := _wanted(each))]
    exact = of_addresses(door.backend, person.account, (text.removeprefix("mailto:") for text in named))
    known = {each.account.tenant: each for each in acquaintances(door.backend, person.account)}
    for each in exact:
        before = known.get(each.account.tenant)
        shown = (*before.addresses, *each.addresses) if before is not None else each.addresses
        known[each.account.tenant] = Found(each.account, tuple(dict.fromkeys(shown)))
    others = sorted(known.values(), key=lambda each: (each.account.name.casefold(), str(each.account.tenant)))
    return [person, *map(_other, others)]


def _other(found: Found) -> Person:
    """Another account, reduced to the details that the client may see."""
    account = replace(found.account, addresses=found.addresses, devices=(), telegram_id=None)
    return Person(account, lambda _: found.addresses, f"{PREFIX}{account.tenant}/")


def _view(person: Person) -> View:
    return View(Kind.HOME, person.principal, person)


def _matches(person: Person, searches: list[Element], anyof: bool) -> bool:
    results = [_found(each, person) for each in searches]
    # No condition means all principals: python-caldav lists them like that.
    return any(results) if searches and anyof else all(results)


def _names(search: Element) -> list[str]:
    prop = child(search, d("prop"))
    return [] if prop is None else [name_of(each) for each in children(prop)]


def _wanted(search: Element) -> str:
    return text_of(child(search, d("match"))).strip().casefold()


def _found(search: Element, person: Person) -> bool:
    names, match, wanted = _names(search), child(search, d("match")), _wanted(search)
    kind = str(match.get("match-type", "contains")) if match is not None else "contains"
    # §9.4: every property in the DAV:prop must match.
    return bool(names and wanted) and all(
        any(_fits(value.casefold(), wanted, kind) for value in _values(name, person)) for name in names
    )


def _values(name: str, person: Person) -> list[str]:
    if name == d("displayname"):
        return [person.account.name]
    if name == c("calendar-user-address-set"):
        return [f"mailto:{each}" if "@" in each else each for each in person.addresses]
    if name == cs("email-address-set"):
        return list(person.account.addresses)
    return ["INDIVIDUAL"] if name == c("calendar-user-type") else []


def _fits(value: str, wanted: str, kind: str) -> bool:
    """True if the value matches. ``kind`` is Apple's match-type; RFC 3744 only has "contains"."""
    if kind == "equals":
        return value == wanted
    if kind == "starts-with":
        return value.startswith(wanted)
    return value.endswith(wanted) if kind == "ends-with" else wanted in value

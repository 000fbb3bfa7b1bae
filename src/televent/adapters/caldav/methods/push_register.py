"""WebDAV-Push: a client subscribes to a collection and unsubscribes (draft-bitfire-webdav-push-00, §"Subscription
Management")."""

from __future__ import annotations

from datetime import UTC, datetime
from email.utils import format_datetime, parsedate_to_datetime
from typing import Final, NoReturn
from uuid import UUID

from televent.adapters.caldav.door.auth import unauthorized
from televent.adapters.caldav.door.door import Door
from televent.adapters.caldav.errors import DavError
from televent.adapters.caldav.http import Request, Response
from televent.adapters.caldav.properties.extensions.webdav_push import SUPPORTED, collection_of
from televent.adapters.caldav.properties.view import AnyView, CalendarView, Person, View
from televent.adapters.caldav.push_urls import registration_path
from televent.adapters.caldav.tree import Kind
from televent.adapters.caldav.webdav.names import d, empty, push
from televent.adapters.caldav.webdav.xml_in import Element, child, children, name_of, text_of
from televent.application.push import (
    DEFAULT_LIFETIME,
    MAX_LIFETIME,
    DeviceGone,
    Endpoint,
    Offer,
    TooManySubscriptions,
    Triggers,
)

ENCODING: Final = "aes128gcm"
"""The only supported content encoding (RFC 8188)."""
INFINITE_DEPTH: Final = 2
"""The number for Depth infinity: more levels than any collection here has."""


def refused(local: str, text: str = "") -> DavError:
    """The 403 for a failed precondition of WebDAV-Push. ``local`` is its local name."""
    return DavError(403, empty(push(local)), text=text)


async def is_push_register(door: Door, request: Request) -> bool:
    """True if the body's root element is push-register. Raises DavError 400 if the body contains that name and is not
    XML."""
    if b"push-register" not in request.body:
        return False
    root = await door.xml(request)
    return root is not None and name_of(root) == push("push-register")


async def register(door: Door, request: Request, person: Person) -> Response:
    """Stores a new subscription or renews one, and answers 204 with Location and Expires. Raises DavError."""
    offer = door.push
    if offer is None or person.device is None:
        raise refused("push-not-available")
    root = await door.xml(request)
    assert root is not None
    view = await _view(door, request, person)
    endpoint = _endpoint(offer, root)
    triggers = _triggers(root, SUPPORTED[view.kind])
    now = door.backend.clock()
    expires_at = _expires(child(root, push("expires")), now)
    try:
        registered = await door.run(
            offer.book.register,
            person.account.tenant,
            person.device,
            collection_of(view),
            endpoint,
            triggers,
            now,
            expires_at,
        )
    except TooManySubscriptions:
        raise refused("push-not-available", "There are too many subscriptions already.") from None
    except DeviceGone:
        raise unauthorized() from None
    location = f"{request.base}{registration_path(registered.subscription_id)}"
    expires = format_datetime(expires_at, usegmt=True)
    return Response(204, b"", [(b"location", location.encode()), (b"expires", expires.encode())])


async def unregister(door: Door, request: Request, person: Person) -> None:
    """Ends a subscription. Raises DavError 404 if it does not exist or belongs to another account."""
    try:
        subscription_id = UUID(hex=request.target.name)
    except ValueError:
        raise DavError(404) from None
    ended = door.push is not None and await door.run(
        door.push.book.end, person.account.tenant, subscription_id, door.backend.clock()
    )
    if not ended:
        raise DavError(404, text="There is no such subscription.")


async def _view(door: Door, request: Request, person: Person) -> AnyView:
    if request.target.kind is Kind.CALENDAR:
        return CalendarView(request.target.path, person, await door.calendar(request, person))
    return View(request.target.kind, request.target.path, person)


def _endpoint(offer: Offer, root: Element) -> Endpoint:
    """The endpoint of the single web-push-subscription in the body. Raises DavError 403 invalid-subscription."""
    subscriptions = [each for each in children(root) if name_of(each) == push("subscription")]
    kinds = [each for subscription in subscriptions for each in children(subscription)]
    if len(subscriptions) != 1 or [name_of(each) for each in kinds] != [push("web-push-subscription")]:
        _invalid("a subscription must have exactly one web-push-subscription")
    (given,) = kinds
    if not _before_triggers(root) and _only(given, "content-encoding") != ENCODING:
        _invalid(f"the content-encoding must be {ENCODING}")
    key = child(given, push("subscription-public-key"))
    if key is None or key.get("type") != "p256dh":
        _invalid("the subscription-public-key must have the type p256dh")
    try:
        return offer.endpoint(
            _only(given, "push-resource"), _only(given, "subscription-public-key"), _only(given, "auth-secret")
        )
    except ValueError as error:
        _invalid(str(error))


def _before_triggers(root: Element) -> bool:
    """True for a request in the form of the older draft, which had no triggers and content encodings. Released versions
    of DAVx5 send it; they mean content updates in the default encoding."""
    named = {name_of(each) for each in root.iter() if isinstance(each.tag, str)}
    return not named & {push("trigger"), push("content-encoding")}


def _only(element: Element, local: str) -> str:
    found = [each for each in children(element) if name_of(each) == push(local)]
    if len(found) != 1:
        _invalid(f"there must be exactly one {local}")
    return text_of(found[0]).strip()


def _invalid(text: str) -> NoReturn:
    raise refused("invalid-subscription", text)


def _triggers(root: Element, supported: Triggers) -> Triggers:
    """The requested triggers that the collection supports. An unsupported trigger is left out and a depth is reduced to
    the supported one, as the draft asks for. Raises DavError 403 if no trigger is left."""
    if _before_triggers(root):
        return Triggers(supported.content, None)
    asked = child(root, push("trigger"))
    content = _depth(asked, "content-update", supported.content)
    property_ = _depth(asked, "property-update", supported.property)
    if content is None and property_ is None:
        raise refused("no-supported-trigger")
    return Triggers(content, property_)


def _depth(asked: Element | None, local: str, supported: int | None) -> int | None:
    trigger = child(asked, push(local)) if asked is not None else None
    if trigger is None or supported is None:
        return None
    depths = {"0": 0, "1": 1, "infinity": INFINITE_DEPTH, "": supported}
    text = text_of(child(trigger, d("depth"))).strip().lower()
    if text not in depths:
        raise DavError(400, text="Depth must be 0, 1 or infinity.")
    return min(depths[text], supported)


def _expires(element: Element | None, now: datetime) -> datetime:
    """The time when the subscription ends, MAX_LIFETIME from now at the latest. Raises DavError 400 if the element is
    not an HTTP date or is in the past."""
    if element is None:
        return (now + DEFAULT_LIFETIME).replace(microsecond=0)
    try:
        asked = parsedate_to_datetime(text_of(element).strip())
        asked = asked.replace(tzinfo=asked.tzinfo or UTC).astimezone(UTC)
    except (ValueError, OverflowError):
        raise DavError(400, text="expires must be a date such as Sun, 06 Nov 1994 08:49:37 GMT.") from None
    if asked <= now:
        raise DavError(400, text="expires must be in the future.")
    return min(asked, now + MAX_LIFETIME).replace(microsecond=0)

"""A request and an answer, as methods see them."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Iterator, MutableMapping
from dataclasses import dataclass, field
from typing import Any, Final

from televent.adapters.caldav.errors import DavError, dav_precondition
from televent.adapters.caldav.tree import Target
from televent.adapters.caldav.webdav import xml_in, xml_out
from televent.adapters.caldav.webdav.prefer import preferences
from televent.application.read_models.calendars import CalendarRow
from televent.application.read_models.resources import ResourceRow

Scope = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Any]]
Send = Callable[[Any], Awaitable[None]]

BODY_LIMIT: Final = 1024 * 1024
DRAIN_LIMIT: Final = 4 * BODY_LIMIT

Header = tuple[bytes, bytes]
Ahead = asyncio.Future[CalendarRow | None] | asyncio.Future[ResourceRow | None]
"""The row of the request's own URL, asked for while the sender was being looked up."""


@dataclass(slots=True)
class Request:
    """One request. ``headers`` by lower-case name; repeated ones are joined by ", " (RFC 9110 §5.2)."""

    method: str
    target: Target
    headers: dict[str, str]
    body: bytes
    client: str
    correlation_id: str
    ahead: Ahead | None = None
    seq: int | None = None
    """At which counter the calendar must still stand when the request changes something (RFC 6578 §5)."""
    granted: CalendarRow | None = None
    """Somebody else's calendar, named by its owner's URL."""
    origin: str = ""
    """Where people reach this server, without a slash at its end."""

    def xml(self) -> xml_in.Element | None:
        """The body's root element, None for no body. Raises DavError 400. The Content-Type is not looked at: clients
        send MKCALENDAR as text/calendar."""
        if not self.body.strip():
            return None
        try:
            return xml_in.parse(self.body)
        except xml_in.ExternalEntity:
            raise dav_precondition("no-external-entities") from None
        except xml_in.MalformedXml as error:
            raise DavError(400, text=f"The body is not well-formed XML: {error}") from None

    @property
    def minimal(self) -> bool:
        """RFC 8144 §2, what clients sent before it was one, and Apple's older Brief."""
        asked = preferences(self.headers)
        if asked.get("return") == "minimal" or "return-minimal" in asked:
            return True
        return self.headers.get("brief", "").strip().lower() in ("t", "true")

    @property
    def representation(self) -> bool:
        """The client wants to see what stands now (RFC 8144 §3)."""
        return preferences(self.headers).get("return") == "representation"

    @property
    def without_root(self) -> bool:
        """Members only (RFC 8144 §2.1): of a Depth 0 request there is nothing to leave out."""
        return "depth-noroot" in preferences(self.headers) and self.headers.get("depth", "").strip() == "1"

    def depth(self, default: str) -> str:
        """ "0", "1" or "infinity". Raises DavError 400 for anything else (RFC 4918 §10.2)."""
        value = self.headers.get("depth", default).strip().lower()
        if value not in ("0", "1", "infinity"):
            raise DavError(400, text="Depth must be 0, 1 or infinity.")
        return value


@dataclass(slots=True)
class Response:
    """One answer. A body that is an iterator is produced in a thread, chunk by chunk."""

    status: int
    body: bytes | Iterator[bytes] = b""
    headers: list[Header] = field(default_factory=list)


def xml_response(status: int, body: bytes | Iterator[bytes], request: Request | None = None) -> Response:
    """An answer in XML; says so where a preference was followed."""
    headers: list[Header] = [(b"content-type", xml_out.CONTENT_TYPE)]
    if request is not None:
        applied = [b"return=minimal"] if "prefer" in request.headers and request.minimal else []
        if request.method == "PROPFIND" and request.without_root:
            applied.append(b"depth-noroot")
        headers += [(b"preference-applied", each) for each in applied] + [(b"vary", b"Prefer, Brief")]
    return Response(status, body, headers)


class BodyTooLarge(Exception):
    """More octets than are taken."""


async def read_body(receive: Receive, declared: str | None) -> bytes:
    """The whole body, at most 1 MB. Raises BodyTooLarge after draining a bounded rest, so that the client can read the
    answer."""
    if declared is not None and declared.isdigit() and int(declared) > DRAIN_LIMIT:
        raise BodyTooLarge()
    parts: list[bytes] = []
    size = 0
    while True:
        message = await receive()
        if message["type"] == "http.disconnect":
            raise ConnectionResetError("the client went away")
        part = message.get("body", b"")
        size += len(part)
        if size <= BODY_LIMIT:
            parts.append(part)
        elif size > DRAIN_LIMIT:
            raise BodyTooLarge()
        if not message.get("more_body", False):
            break
    if size > BODY_LIMIT:
        raise BodyTooLarge()
    return parts[0] if len(parts) == 1 else b"".join(parts)

"""The request and the response that CalDAV methods receive and return, and the bounded read of a body."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterator, MutableMapping
from dataclasses import dataclass, field
from typing import Any, Final

from televent.adapters.caldav.errors import DavError, dav_precondition, unsupported
from televent.adapters.caldav.public_path import PublicPath
from televent.adapters.caldav.tree import Target
from televent.adapters.caldav.webdav import xml_in, xml_out
from televent.adapters.caldav.webdav.media_types import charset_of, media_type_of
from televent.adapters.caldav.webdav.prefer import preferences
from televent.application.read_models.calendars import CalendarRow
from televent.application.read_models.counters import Moment
from televent.application.read_models.resources import Found, ResourceRow
from televent.application.rows import Seen

Scope = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Any]]
Send = Callable[[Any], Awaitable[None]]

BODY_LIMIT: Final = 1024 * 1024
"""Max bytes of a body that is kept in memory."""
MAX_AT_ONCE: Final = 32 * 1024
"""Max bytes of a body that is parsed on the event loop."""
DRAIN_LIMIT: Final = 4 * BODY_LIMIT
"""Max bytes of a body that are read, so that a client with too large a body can still read the answer."""

Header = tuple[bytes, bytes]
XML_TYPES: Final = "application/xml, text/xml"
"""The media types of a body in XML, as in an Accept header."""
EarlyRead = Awaitable[Seen[CalendarRow]] | Awaitable[Seen[ResourceRow]]
"""The row of the request's own URL, read at the same time as the client's account."""


@dataclass(slots=True)
class Request:
    """One signed-in request. ``headers`` are by lower-case name; repeated ones are joined by ", " (RFC 9110 §5.2)."""

    method: str
    target: Target
    headers: dict[str, str]
    body: bytes
    client: str
    correlation_id: str
    base: str
    """The URL of this server's root as this client sees it, without a trailing slash."""
    public_path: PublicPath
    early_read: EarlyRead | None = None
    early_find: Awaitable[Seen[Found]] | None = None
    """The rows that a PUT needs, read together with the account."""
    moment: Moment | None = None
    """The state that the calendar must still have when the request changes it (RFC 6578 §5)."""
    granted: CalendarRow | None = None
    """The shared calendar, if the request names it by its owner's URL."""

    def xml(self) -> xml_in.Element | None:
        """The body's root element, None for an empty body. The media type is ignored, because clients send MKCALENDAR
        as text/calendar. Raises DavError 400, 415 for an unknown charset, and 403 no-external-entities."""
        root = parsed(self.body, charset_of(self.headers.get("content-type", "")))
        if root is not None:
            self.public_path.enter_xml(root)
        return root

    def declared_xml(self, accepted: str = XML_TYPES) -> xml_in.Element | None:
        """As ``xml``, but raises DavError 415 for a body that neither is XML nor has an XML content type (RFC 4918
        §9.3). ``accepted`` are the media types that the URL takes."""
        try:
            return self.xml()
        except DavError as error:
            if error.status == 400 and self.media_type not in ("", "text/xml", "application/xml"):
                raise unsupported("The body is not XML.", accepted) from None
            raise

    @property
    def media_type(self) -> str:
        """The body's media type in lower case without parameters; "" if there is no Content-Type."""
        return media_type_of(self.headers.get("content-type", ""))

    @property
    def minimal(self) -> bool:
        """True for Prefer: return=minimal (RFC 8144 §2), the older return-minimal, and Apple's header Brief."""
        if "prefer" in self.headers:
            asked = preferences(self.headers)
            if asked.get("return") == "minimal" or "return-minimal" in asked:
                return True
        return self.headers.get("brief", "").strip().lower() in ("t", "true")

    @property
    def representation(self) -> bool:
        """True if the client wants the stored object in the answer (RFC 8144 §3)."""
        return preferences(self.headers).get("return") == "representation"

    @property
    def without_root(self) -> bool:
        """True if the client wants the members without the collection itself (RFC 8144 §2.1). Only Depth 1 counts: a
        Depth 0 answer would be empty."""
        if "prefer" not in self.headers or self.headers.get("depth", "").strip() != "1":
            return False
        return "depth-noroot" in preferences(self.headers)

    def depth(self, default: str) -> str:
        """The Depth header ("0", "1" or "infinity"), or ``default`` if it is missing. Raises DavError 400 for another
        value (RFC 4918 §10.2)."""
        value = self.headers.get("depth", default).strip().lower()
        if value not in ("0", "1", "infinity"):
            raise DavError(400, text="Depth must be 0, 1 or infinity.")
        return value


def parsed(body: bytes, charset: str | None) -> xml_in.Element | None:
    """A body's root element, None for an empty body. Raises DavError as ``Request.xml``."""
    if not body.strip():
        return None
    try:
        return xml_in.parse(body, charset)
    except xml_in.UnknownCharset as error:
        raise unsupported(f"{error}. Send UTF-8.", XML_TYPES) from None
    except xml_in.ExternalEntity:
        raise dav_precondition("no-external-entities") from None
    except xml_in.MalformedXml as error:
        raise DavError(400, text=f"The body is not well-formed XML: {error}") from None


@dataclass(slots=True)
class Response:
    """One answer. If the body is an iterator, each chunk is produced in a thread when the one before is sent."""

    status: int
    body: bytes | Iterator[bytes] = b""
    headers: list[Header] = field(default_factory=list)


def xml_response(status: int, body: bytes | Iterator[bytes], request: Request | None = None) -> Response:
    """An XML answer. With ``request`` it has Preference-Applied for each preference that was followed, and Vary."""
    headers: list[Header] = [(b"content-type", xml_out.CONTENT_TYPE)]
    if request is not None:
        headers += preference_headers(request)
    return Response(status, body, headers)


def preference_headers(request: Request) -> list[Header]:
    """Preference-Applied for each preference that was followed, and Vary (RFC 7240 §3)."""
    applied = [b"return=minimal"] if "prefer" in request.headers and request.minimal else []
    if request.method == "PROPFIND" and request.without_root:
        applied.append(b"depth-noroot")
    return [*((b"preference-applied", each) for each in applied), (b"vary", b"Prefer, Brief")]


class BodyTooLarge(Exception):
    """The body is larger than the limit."""


async def read_body(receive: Receive, declared: str | None) -> bytes:
    """The whole body, at most BODY_LIMIT bytes. ``declared`` is the Content-Length header.

    A larger body is read up to DRAIN_LIMIT, so that the client can read the answer. Raises BodyTooLarge, and
    ConnectionResetError if the client disconnects."""
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

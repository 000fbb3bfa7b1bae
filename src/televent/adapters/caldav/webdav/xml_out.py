"""Writes XML as a stream of text. No tree is built, so an answer of any size needs little memory."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Final

from televent.adapters.caldav.webdav.names import DECLARATIONS
from televent.adapters.caldav.webdav.text import escape

HEAD: Final = '<?xml version="1.0" encoding="utf-8"?>\n'
CONTENT_TYPE: Final = b"application/xml; charset=utf-8"
CHUNK: Final = 128 * 1024
"""Min characters of a chunk, except for the last one. Each chunk costs a change of threads and a write."""

STATUS: Final = {
    200: "HTTP/1.1 200 OK",
    201: "HTTP/1.1 201 Created",
    204: "HTTP/1.1 204 No Content",
    403: "HTTP/1.1 403 Forbidden",
    404: "HTTP/1.1 404 Not Found",
    424: "HTTP/1.1 424 Failed Dependency",
    507: "HTTP/1.1 507 Insufficient Storage",
}

OPEN: Final = f"{HEAD}<D:multistatus{DECLARATIONS}>"
CLOSE: Final = "</D:multistatus>"


def multistatus(responses: Iterable[str], tail: str = "") -> bytes:
    """A complete 207 body. ``tail`` follows the last response."""
    return f"{OPEN}{''.join(responses)}{tail}{CLOSE}".encode()


def streamed(responses: Iterable[str]) -> Iterator[bytes]:
    """A 207 body in chunks of about CHUNK characters. The last of ``responses`` may be a tail, such as a sync-token."""
    parts, size = [OPEN], 0
    for response in responses:
        parts.append(response)
        size += len(response)
        if size >= CHUNK:
            yield "".join(parts).encode()
            parts, size = [], 0
    parts.append(CLOSE)
    yield "".join(parts).encode()


def document(name: str, content: str) -> bytes:
    """An XML body with the root element ``name``, given with its prefix, such as ``D:error``."""
    return f"{HEAD}<{name}{DECLARATIONS}>{content}</{name}>".encode()


def href(path: str) -> str:
    """A DAV:href element. ``path`` must be percent-encoded already."""
    return f"<D:href>{escape(path)}</D:href>"


def verbatim_href(value: str) -> str:
    """A DAV:href with the client's own spelling of an address. The first slash is a character reference, so the answer
    has it without another public path before it (public_path)."""
    shown = escape(value)
    return f"<D:href>{'&#47;' + shown[1:] if shown.startswith('/') else shown}</D:href>"


def status_response(path: str, status: int, error: str = "") -> str:
    """A DAV:response with a status and no properties (RFC 4918 §14.24). ``error`` is the XML inside DAV:error."""
    condition = f"<D:error>{error}</D:error>" if error else ""
    return f"<D:response>{href(path)}<D:status>{STATUS[status]}</D:status>{condition}</D:response>"


def propstat(properties: str, status: int, error: str = "") -> str:
    """A DAV:propstat with the XML of its properties. ``error`` is the XML inside DAV:error."""
    condition = f"<D:error>{error}</D:error>" if error else ""
    return f"<D:propstat><D:prop>{properties}</D:prop><D:status>{STATUS[status]}</D:status>{condition}</D:propstat>"

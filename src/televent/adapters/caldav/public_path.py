"""The path of PUBLIC_URL in front of every path that a client sees (ADR 38).

Inside the server every path begins at its own root, as in ``tree``. Only this module knows the path at which a proxy
shows that root. It takes the path off what comes in and puts it before what goes out, at the edge of the CalDAV door:
so no method, report or property can forget it.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final
from urllib.parse import urlsplit

from televent.adapters.caldav.webdav.names import d
from televent.adapters.caldav.webdav.xml_in import Element
from televent.adapters.caldav.webdav.xml_out import CONTENT_TYPE

_ROOTS: Final = r"/(?:caldav|principals|push|\.well-known)(?:[/?#]|\Z)"
"""The beginning of a path inside the server, but for the root itself."""
_TAGS: Final = re.compile(r"<([^<>]*)>")
"""The URLs in an If header (RFC 4918 §10.4.2)."""
_LOCATING: Final = frozenset({b"location", b"content-location"})

Headers = list[tuple[bytes, bytes]]
Body = bytes | Iterator[bytes]


class PublicPath:
    """The path of one PUBLIC_URL. Without a PUBLIC_URL, or with one that has no path, it changes nothing."""

    def __init__(self, public_url: str | None = None) -> None:
        url = urlsplit(public_url or "")
        self._path = url.path
        path, origin = re.escape(url.path), re.escape(f"{url.scheme}://{url.netloc}")
        self._before = re.compile(rf"((?:(?i:https?)://[^/?#]*)?){path}(?={_ROOTS}|/?\Z)")
        # This door writes a DAV:href in these two forms only, and escapes every text.
        self._hrefs = re.compile(
            rf'(<D:href(?: xmlns:D="DAV:")?>(?:{origin})?)(?=/(?:caldav/|principals/|push/|</D:href>))'.encode()
        )

    def inner(self, url: str) -> str:
        """An absolute URL, or a path, without the public path; unchanged if it does not begin with that path."""
        found = self._before.match(url) if self._path else None
        return url if found is None else found[1] + (url[found.end() :] or "/")

    def enter(self, headers: dict[str, str]) -> None:
        """Takes the public path off the headers Destination and If of a request. ``headers`` are by lower-case name."""
        if self._path and "destination" in headers:
            headers["destination"] = self.inner(headers["destination"].strip())
        if self._path and "if" in headers:
            headers["if"] = _TAGS.sub(lambda tag: f"<{self.inner(tag[1])}>", headers["if"])

    def enter_xml(self, root: Element) -> None:
        """Takes the public path off every DAV:href of a request's body."""
        for each in root.iter(d("href")) if self._path else ():
            given = (each.text or "").strip()
            inner = self.inner(given)
            if inner != given:
                each.text = inner

    def leave(self, headers: Headers, body: Body) -> tuple[Headers, Body]:
        """The headers and the body of an answer with the public path before each path in them."""
        if not self._path:
            return headers, body
        before = self._path.encode()
        shown = [
            (name, before + value if name in _LOCATING and value[:1] == b"/" else value) for name, value in headers
        ]
        if (b"content-type", CONTENT_TYPE) not in headers:
            return shown, body
        return shown, self._written(body) if isinstance(body, bytes) else self._each_written(body)

    def _written(self, chunk: bytes) -> bytes:
        # A chunk ends between two responses (xml_out.streamed), so no href is cut in two.
        return self._hrefs.sub(rb"\1" + self._path.encode(), chunk)

    def _each_written(self, chunks: Iterator[bytes]) -> Iterator[bytes]:
        """Closing the generator closes ``chunks``."""
        try:
            yield from map(self._written, chunks)
        finally:
            close = getattr(chunks, "close", None)
            if close is not None:
                close()

"""Sends HTTP requests to URLs that others chose, with bounded time and memory (application.outward)."""

from __future__ import annotations

import ipaddress
import socket
from collections.abc import Callable
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import Any, Final

import aiohttp
from aiohttp.abc import AbstractResolver
from aiohttp.resolver import ThreadedResolver

from televent.adapters.outward.addresses import check_url, is_public
from televent.adapters.outward.resolver import CheckedResolver
from televent.application.outward import Answer, Request, Unreachable

TIMEOUT: Final = 20.0
"""Seconds for one request, from name resolution to the end of the answer."""
CHUNK: Final = 65_536
"""Max bytes that are read at once."""


class OutwardClient:
    """Sends to the public internet only. ``anywhere`` allows http and private addresses. Close it in the loop that used
    it.

    Three guards stand one behind the other: the text of the URL, the addresses of its name, and the address of each
    connection that is opened. aiohttp asks no resolver about a URL that names an address itself.
    """

    def __init__(
        self,
        clock: Callable[[], datetime],
        *,
        anywhere: bool = False,
        resolver: Callable[[], AbstractResolver] = ThreadedResolver,
    ) -> None:
        self._clock = clock
        self._anywhere = anywhere
        self._resolver = resolver
        self._session: aiohttp.ClientSession | None = None

    def check(self, url: str) -> None:
        """Checks the text of a URL. Raises BadUrl."""
        check_url(url, anywhere=self._anywhere)

    async def send(self, request: Request) -> Answer:
        """Sends one request; a redirect is an answer like any other. Raises BadUrl, Unreachable."""
        # The URL is checked again: the rules may have become stricter since it was stored.
        self.check(request.url)
        session = self._open()
        try:
            async with session.request(
                request.method,
                request.url,
                data=request.body or None,
                headers=dict(request.headers),
                allow_redirects=False,
            ) as answer:
                body, whole = await _read(answer, request.limit) if request.limit else (b"", True)
                headers = {name.lower(): value for name, value in answer.headers.items()}
                wait = _seconds(headers.get("retry-after"), self._clock())
                return Answer(answer.status, headers, body, whole, wait)
        except (aiohttp.ClientError, OSError, TimeoutError, ValueError) as error:
            raise Unreachable(type(error).__name__) from None

    def _open(self) -> aiohttp.ClientSession:
        if self._session is None:
            self._session = aiohttp.ClientSession(
                connector=aiohttp.TCPConnector(
                    resolver=CheckedResolver(self._resolver(), anywhere=self._anywhere),
                    use_dns_cache=False,
                    limit=20,
                    limit_per_host=6,
                    socket_factory=self._socket,
                ),
                timeout=aiohttp.ClientTimeout(total=TIMEOUT),
                cookie_jar=aiohttp.DummyCookieJar(),
                headers={"User-Agent": "Televent"},
                # An answer of some kilobytes could become gigabytes.
                auto_decompress=False,
                skip_auto_headers=("Accept-Encoding",),
                # A proxy from the environment would resolve the name itself, past CheckedResolver.
                trust_env=False,
            )
        return self._session

    def _socket(self, found: tuple[Any, ...]) -> socket.socket:
        """A socket for one address. Raises OSError where it is none of the public internet."""
        family, kind, protocol, _, place = found
        address = ipaddress.ip_address(str(place[0]).partition("%")[0])
        if not self._anywhere and not is_public(address):
            raise OSError("the address is not of the public internet")
        return socket.socket(family, kind, protocol)

    async def close(self) -> None:
        """Closes all connections."""
        if self._session is not None:
            await self._session.close()
            self._session = None


async def _read(answer: aiohttp.ClientResponse, limit: int) -> tuple[bytes, bool]:
    """At most ``limit`` bytes of the body, and whether that is all of it."""
    found = bytearray()
    while len(found) <= limit:
        chunk = await answer.content.read(min(CHUNK, limit + 1 - len(found)))
        if not chunk:
            return bytes(found), True
        found += chunk
    return bytes(found[:limit]), False


def _seconds(value: str | None, now: datetime) -> float | None:
    """Retry-After in seconds, from a number or a date (RFC 9110 §10.2.3); None where it is missing or invalid."""
    if value is None:
        return None
    if value.strip().isascii() and value.strip().isdigit():
        return float(value.strip()[:9])
    try:
        at = parsedate_to_datetime(value)
        return max(0.0, ((at if at.tzinfo is not None else at.replace(tzinfo=UTC)) - now).total_seconds())
    except (ValueError, OverflowError):
        return None

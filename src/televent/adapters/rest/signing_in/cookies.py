"""The cookies of browsers: a session without a token that a script could read, safe from forms of other pages."""

from __future__ import annotations

from collections.abc import Callable, Mapping, MutableMapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, Final
from urllib.parse import urlsplit

from litestar.datastructures import Cookie

from televent.adapters.rest.problems import CrossSite

READING: Final = frozenset({"GET", "HEAD", "OPTIONS"})
"""The methods that change nothing (RFC 9110 §9.2.1)."""
ACCESS: Final = "televent-access"
REFRESH: Final = "televent-refresh"
REFRESH_PATH: Final = "/api/auth/refresh-token"


def _no_origin(_: MutableMapping[str, Any]) -> str:
    return ""


@dataclass(frozen=True)
class Cookies:
    """Makes and reads the cookies of sessions.

    ``base``: the path of PUBLIC_URL. ``secure``: PUBLIC_URL is https, so the cookies are for TLS only. ``origin_of``:
    this server's own origin, as the client of a request sees it.
    """

    base: str = ""
    secure: bool = False
    origin_of: Callable[[MutableMapping[str, Any]], str] = _no_origin

    def made(self, access: str, refresh: str, short: timedelta, long: timedelta) -> list[Cookie]:
        """The cookies of a session that has begun or goes on."""
        return [
            self._cookie(ACCESS, access, f"{self.base}/api", "lax", short),
            # Sent with nothing but its own use.
            self._cookie(REFRESH, refresh, f"{self.base}{REFRESH_PATH}", "strict", long),
        ]

    def cleared(self) -> list[Cookie]:
        """The cookies that take those of a session away."""
        return self.made("", "", timedelta(0), timedelta(0))

    def access_in(self, cookies: Mapping[str, str]) -> str:
        """The access token of a request; "" without one."""
        return cookies.get(self._name(ACCESS), "")

    def refresh_in(self, cookies: Mapping[str, str]) -> str:
        """The refresh token of a request; "" without one."""
        return cookies.get(self._name(REFRESH), "")

    def check(self, scope: MutableMapping[str, Any]) -> None:
        """Refuses what a page of another site made a browser send. A request that only reads is let through: browsers
        show its answer to no other page. One that does not say where it comes from is no page of ours.

        Raises CrossSite.
        """
        # A WebSocket has no method. Any page can open one, and read it.
        if scope.get("method") in READING:
            return
        headers = dict(scope["headers"])
        given = headers.get(b"origin", b"").decode("latin-1")
        own = self.origin_of(scope)
        if not given or not own or given != own:
            raise CrossSite

    def _cookie(self, name: str, value: str, path: str, site: Any, age: timedelta) -> Cookie:
        return Cookie(
            key=self._name(name),
            value=value,
            path=path,
            max_age=int(age.total_seconds()),
            httponly=True,
            secure=self.secure,
            samesite=site,
        )

    def _name(self, name: str) -> str:
        # A page over plain HTTP cannot set a cookie with this prefix (RFC 6265bis §4.1.3).
        return f"__Secure-{name}" if self.secure else name


def origin_in(url: str) -> str:
    """The origin of a URL (RFC 6454 §6.2)."""
    parts = urlsplit(url)
    return f"{parts.scheme}://{parts.netloc}".lower()

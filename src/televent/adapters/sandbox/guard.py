"""Refuses requests that the page of another site makes in the same browser: they could act as people and as the bot.

The sandbox has no sign-in, so a request is believed by how it came: a browser names the page's site in Sec-Fetch-Site
(https://www.w3.org/TR/fetch-metadata/) and in Origin, and a page cannot change either. Programs send neither.
"""

import ipaddress
import re
from typing import Any

from litestar import Request, Response
from litestar.datastructures import ResponseHeader, State

HttpRequest = Request[Any, Any, State]

PAGES = ("/", "/mail")
"""Paths that a link on another page may open: these pages change nothing and cannot be framed."""
HEADERS = [
    ResponseHeader(name="X-Content-Type-Options", value="nosniff"),
    ResponseHeader(name="Cross-Origin-Resource-Policy", value="same-origin"),
    ResponseHeader(name="Cross-Origin-Opener-Policy", value="same-origin"),
    ResponseHeader(name="Referrer-Policy", value="no-referrer"),
]
"""Headers of every answer: no other site may embed it, or learn its address."""
_HOST = re.compile(r"(?:\[([0-9a-f:.]+)\]|([^\s:/@\[\]]+))(?::\d{0,5})?", re.IGNORECASE)


async def refuse_foreign_pages(request: HttpRequest) -> Response[Any] | None:
    """The refusal of a request that is not the operator's own; None for all others."""
    hosts = request.headers.getall("host", [])
    if len(hosts) != 1 or not is_local(hosts[0], request.app.state.config.host):
        asked = hosts[0][:100] if hosts else "no name"
        return _refusal(f"ask by localhost or a loopback address, not by {asked} (see SANDBOX_HOST)")
    origin = request.headers.get("origin")
    if origin is not None and origin.lower() not in (f"http://{hosts[0].lower()}", f"https://{hosts[0].lower()}"):
        return _refusal("only this sandbox's own pages may ask")
    site = request.headers.get("sec-fetch-site", "none")
    if site not in ("none", "same-origin") and not _follows_a_link(request):
        return _refusal("only this sandbox's own pages may ask")
    return None


def is_local(host: str, bound: str) -> bool:
    """Whether a Host header names this sandbox, which listens on the address or name ``bound``.

    The owner of a domain can let its name resolve to this machine (DNS rebinding), and the page then has our origin. So
    a name counts only if it is localhost or ``bound``. An address cannot be rebound: where the operator has let the
    sandbox listen beyond loopback, people reach it by any address of the machine.
    """
    match = _HOST.fullmatch(host)
    if match is None:
        return False
    name = (match[1] or match[2]).lower().removesuffix(".")
    address = _address(name)
    if address is None:
        return name in ("localhost", bound.lower().removesuffix("."))
    listens = _address(bound)
    beyond = bound != "localhost" and (listens is None or not listens.is_loopback)
    return address.is_loopback or (beyond and not address.is_unspecified)


def _address(name: str) -> ipaddress.IPv4Address | ipaddress.IPv6Address | None:
    try:
        address = ipaddress.ip_address(name)
    except ValueError:
        return None
    return getattr(address, "ipv4_mapped", None) or address


def _follows_a_link(request: HttpRequest) -> bool:
    """Whether a person opens one of the pages by a link on another page, in the browser's own window."""
    headers = request.headers
    mode, into = headers.get("sec-fetch-mode"), headers.get("sec-fetch-dest")
    return request.method == "GET" and request.url.path in PAGES and (mode, into) == ("navigate", "document")


def _refusal(sentence: str) -> Response[Any]:
    return Response({"error": sentence}, status_code=403)

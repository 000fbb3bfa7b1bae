"""Checks URLs that others chose: none may lead into this server's own network (server-side request forgery)."""

from __future__ import annotations

import ipaddress
import re
from typing import Final
from urllib.parse import urlsplit

from televent.application.outward import BadUrl

MAX_URL: Final = 2048
"""Max characters."""

_NAME: Final = re.compile(r"[A-Za-z0-9_.\-]+\Z")

Address = ipaddress.IPv4Address | ipaddress.IPv6Address
_NAT64: Final = ipaddress.IPv6Network("64:ff9b::/96")


def is_public(address: Address) -> bool:
    """Whether an address belongs to the public internet. An IPv4 address inside an IPv6 address is checked too."""
    if isinstance(address, ipaddress.IPv6Address):
        inside = address.ipv4_mapped or address.sixtofour
        if inside is None and address in _NAT64:
            inside = ipaddress.IPv4Address(int(address) & 0xFFFFFFFF)
        if inside is not None:
            return is_public(inside)
        if address.teredo is not None or address.is_site_local:
            return False
    return address.is_global and not address.is_multicast and not address.is_reserved


def check_url(url: str, *, anywhere: bool, longest: int = MAX_URL) -> None:
    """Checks the text of a URL; CheckedResolver checks the addresses of its host name.

    ``anywhere`` allows http and private addresses. ``longest``: max characters. Raises BadUrl.
    """
    if not 0 < len(url) <= longest or not url.isascii() or not url.isprintable() or " " in url:
        raise BadUrl("the URL is too long or has characters that no URL has")
    try:
        place = urlsplit(url)
        host, port = place.hostname, place.port
    except ValueError:
        raise BadUrl("the URL is not a URL") from None
    if place.scheme != "https" and not (anywhere and place.scheme == "http"):
        raise BadUrl("the URL is not https")
    if not host or place.fragment or "@" in place.netloc or port == 0 or "\\" in url:
        raise BadUrl("the URL needs a host, and neither user nor fragment")
    if not anywhere:
        _check_host(host)


def _check_host(host: str) -> None:
    try:
        address = ipaddress.ip_address(host)
    except ValueError:
        # A resolver takes a number such as 127.1 or 0x7f000001 for an address.
        name = host.rstrip(".")
        last = name.rpartition(".")[2]
        if not _NAME.match(name) or "." not in name or last.isdigit() or last.startswith("0x"):
            raise BadUrl("the URL names no host of the public internet") from None
        return
    if not is_public(address):
        raise BadUrl("the URL is a private address")

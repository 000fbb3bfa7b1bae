"""Where a push may go. Its URL comes from a client, so it must not lead into the network that this server stands in
(server-side request forgery): names are resolved first, and the connection goes to the address that was looked at."""

from __future__ import annotations

import ipaddress
import socket
from typing import Final
from urllib.parse import urlsplit

from aiohttp.abc import AbstractResolver, ResolveResult

MAX_URL: Final = 1024
"""Characters."""

Address = ipaddress.IPv4Address | ipaddress.IPv6Address
_NAT64: Final = ipaddress.IPv6Network("64:ff9b::/96")


class BadPushResource(ValueError):
    """No URL that a message may be sent to; the text says why."""


def is_public(address: Address) -> bool:
    """Whether it belongs to the internet at large, whatever form an IPv4 address inside takes."""
    if isinstance(address, ipaddress.IPv6Address):
        inside = address.ipv4_mapped or address.sixtofour
        if inside is None and address in _NAT64:
            inside = ipaddress.IPv4Address(int(address) & 0xFFFFFFFF)
        if inside is not None:
            return is_public(inside)
        if address.teredo is not None or address.is_site_local:
            return False
    return address.is_global and not address.is_multicast and not address.is_reserved


def check_push_resource(url: str, *, anywhere: bool) -> None:
    """``anywhere`` allows http and private addresses. Looks at the text only, not at what its name resolves to. Raises
    BadPushResource."""
    if not 0 < len(url) <= MAX_URL or not url.isascii() or not url.isprintable() or " " in url:
        raise BadPushResource("the push resource is no URL that is taken here")
    try:
        place = urlsplit(url)
        host, port = place.hostname, place.port
    except ValueError:
        raise BadPushResource("the push resource is no URL") from None
    if place.scheme != "https" and not (anywhere and place.scheme == "http"):
        raise BadPushResource("the push resource is not https")
    if not host or place.fragment or "@" in place.netloc or port == 0 or "\\" in url:
        raise BadPushResource("the push resource needs a host, and neither user nor fragment")
    if not anywhere:
        _check_host(host)


def _check_host(host: str) -> None:
    try:
        address = ipaddress.ip_address(host)
    except ValueError:
        # All digits, such as 127.1 or 0x7f000001, is an address to a resolver.
        last = host.rstrip(".").rpartition(".")[2]
        if "." not in host.rstrip(".") or last.isdigit() or last.startswith("0x"):
            raise BadPushResource("the push resource names no host of the internet") from None
        return
    if not is_public(address):
        raise BadPushResource("the push resource is a private address")


class CheckedResolver(AbstractResolver):
    """Only what may be connected to. What is connected to is exactly what was looked at: nothing resolves again."""

    def __init__(self, resolver: AbstractResolver, *, anywhere: bool) -> None:
        self._resolver = resolver
        self._anywhere = anywhere

    async def resolve(
        self, host: str, port: int = 0, family: socket.AddressFamily = socket.AF_INET
    ) -> list[ResolveResult]:
        """Raises OSError where nothing is left."""
        found = await self._resolver.resolve(host, port, family)
        if self._anywhere:
            return found
        allowed = [each for each in found if is_public(ipaddress.ip_address(str(each["host"]).partition("%")[0]))]
        if not allowed:
            raise OSError(f"{host} has no public address")
        return allowed

    async def close(self) -> None:
        """With the session that uses it."""
        await self._resolver.close()

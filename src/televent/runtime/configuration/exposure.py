"""Finds out whether apps send their passwords to this server readably over a public network."""

from __future__ import annotations

import socket
from collections.abc import Callable
from ipaddress import ip_address
from urllib.parse import urlsplit

from televent.settings import Settings

_ANYWHERE = {"": ("192.0.2.1",), "0.0.0.0": ("192.0.2.1",), "::": ("192.0.2.1", "2001:db8::1")}
"""Host of a socket that listens on every address → addresses of documentation that lie beyond the default route."""


def own_address_towards(address: str) -> str | None:
    """This machine's address on the way there. Connecting a datagram socket sends nothing."""
    family = socket.AF_INET6 if ":" in address else socket.AF_INET
    with socket.socket(family, socket.SOCK_DGRAM) as probe:
        try:
            probe.connect((address, 9))
            return str(probe.getsockname()[0])
        except OSError:
            return None


def exposed(settings: Settings, own_address: Callable[[str], str | None] = own_address_towards) -> str | None:
    """The sentence that warns of passwords sent readably over a public network; None where there is no such sign.

    HTTP Basic sends the password with each request (RFC 7617 §4). With PUBLIC_URL its scheme and host decide. Without,
    a trusted proxy is taken to end TLS; else the address decides that the API listens on. ``own_address``: from an
    address to the one that this machine uses on the way there.
    """
    if settings.public_url is not None:
        url = urlsplit(settings.public_url)
        if url.scheme == "https" or not _public(url.hostname or ""):
            return None
        return f"PUBLIC_URL={settings.public_url}: apps send passwords readably. Use https."
    if settings.trusted_proxies:
        return None
    found = next((each for each in listening_addresses(settings.api_host, own_address) if _public(each)), None)
    if found is None:
        return None
    return (
        f"The API listens on the public address {found} without TLS: apps send passwords readably. Put a proxy with TLS"
        " before it and set PUBLIC_URL=https://…, or set API_HOST=127.0.0.1."
    )


def _public(host: str) -> bool:
    """True for an address that is reached over the internet, and for a name: others look it up."""
    try:
        return ip_address(host).is_global
    except ValueError:
        return host != "localhost" and not host.endswith(".localhost")


def listening_addresses(host: str, own_address: Callable[[str], str | None]) -> list[str]:
    """The addresses on which a socket with this host listens. For a host that means all of them: those that the
    machine uses towards the internet."""
    if host not in _ANYWHERE:
        try:
            return [str(each[4][0]) for each in socket.getaddrinfo(host, None, type=socket.SOCK_STREAM)]
        except OSError:
            return []
    return [found for each in _ANYWHERE[host] if (found := own_address(each)) is not None]

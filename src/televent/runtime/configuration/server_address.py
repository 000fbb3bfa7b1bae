"""Finds the address at which calendar apps reach this server, for people who set one up."""

from __future__ import annotations

from collections.abc import Callable
from ipaddress import ip_address

from televent.application.reach import Reach
from televent.runtime.configuration.exposure import listening_addresses, own_address_towards
from televent.settings import Settings


def reach(settings: Settings, own_address: Callable[[str], str | None] = own_address_towards) -> Reach:
    """The address for calendar apps. Nothing is sent to find it out.

    PUBLIC_URL decides. Without it the API's own address does; where the API listens on every address, it is the one
    that this machine uses towards the internet, because the other devices of a home are there too. ``own_address``:
    from an address to the one that this machine uses on the way there.
    """
    if settings.public_url is not None:
        return Reach(f"{settings.public_url}/", "everybody")
    host = settings.api_host
    if host in ("", "0.0.0.0", "::"):
        host = next((each for each in listening_addresses(host, own_address) if not _loopback(each)), "localhost")
    name = f"[{host}]" if ":" in host else host
    return Reach(f"http://{name}:{settings.api_port}/", "machine" if _loopback(host) else "network")


def advice(settings: Settings, at: Reach) -> str:
    """The sentence for the operator about who reaches the address, and what others need; "" with PUBLIC_URL."""
    if at.by == "everybody":
        return ""
    if at.by == "network":
        return (
            "Devices in the same network reach this address. For all others: a proxy with TLS, and PUBLIC_URL=https://…"
        )
    if settings.api_host in ("", "0.0.0.0", "::"):
        return "Only this computer reaches this address: it is in no network."
    return f"Only this computer reaches this address, because of API_HOST={settings.api_host}."


def connecting(settings: Settings) -> str:
    """Where calendar apps connect, and who reaches that address, for the chat page."""
    at = reach(settings)
    return f"Calendar apps connect to {at.url} {advice(settings, at)}".strip()


def _loopback(host: str) -> bool:
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host == "localhost" or host.endswith(".localhost")

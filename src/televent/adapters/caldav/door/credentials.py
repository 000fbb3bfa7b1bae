"""The parts of a request that say who asks: the credentials of HTTP Basic (RFC 7617), and the client's address."""

from __future__ import annotations

import base64
import binascii
import re
from functools import lru_cache
from ipaddress import IPv6Address, ip_address
from typing import Final
from urllib.parse import unquote
from uuid import UUID

from televent.adapters.caldav.http import Scope

MAX_CREDENTIALS: Final = 1024
"""Max characters of a password; half the max characters of the encoded credentials."""
MAX_NAME: Final = 256
"""Max characters of a user name in a key of a limit."""
_NETWORK_BITS: Final = 64
"""Bits of an IPv6 address that count: a customer gets a network of this size at least (RFC 6177 §2)."""
_INVISIBLE: Final = r"[\s\u00ad\u061c\u180e\u200b-\u200f\u202a-\u202e\u2060-\u206f\ufeff]+"
"""Spaces, line breaks, and characters without a width."""
_AT_AN_END: Final = re.compile(rf"\A{_INVISIBLE}|{_INVISIBLE}\Z")
_ANYWHERE: Final = re.compile(_INVISIBLE)


def credentials(header: str | None) -> tuple[str, str] | None:
    """The user name and password of an Authorization header, split at the first colon (RFC 7617 §2). A
    percent-encoded user name is decoded. None if the header is missing or not valid Basic.

    A copied text often has a space or a line break more. Device passwords consist of letters and digits, so everything
    invisible is removed from a password, and from the ends of a user name.
    """
    scheme, _, encoded = (header or "").partition(" ")
    if scheme.lower() != "basic" or len(encoded) > MAX_CREDENTIALS * 2:
        return None
    try:
        raw = base64.b64decode(encoded.strip(), validate=True)
    except (binascii.Error, ValueError):
        return None
    try:
        text = raw.decode()
    except UnicodeDecodeError:
        text = raw.decode("latin-1")
    user, colon, password = text.partition(":")
    user = _AT_AN_END.sub("", unquote(user) if "%" in user else user)
    password = _ANYWHERE.sub("", password)
    if not colon or not user or not password or "\0" in user + password:
        return None
    return user, password


def canonical(user: str) -> str:
    """One spelling for all spellings of a user name that would find the same account. Names without an account are
    counted by it."""
    if user.isascii() and user.isdigit():
        return user.lstrip("0")[:MAX_NAME] or "0"
    try:
        return str(UUID(user))
    except ValueError:
        return user.lower()[:MAX_NAME]


def client_of(scope: Scope) -> str:
    """The client's address as limits count it: an IPv6 client is its network."""
    return _counted(scope["client"][0]) if scope.get("client") else "unknown"


@lru_cache(maxsize=4096)
def _counted(address: str) -> str:
    try:
        parsed = ip_address(address)
    except ValueError:
        return address
    if not isinstance(parsed, IPv6Address):
        return address
    if parsed.ipv4_mapped is not None:
        return str(parsed.ipv4_mapped)
    network = int(parsed) >> (128 - _NETWORK_BITS) << (128 - _NETWORK_BITS)
    return f"{IPv6Address(network)}/{_NETWORK_BITS}"

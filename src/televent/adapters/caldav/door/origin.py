"""The origin that a client used, for URLs that must be absolute (RFC 6454 §4)."""

from __future__ import annotations

import re
from typing import Final

from televent.adapters.caldav.http import Scope

_AUTHORITY: Final = re.compile(
    r"(?:[A-Za-z0-9](?:[A-Za-z0-9._-]{0,252})|\[[0-9A-Fa-f:.]{2,45}\])(?::(?P<port>[0-9]{1,5}))?"
).fullmatch
"""A host and a port as clients write them. RFC 3986 §3.2.2 allows far more characters in a name, but DNS does not."""


def origin(scope: Scope, host: str) -> str:
    """Scheme, host and port as the client used them, such as ``http://192.0.2.7:3000``. ``host`` is the Host header.

    A header that is missing, as in HTTP/1.0, or names no host gives way to the address that the client connected to.
    The header comes back to its own client only: no other client is shown a URL with it (ADR 38)."""
    return f"{scope.get('scheme', 'http')}://{host if _is_authority(host) else _own(scope)}"


def _is_authority(host: str) -> bool:
    found = _AUTHORITY(host)
    return found is not None and (found["port"] is None or 0 < int(found["port"]) <= 65535)


def _own(scope: Scope) -> str:
    name, port = scope.get("server") or ("localhost", None)
    bracketed = f"[{name}]" if ":" in name else name
    return f"{bracketed}:{port}" if port else bracketed

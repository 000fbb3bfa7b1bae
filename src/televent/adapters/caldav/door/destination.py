"""The headers Destination, Overwrite and Depth of COPY and MOVE (RFC 4918 §10.2, §10.3, §10.6)."""

from __future__ import annotations

from typing import Final
from urllib.parse import urlsplit

from televent.adapters.caldav.door.door import Door
from televent.adapters.caldav.errors import DavError, need_privileges
from televent.adapters.caldav.http import Request
from televent.adapters.caldav.properties.view import Person
from televent.adapters.caldav.tree import BadPath, Kind, Target, parse

MAX_NAME: Final = 255
"""Max characters in the last part of a resource's URL."""
_PORTS: Final = {"http": "80", "https": "443"}


def destination(door: Door, request: Request, person: Person) -> Target:
    """The resource that the Destination header names. Raises DavError: 400 for a missing or invalid header, 502 for
    another server, 403 for another person's tree and for the request's own URL, 409 for a place without a collection,
    403 for a name of more than MAX_NAME characters."""
    value = request.headers.get("destination", "").strip()
    try:
        parts = urlsplit(value)
        port = parts.port
    except ValueError:
        raise DavError(400, text="The Destination is not a valid URL.") from None
    if not value or parts.query or parts.fragment or (parts.scheme and not parts.netloc):
        raise DavError(400, text="Destination must be a URL of this server without query or fragment.")
    if parts.netloc and not _ours(door, request, parts.scheme, parts.hostname or "", port):
        raise DavError(502, text="The Destination is on another server.")
    try:
        target = parse(parts.path)
    except BadPath:
        raise DavError(400, text="The Destination is not a valid URL.") from None
    if target is None:
        raise DavError(409, text="The Destination's collection does not exist.")
    if target.user and not same_person(target, person):
        raise need_privileges(target.path, "bind")
    if (target.kind, target.calendar, target.name) == (
        request.target.kind,
        request.target.calendar,
        request.target.name,
    ):
        raise DavError(403, text="Source and destination are the same.")
    if len(target.name) > MAX_NAME:
        raise DavError(403, text=f"The name is longer than {MAX_NAME} characters.")
    return target


def overwrite(request: Request) -> bool:
    """The Overwrite header: True for T or no header, False for F. Raises DavError 400 for another value."""
    value = request.headers.get("overwrite", "T").strip().upper()
    if value not in ("T", "F"):
        raise DavError(400, text="Overwrite must be T or F.")
    return value == "T"


def check_depth(request: Request, *allowed: str) -> None:
    """Raises DavError 400 if the Depth header is not one of ``allowed``; a missing header is "infinity"."""
    if request.depth("infinity") not in allowed:
        raise DavError(400, text=f"Depth must be {' or '.join(allowed)}.")


def object_target(target: Target) -> Target:
    """The same target, if an object can be stored there. Raises DavError 409 for a calendar's own URL, else 403."""
    if target.kind is Kind.CALENDAR:
        raise DavError(409, text="The Destination names a calendar, not an object in one.")
    if target.kind is not Kind.OBJECT:
        raise need_privileges(target.path, "bind")
    return target


def _ours(door: Door, request: Request, scheme: str, host: str, port: int | None) -> bool:
    """True if host and port are this server's. The scheme is not compared, because a proxy may terminate TLS."""
    ours = [request.headers.get("host", "")]
    if door.public_url is not None:
        ours.append(urlsplit(door.public_url).netloc)
    wanted = (host.lower(), str(port) if port is not None else _PORTS.get(scheme.lower(), ""))
    for each in ours:
        name, colon, number = each.lower().rpartition(":")
        if not colon or "]" in number:
            name, number = each.lower(), ""
        if wanted[0] == name.strip("[]") and wanted[1] in ((number,) if number else _PORTS.values()):
            return True
    return False


def same_person(target: Target, person: Person) -> bool:
    """True if the path is in the person's own tree: by account id, Telegram id or address."""
    user = target.user.lower()
    return user in (str(person.account.tenant), str(person.account.telegram_id)) or user in person.addresses

"""What a URL names: the tree below ``/`` as CalDAV sees it.

``/caldav/{user}/`` is a person's principal and calendar home in one; ``{user}`` is the account's id, and for that very
person also the Telegram id or a verified address.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import Enum
from functools import lru_cache
from urllib.parse import quote, unquote_to_bytes
from uuid import UUID

from televent.domain.inbox_item.collection import INBOX as INBOX

OUTBOX = "outbox"
NOTIFICATIONS = "notifications"
ATTACHMENTS = "attachments"
PREFIX = "/caldav/"
PUSH_PREFIX = "/push/"


class Kind(Enum):
    """The kinds of resources."""

    WELL_KNOWN = "well-known"
    ROOT = "root"
    """``/``, ``/caldav/`` and ``/principals/``: collections from which a client finds its principal."""
    HOME = "home"
    CALENDAR = "calendar"
    OBJECT = "object"
    INBOX = "inbox"
    OUTBOX = "outbox"
    INBOX_ITEM = "inbox item"
    NOTIFICATIONS = "notifications"
    NOTIFICATION = "notification"
    PUSH_REGISTRATION = "push registration"
    """The lease on push messages that a client was given; it can be ended and nothing else."""
    ATTACHMENT = "attachment"
    """``/caldav/{user}/attachments/{id}/{filename}``: one segment more than any calendar object has."""


@dataclass(frozen=True, slots=True)
class Target:
    """What a path names. ``path`` is the canonical spelling, percent-encoded, with a slash at a collection's end."""

    kind: Kind
    path: str
    user: str = ""
    calendar: str = ""
    name: str = ""
    slash: bool = True
    """The path was sent with a slash at its end."""

    @property
    def home(self) -> str:
        """The path of the home in which this stands, with the user spelt as in the request."""
        return f"{PREFIX}{encode(self.user)}/"


class BadPath(Exception):
    """The path cannot name anything: it is not UTF-8, or has control characters that XML cannot carry, ``.`` or ``..``
    in it."""


def encode(segment: str) -> str:
    """A path segment, percent-encoded once (RFC 3986 §3.3)."""
    # Most names need nothing done, and a listing asks thousands of times.
    return segment if _PLAIN(segment) else quote(segment, safe="-._~@:+,=!$*()")


def plain(segments: str) -> bool:
    """Nothing in it needs to be encoded."""
    return _PLAIN(segments) is not None


_PLAIN = re.compile(r"[A-Za-z0-9._~@:+,=!$*()-]*").fullmatch

_ROOTS = {"": "/", "caldav": "/caldav/", "principals": "/principals/"}


@lru_cache(maxsize=4096)
def parse(raw_path: str) -> Target | None:
    """The target of a path as it was sent; None for one where nothing is or can be. Raises BadPath."""
    segments = [_decode(part) for part in raw_path.split("/")]
    if segments[0] != "" or len(segments) == 1:
        raise BadPath(raw_path)
    segments = segments[1:]
    slash = segments[-1] == ""
    if slash:
        segments.pop()
    if "" in segments:
        return None
    if not segments or (len(segments) == 1 and segments[0] in _ROOTS):
        return Target(Kind.ROOT, _ROOTS[segments[0] if segments else ""], slash=slash)
    if segments == [".well-known", "caldav"]:
        return Target(Kind.WELL_KNOWN, "/.well-known/caldav", slash=slash)
    if f"/{segments[0]}/" == PUSH_PREFIX and len(segments) == 2 and not slash:
        return Target(Kind.PUSH_REGISTRATION, f"{PUSH_PREFIX}{encode(segments[1])}", name=segments[1], slash=False)
    if segments[0] != "caldav":
        return None
    return _below(segments[1:], slash)


_RESERVED = {INBOX: Kind.INBOX, OUTBOX: Kind.OUTBOX, NOTIFICATIONS: Kind.NOTIFICATIONS}
_ITEMS = {
    Kind.CALENDAR: Kind.OBJECT,
    Kind.INBOX: Kind.INBOX_ITEM,
    Kind.NOTIFICATIONS: Kind.NOTIFICATION,
}


def _below(segments: list[str], slash: bool) -> Target | None:
    user = segments[0]
    home = f"{PREFIX}{encode(user)}/"
    if len(segments) == 1:
        return Target(Kind.HOME, home, user, slash=slash)
    calendar = segments[1]
    collection = f"{home}{encode(calendar)}/"
    kind = _RESERVED.get(calendar, Kind.CALENDAR)
    if len(segments) == 2:
        return Target(kind, collection, user, calendar, slash=slash)
    if len(segments) == 3 and not slash:
        if kind is Kind.OUTBOX:
            return None
        item = _ITEMS[kind]
        return Target(item, collection + encode(segments[2]), user, calendar, segments[2], slash=False)
    if len(segments) == 4 and calendar == ATTACHMENTS and not slash:
        path = f"{collection}{encode(segments[2])}/{encode(segments[3])}"
        return Target(Kind.ATTACHMENT, path, user, calendar, segments[2], slash=False)
    return None


def attachment_of(target: Target) -> UUID | None:
    """The id in an attachment's path."""
    try:
        return UUID(target.name)
    except ValueError:
        return None


def _decode(part: str) -> str:
    try:
        text = unquote_to_bytes(part).decode()
    except UnicodeDecodeError:
        raise BadPath(part) from None
    if "/" in text or text in (".", "..") or any(_unwritable(character) for character in text):
        raise BadPath(part)
    return text


def _unwritable(character: str) -> bool:
    # A line feed may come: clients name a resource by its UID, and there are UIDs with one in them.
    return (character < " " and character not in "\t\n\r") or character == "\x7f"

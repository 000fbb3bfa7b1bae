"""Parses URL paths into the resources that they name.

``/caldav/{user}/`` is both the principal and the calendar home of an account. ``{user}`` is the account's id; the
account itself may also use its Telegram id or a verified address.
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
    """A client's subscription to push messages. A client can only delete it."""
    ATTACHMENT = "attachment"
    """``/caldav/{user}/attachments/{id}/{filename}``. It has one segment more than a calendar object."""


@dataclass(frozen=True, slots=True)
class Target:
    """The resource that a path names. ``path`` is the canonical path, percent-encoded, with a trailing slash for a
    collection."""

    kind: Kind
    path: str
    user: str = ""
    calendar: str = ""
    name: str = ""
    slash: bool = True
    """True if the client's path had a trailing slash."""

    @property
    def home(self) -> str:
        """The path of the home that contains this resource, with the user as the request wrote it."""
        return f"{PREFIX}{encode(self.user)}/"


class BadPath(Exception):
    """The path is not UTF-8, or a segment is ``.`` or ``..``, or it contains an encoded slash or a control character
    that XML cannot contain."""


def encode(segment: str) -> str:
    """A path segment, percent-encoded once (RFC 3986 §3.3)."""
    # The fast path: most names need no encoding, and a listing calls this thousands of times.
    return segment if _PLAIN(segment) else quote(segment, safe="-._~@:+,=!$*()")


def plain(segments: str) -> bool:
    """True if no character needs percent-encoding."""
    return _PLAIN(segments) is not None


_PLAIN = re.compile(r"[A-Za-z0-9._~@:+,=!$*()-]*").fullmatch

_ROOTS = {"": "/", "caldav": "/caldav/", "principals": "/principals/"}


MAX_KEPT = 512
"""Max characters of a path that is read once for all requests that name it: a stranger may send any, of any length."""
_SEGMENT = r"([A-Za-z0-9._~@:+,=!$*()-]{3,})"
_MEMBER = re.compile(rf"/caldav/{_SEGMENT}/{_SEGMENT}/{_SEGMENT}?").fullmatch
"""The path of a calendar or of a member, which nearly all requests name, where nothing in it needs decoding. A segment
of three characters is neither ``.`` nor ``..``."""


def parse(raw_path: str) -> Target | None:
    """The target of a path as the client sent it; None if no resource can have this path. Raises BadPath."""
    # A memory of paths would not help here: each device asks about others, and once in many minutes.
    found = _MEMBER(raw_path)
    if found is None or found[2] in _RESERVED:
        return _parsed_once(raw_path) if len(raw_path) <= MAX_KEPT else parse_any(raw_path)
    user, calendar, name = found.groups()
    if name is None:
        return Target(Kind.CALENDAR, raw_path, user, calendar)
    return Target(Kind.OBJECT, raw_path, user, calendar, name, slash=False)


def parse_any(raw_path: str) -> Target | None:
    """As ``parse``, for any path."""
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


_parsed_once = lru_cache(maxsize=4096)(parse_any)

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
    """The id in an attachment's path; None if it is not a UUID."""
    try:
        return UUID(target.name)
    except ValueError:
        return None


def _decode(part: str) -> str:
    if _PLAIN(part) and part not in (".", ".."):
        return part
    try:
        text = unquote_to_bytes(part).decode()
    except UnicodeDecodeError:
        raise BadPath(part) from None
    if "/" in text or text in (".", "..") or any(_unwritable(character) for character in text):
        raise BadPath(part)
    return text


def _unwritable(character: str) -> bool:
    # A line feed is allowed: clients name a resource by its UID, and some UIDs contain one.
    return (character < " " and character not in "\t\n\r") or character == "\x7f"

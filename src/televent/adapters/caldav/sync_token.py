"""Reads and writes sync tokens (RFC 6578 §3.2, §4). A token contains all that the server needs to answer it, so the
server stores none.

A calendar's token contains the calendar's counter. A home has no counter, so its token lists the state of each
collection in it. The server compares that list with the current home: it finds every change, and no change costs an
extra write.
"""

from __future__ import annotations

import base64
import binascii
import json
import re
import zlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from hashlib import blake2b
from typing import Final
from uuid import UUID

from televent.adapters.caldav.errors import DavError, dav_precondition
from televent.adapters.caldav.tree import INBOX, NOTIFICATIONS, OUTBOX
from televent.application.read_models.calendars import CalendarRow

MAX_TOKEN_CHARS: Final = 64 * 1024
"""Max characters of a home's token, which is enough for some thousands of calendars. The unpacked list may have four
times as many bytes."""

HOME_TOKEN: Final = "data:,televent/home/"
_CALENDAR = re.compile(r"data:,televent/([0-9a-f-]{36})/([0-9a-f]{12})/([0-9]{1,18})(?:-([0-9]{1,18}))?\Z")
_HOME = re.compile(rf"{re.escape(HOME_TOKEN)}([A-Za-z0-9_-]*={{0,2}})\Z")


@dataclass(frozen=True, slots=True)
class CollectionState:
    """The state of one collection that a client knows: ``ident`` identifies the row and the incarnation of the data,
    ``seq`` is the counter up to which the client knows its members, and ``mark`` is a hash of its properties."""

    ident: str
    seq: int
    mark: str


HomeState = Mapping[str, CollectionState]
"""The collections of a home by name."""
_FIXED: Final = {name: CollectionState("", 0, "") for name in (INBOX, OUTBOX, NOTIFICATIONS)}
"""Collections of every home. The outbox and the notifications never change; the inbox's row replaces this entry."""


def unknown_token() -> DavError:
    """The error for an invalid token (§3.2). The client then starts again without a token."""
    return dav_precondition("valid-sync-token")


@dataclass(frozen=True, slots=True)
class Since:
    """The part of a calendar that a client knows: its members up to the counter ``seq``.

    ``begun`` is the calendar's counter when the client began its first sync, if that sync is not complete yet. The
    client has never seen members that were deleted before, so they are not reported."""

    seq: int = 0
    begun: int = 0


def since(token: str, row: CalendarRow) -> Since:
    """Reads a calendar's token. Raises DavError 403 valid-sync-token for a token of another calendar, of another
    incarnation of the data, or with a counter that this calendar cannot answer."""
    found = _CALENDAR.match(token)
    if found is None or (found[1], found[2]) != (str(row.calendar_id), row.incarnation):
        raise unknown_token()
    known = Since(int(found[3]), int(found[4] or 0))
    if not row.floor_seq <= known.seq <= row.seq or known.begun > row.seq:
        raise unknown_token()
    return known


def collection_state(row: CalendarRow) -> CollectionState:
    """The current state of a calendar. For a shared calendar the mark also covers the sharee's access and own data."""
    own = [] if row.share is None else [row.share.access, row.share.seq]
    shown = json.dumps([row.components, dict(row.props), *own], sort_keys=True).encode()
    return CollectionState(_ident(row.calendar_id, row.incarnation), row.seq, blake2b(shown, digest_size=4).hexdigest())


def home_state(rows: Iterable[CalendarRow]) -> dict[str, CollectionState]:
    """The current state of a home."""
    return {**_FIXED, **{row.name: collection_state(row) for row in rows}}


def home_token(shown: HomeState) -> str:
    """The token of a home's state. The same state always gives the same token, on every node."""
    rows = [[name, each.ident, each.seq, each.mark] for name, each in sorted(shown.items())]
    packed = zlib.compress(json.dumps(rows, separators=(",", ":")).encode(), 9)
    return HOME_TOKEN + base64.urlsafe_b64encode(packed).decode().rstrip("=")


def read_home_token(token: str) -> dict[str, CollectionState]:
    """Reads a home's token. Raises DavError 403 valid-sync-token for a token that this server did not make."""
    found = _HOME.match(token) if len(token) <= MAX_TOKEN_CHARS else None
    if found is None:
        raise unknown_token()
    try:
        packed = base64.urlsafe_b64decode(found[1] + "=" * (-len(found[1]) % 4))
        opened = zlib.decompressobj()
        text = opened.decompress(packed, 4 * MAX_TOKEN_CHARS)
        if not opened.eof:
            raise unknown_token()
        return {
            str(name): CollectionState(str(ident), int(seq), str(mark)) for name, ident, seq, mark in json.loads(text)
        }
    except (binascii.Error, zlib.error, ValueError, TypeError, OverflowError, RecursionError):
        raise unknown_token() from None


def check_home(known: HomeState, rows: Iterable[CalendarRow]) -> None:
    """Raises DavError 403 valid-sync-token if the token has a higher counter than a calendar has now, or comes from
    another incarnation of the data (a restored database)."""
    current = {_ident(row.calendar_id, row.incarnation): row for row in rows}
    incarnations = {row.incarnation[:6] for row in current.values()}
    for each in known.values():
        row = current.get(each.ident)
        if not each.ident:
            continue
        if each.ident[8:] not in incarnations or each.seq < 0 or (row is not None and each.seq > row.seq):
            raise unknown_token()


def _ident(calendar_id: UUID, incarnation: str) -> str:
    return f"{calendar_id.hex[:8]}{incarnation[:6]}"

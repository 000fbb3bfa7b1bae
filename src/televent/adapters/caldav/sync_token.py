"""What sync tokens say: RFC 6578 §3.2, §4. Each carries all that is needed to answer it; the server keeps none.

A calendar's token names its counter. A home has no counter of its own: its token is a picture of the home, which is
held against the home as it stands. So nothing can change without being seen, and no change costs a write.
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

LONGEST: Final = 64 * 1024
"""Characters of a home's token, and octets inside it: some thousands of calendars."""

HOME_TOKEN: Final = "data:,televent/home/"
_CALENDAR = re.compile(r"data:,televent/([0-9a-f-]{36})/([0-9a-f]{12})/([0-9]{1,18})(?:-([0-9]{1,18}))?\Z")
_HOME = re.compile(rf"{re.escape(HOME_TOKEN)}([A-Za-z0-9_-]*={{0,2}})\Z")


@dataclass(frozen=True, slots=True)
class Pictured:
    """A calendar as a client knows it: whose row it was, the counter up to which its members are known, and a mark of
    its properties."""

    ident: str
    seq: int
    mark: str


Picture = Mapping[str, Pictured]
"""By name."""
_FIXED: Final = {name: Pictured("", 0, "") for name in (INBOX, OUTBOX, NOTIFICATIONS)}
"""In every home. Outbox and notifications do not change; the inbox has a row that takes this place."""


def unknown_token() -> DavError:
    """§3.2: the client starts again from nothing."""
    return dav_precondition("valid-sync-token")


@dataclass(frozen=True, slots=True)
class Since:
    """How far a client knows a calendar: its members up to ``seq``. ``begun``: the counter at which it began to walk
    from nothing, if it is not through yet; what was buried by then it has never had."""

    seq: int = 0
    begun: int = 0


def since(token: str, row: CalendarRow) -> Since:
    """What a calendar's token says. Raises DavError for a token of another calendar, of another life of the data, or of
    no moment of this one."""
    found = _CALENDAR.match(token)
    if found is None or (found[1], found[2]) != (str(row.calendar_id), row.incarnation):
        raise unknown_token()
    known = Since(int(found[3]), int(found[4] or 0))
    if not row.floor_seq <= known.seq <= row.seq or known.begun > row.seq:
        raise unknown_token()
    return known


def pictured(row: CalendarRow) -> Pictured:
    """A calendar as it stands; of somebody else's, what is this person's alone goes into the mark."""
    own = [] if row.share is None else [row.share.access, row.share.seq]
    shown = json.dumps([row.components, dict(row.props), *own], sort_keys=True).encode()
    return Pictured(_ident(row.calendar_id, row.incarnation), row.seq, blake2b(shown, digest_size=4).hexdigest())


def picture(rows: Iterable[CalendarRow]) -> dict[str, Pictured]:
    """A home as it stands."""
    return {**_FIXED, **{row.name: pictured(row) for row in rows}}


def home_token(shown: Picture) -> str:
    """The same for the same home, whoever writes it."""
    rows = [[name, each.ident, each.seq, each.mark] for name, each in sorted(shown.items())]
    packed = zlib.compress(json.dumps(rows, separators=(",", ":")).encode(), 9)
    return HOME_TOKEN + base64.urlsafe_b64encode(packed).decode().rstrip("=")


def home_picture(token: str) -> dict[str, Pictured]:
    """What a home's token shows. Raises DavError for what is none of ours."""
    found = _HOME.match(token) if len(token) <= LONGEST else None
    if found is None:
        raise unknown_token()
    try:
        packed = base64.urlsafe_b64decode(found[1] + "=" * (-len(found[1]) % 4))
        opened = zlib.decompressobj()
        text = opened.decompress(packed, 4 * LONGEST)
        if not opened.eof:
            raise unknown_token()
        return {str(name): Pictured(str(ident), int(seq), str(mark)) for name, ident, seq, mark in json.loads(text)}
    except (binascii.Error, zlib.error, ValueError, TypeError, OverflowError, RecursionError):
        raise unknown_token() from None


def check_home(known: Picture, rows: Iterable[CalendarRow]) -> None:
    """Raises DavError where the token shows a calendar later than it stands, or in another life of the data."""
    standing = {_ident(row.calendar_id, row.incarnation): row for row in rows}
    lives = {row.incarnation[:6] for row in standing.values()}
    for each in known.values():
        row = standing.get(each.ident)
        if not each.ident:
            continue
        if each.ident[8:] not in lives or each.seq < 0 or (row is not None and each.seq > row.seq):
            raise unknown_token()


def _ident(calendar_id: UUID, incarnation: str) -> str:
    return f"{calendar_id.hex[:8]}{incarnation[:6]}"

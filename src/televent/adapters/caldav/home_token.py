"""Reads and writes a home's sync tokens (RFC 6578 §3.2, §3.3).

A home has no counter, so its token lists the state of each collection in it. The server compares that list with the
current home: it finds every change, and no change costs an extra write.
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

from televent.adapters.caldav.sync_token import unknown_token
from televent.adapters.caldav.tree import INBOX, NOTIFICATIONS, OUTBOX
from televent.application.read_models.calendars import CalendarRow
from televent.application.read_models.counters import Moment, Past, past_of

MAX_TOKEN_CHARS: Final = 64 * 1024
"""Max characters of a home's token, which is enough for some thousands of calendars. The unpacked list may have four
times as many bytes."""

HOME_TOKEN: Final = "data:,televent/home/"
_HOME = re.compile(rf"{re.escape(HOME_TOKEN)}([A-Za-z0-9_-]*={{0,2}})\Z")


@dataclass(frozen=True, slots=True)
class CollectionState:
    """The state of one collection that a client knows: ``ident`` identifies the row, ``run`` and ``seq`` are those of
    its counter, and ``mark`` is a hash of its properties. ``reached`` is as in sync_token.Known, None where it is
    ``seq``."""

    ident: str
    run: str
    seq: int
    mark: str
    reached: int | None = None

    @property
    def members(self) -> int:
        """The number up to which the client knows the members."""
        return self.seq if self.reached is None else self.reached


HomeState = Mapping[str, CollectionState]
"""The collections of a home by name."""
_FIXED: Final = {name: CollectionState("", "", 0, "") for name in (INBOX, OUTBOX, NOTIFICATIONS)}
"""Collections of every home. The outbox and the notifications never change; the inbox's row replaces this entry."""


def collection_state(row: CalendarRow) -> CollectionState:
    """The current state of a calendar. For a shared calendar the mark also covers the sharee's access and own data."""
    own = [] if row.share is None else [row.share.access, row.share.run, row.share.seq]
    shown = json.dumps([row.components, dict(row.props), *own], sort_keys=True).encode()
    return CollectionState(_ident(row), row.run, row.seq, blake2b(shown, digest_size=4).hexdigest())


def home_state(rows: Iterable[CalendarRow]) -> dict[str, CollectionState]:
    """The current state of a home."""
    return {**_FIXED, **{row.name: collection_state(row) for row in rows}}


def home_token(shown: HomeState) -> str:
    """The token of a home's state. The same state always gives the same token, on every node."""
    rows = [
        [name, each.ident, each.run, each.seq, each.mark, *([] if each.reached is None else [each.reached])]
        for name, each in sorted(shown.items())
    ]
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
            str(name): CollectionState(str(ident), str(run), int(seq), str(mark), *map(int, reached))
            for name, ident, run, seq, mark, *reached in json.loads(text)
        }
    except (binascii.Error, zlib.error, ValueError, TypeError, OverflowError, RecursionError):
        raise unknown_token() from None


def check_home(known: HomeState, rows: Iterable[CalendarRow]) -> Past:
    """The token is valid only if the returned Past happened. Raises DavError 403 valid-sync-token if the token names a
    state that a calendar never had. A calendar that is gone needs no check: the answer says that it is gone."""
    current = {_ident(row): row for row in rows}
    if any(not 0 <= each.members <= each.seq for each in known.values()):
        raise unknown_token()
    past = past_of(
        (current[each.ident].counter, Moment(each.run, each.seq)) for each in known.values() if each.ident in current
    )
    if past is None:
        raise unknown_token()
    return past


def _ident(row: CalendarRow) -> str:
    return row.calendar_id.hex[:8]

"""Reads and writes a calendar's sync tokens (RFC 6578 §3.2, §4). A token contains all that the server needs to answer
it, so the server stores none.

A token names a state of the calendar that the server has shown, by its run and its number. It is refused unless that
state belongs to the calendar's history. So a token of changes that a restore or a failover has undone is refused for
ever (ADR 6).
"""

from __future__ import annotations

import hashlib
import re
from dataclasses import dataclass
from typing import Final

from televent.adapters.caldav.errors import DavError, dav_precondition
from televent.application.read_models.calendars import CalendarRow
from televent.application.read_models.counters import NOTHING, Moment, Past, past_of
from televent.application.use_cases.calendars.sharing import title_of

_PREFIX: Final = "data:,televent/"
_RUN, _NUMBER = "([0-9a-f]{12})", "([0-9]{1,18})"
_TOKEN: Final = re.compile(
    rf"{_PREFIX}([0-9a-f-]{{36}})/{_RUN}(?:\.{_RUN})?/{_NUMBER}(?:\.{_NUMBER})?"
    rf"(?:~{_NUMBER}(?:\.{_NUMBER})?(?:-{_NUMBER})?)?\Z"
)


@dataclass(frozen=True, slots=True)
class Known:
    """The part of a calendar that a client knows.

    ``at`` is the newest state that the server read for the client, ``reached`` the number up to which the client has
    all changes that were the last ones of their members at that state. It is below the number of ``at`` where a limit
    cut the answer, or where the calendar changed during it. ``begun`` is the calendar's number when the client began
    its first sync, if that sync is not complete yet: the client has never seen members that were deleted before, so
    they are not reported. ``own`` and ``own_reached`` are the same for the counter of a sharee's own data."""

    at: Moment
    reached: int
    begun: int = 0
    own: Moment = NOTHING
    own_reached: int = 0


def unknown_token() -> DavError:
    """The error for an invalid token (§3.2). The client then starts again without a token."""
    return dav_precondition("valid-sync-token")


def complete(row: CalendarRow) -> Known:
    """The knowledge of a client that has the calendar's current state."""
    if row.share is None:
        return Known(row.moment, row.seq)
    return Known(row.moment, row.seq, own=row.share.counter.now, own_reached=row.share.seq)


def token_of(row: CalendarRow, known: Known) -> str:
    """The sync token for that knowledge of the calendar."""
    at, own = known.at, known.own
    if row.share is None:
        place, seq, reached = f"{row.calendar_id}/{at.run}", str(at.seq), str(known.reached)
    else:
        place, seq = f"{row.share.share_id}/{at.run}.{own.run}", f"{at.seq}.{own.seq}"
        reached = f"{known.reached}.{known.own_reached}"
    begun = f"-{known.begun}" if known.begun else ""
    return f"{_PREFIX}{place}/{seq}" + ("" if reached == seq else f"~{reached}{begun}")


def sync_token_of(row: CalendarRow) -> str:
    """The sync token of the calendar's current state."""
    if row.share is None:
        # As below, without the records: each poll writes it twice.
        return f"{_PREFIX}{row.calendar_id}/{row.run}/{row.seq}"
    return token_of(row, complete(row))


def ctag(row: CalendarRow) -> str:
    """The calendar's ctag, which changes when a member changes and at no other time."""
    return sync_token_of(row).removeprefix(_PREFIX)


def collection_etag(row: CalendarRow) -> str:
    """The ETag of the calendar itself, unquoted: of the stream of its members under its name."""
    return f"{ctag(row)}.{hashlib.sha256(title_of(row).encode()).hexdigest()[:12]}"


def read_token(token: str, row: CalendarRow) -> tuple[Known, Past]:
    """Reads a calendar's token; "" begins a first sync. The token is valid only if the returned Past happened.

    Raises DavError 403 valid-sync-token for a token of another calendar, or of a state that this one never had."""
    share = row.share
    if not token:
        return Known(row.moment, 0, row.seq, complete(row).own), Past(())
    found = _TOKEN.match(token)
    if found is None or found[1] != str(row.calendar_id if share is None else share.share_id):
        raise unknown_token()
    _, run, own_run, seq, own_seq, reached, own_reached, begun = found.groups()
    if {share is None} != {part is None for part in (own_run, own_seq, own_reached if reached else own_seq)}:
        raise unknown_token()
    at, own = Moment(run, int(seq)), NOTHING if share is None else Moment(own_run, int(own_seq))
    known = Known(at, int(reached or seq), int(begun or 0), own, int(own_reached or own_seq or 0))
    past = past_of([(row.counter, at), *([] if share is None else [(share.counter, own)])])
    if past is None or max(known.reached, known.begun) > at.seq or known.own_reached > own.seq:
        raise unknown_token()
    if known.reached < row.floor_seq:
        raise unknown_token()
    return known, past

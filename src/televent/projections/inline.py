"""The rows written in the transaction of the facts: those of ``dav_index``, ``company`` and ``directory``."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from televent.application.read_models.writes import Write
from televent.domain.account.state import Account
from televent.domain.calendar.state import Calendar
from televent.domain.calendar_object.state import CalendarObject
from televent.domain.ids import StreamKey
from televent.domain.inbox_item.state import InboxItem
from televent.domain.sharing.mount.state import Mount
from televent.domain.sharing.overlay.state import Overlay
from televent.ical.queries.occurs import season_of
from televent.projections.company import company_writes
from televent.projections.dav_index import (
    Indexing,
    calendar_writes,
    inbox_item_writes,
    indexed,
    mount_writes,
    object_writes,
    overlay_writes,
)
from televent.projections.directory import account_writes


def inline_writes(
    key: StreamKey,
    before: Any,
    after: Any,
    facts: Sequence[Any],
    at: datetime,
    season: int | None = None,
    index: Indexing = indexed,
) -> list[Write]:
    """The rows that one stream's change writes. Pure. ``before`` and ``after`` are states of the stream's kind.

    ``season``: the quarter of a year for which series without end are indexed; None: that of ``at``. ``index``: as for
    object_writes. Raises TypeError for a state without an inline projection.
    """
    if not facts:
        return []
    match after:
        case CalendarObject():
            rows = object_writes(key, before, after, at, season_of(at) if season is None else season, index)
            return [*rows, *company_writes(key, before, after, facts)]
        case Calendar():
            return calendar_writes(key, after, facts, key.stream)
        case InboxItem():
            return inbox_item_writes(key, before, after, at, index)
        case Mount():
            return mount_writes(key, after, at)
        case Overlay():
            return overlay_writes(key, after)
        case Account():
            return account_writes(key, after, facts, at)
        case _:
            raise TypeError(f"no inline projection for {type(after).__qualname__}")

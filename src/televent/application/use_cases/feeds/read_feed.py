"""Reading a calendar by the secret address of its feed: what may be seen of it, as one file."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final
from uuid import uuid5

from televent.application.backend import Backend
from televent.application.feeds.given import Feed, digest
from televent.application.read_models.calendars import CalendarRow
from televent.application.read_models.resources import ResourceRow
from televent.application.refusals import FeedTooLarge
from televent.application.use_cases.calendars.sharing import title_of
from televent.ical.editing.whole import WholeCalendar
from televent.ical.objects.calendar_text import CalendarText
from televent.ical.objects.own_parts import with_own_parts
from televent.ical.objects.sharees import PRIVATE, PUBLIC, as_busy, visibility
from televent.ical.text.errors import IcalError

MAX_BYTES: Final = 10 * 1024 * 1024
"""Max bytes of a feed. A larger calendar is given without its far past and future."""
BEFORE: Final = timedelta(days=90)
AFTER: Final = timedelta(days=730)
"""Times before and after now that such a feed still covers."""
PRODID: Final = "-//Televent//Feed//EN"
# RFC 7986 §5.7, and the property that Outlook reads instead.
_TTL: Final = b"REFRESH-INTERVAL;VALUE=DURATION:PT1H\r\nX-PUBLISHED-TTL:PT1H\r\n"


@dataclass(frozen=True, slots=True)
class OpenFeed:
    """A feed that is there. ``etag``: changes with everything that the file may have."""

    feed: Feed
    calendar: CalendarRow
    title: str
    etag: str


def open_feed(backend: Backend, secret: str) -> OpenFeed | None:
    """The feed with that secret; None where there is none, or no longer. It costs two look-ups."""
    feed = backend.feeds.at(digest(secret))
    calendar = backend.reads.calendar_of(feed.tenant, feed.calendar_id) if feed is not None else None
    if feed is None or calendar is None:
        return None
    title = title_of(calendar) if feed.content == "full" else ""
    state = f"{feed.feed_id}/{feed.content}/{calendar.moment.run}/{calendar.moment.seq}/{title}"
    return OpenFeed(feed, calendar, title, f'"{hashlib.sha256(state.encode()).hexdigest()[:32]}"')


def write_feed(backend: Backend, opened: OpenFeed, now: datetime) -> bytes:
    """The file. Raises FeedTooLarge where even the near past and future have more than MAX_BYTES."""
    reads, feed = backend.reads, opened.feed
    written = _written(opened, reads.members(feed.tenant, feed.calendar_id, with_text=True))
    if written is None:
        near = reads.overlapping(feed.tenant, feed.calendar_id, now - BEFORE, now + AFTER, None)
        written = _written(opened, near)
    if written is None:
        raise FeedTooLarge()
    return written


def _written(opened: OpenFeed, rows: Iterable[ResourceRow]) -> bytes | None:
    whole = WholeCalendar(PRODID)
    pieces = [whole.head(opened.title), _TTL]
    size = 0
    for text in _shown(opened.feed, rows):
        try:
            piece = whole.add(text)
        except IcalError:
            continue
        pieces.append(piece)
        size += len(piece)
        if size > MAX_BYTES:
            return None
    return b"".join((*pieces, whole.tail()))


def _shown(feed: Feed, rows: Iterable[ResourceRow]) -> Iterator[CalendarText]:
    """The events as those may see them who know the address: as sharees do who read (ical.objects.sharees), without
    the owner's alarms; or only the times."""
    for row in rows:
        seen = visibility(row.text)
        if feed.content == "busy":
            text = _anonymous(feed, row)
        elif seen == PUBLIC:
            text = _without_alarms(row)
        else:
            text = None if seen == PRIVATE else as_busy(row.text)
        if text is not None:
            yield text


def _without_alarms(row: ResourceRow) -> CalendarText | None:
    try:
        return with_own_parts(row.text, None)
    except IcalError:
        return None


def _anonymous(feed: Feed, row: ResourceRow) -> CalendarText | None:
    """The times of an event. Its UID may name a person or a firm, and CLASS says that there is a secret."""
    text = as_busy(row.text)
    if text is None:
        return None
    root = text.copy()
    for event in root.components("VEVENT"):
        event.put("UID", str(uuid5(feed.feed_id, row.uid)))
        event.drop("CLASS")
    return CalendarText.of_tree(root)

"""How a calendar looks to somebody it is shared with: his own properties over the owner's, under a name of its own.

The name in his home is made of the share's id, and no calendar of his own can be called so: whose calendar a name means
is seen from the name, and looking up one's own costs nothing more.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import replace
from itertools import islice
from typing import Final
from uuid import UUID

from televent.application.read_models.calendars import CalendarRow
from televent.application.read_models.reads import Reads
from televent.application.read_models.resources import ResourceRow
from televent.application.read_models.share import Share
from televent.domain.calendar_object.state import etag_of
from televent.ical.objects.calendar_text import CalendarText
from televent.ical.objects.own_parts import kept_parts, with_own_parts
from televent.ical.objects.sharees import PRIVATE, PUBLIC, as_busy, visibility
from televent.ical.text.errors import IcalError

TRANSP: Final = "{urn:ietf:params:xml:ns:caldav}schedule-calendar-transp"
TRANSPARENT: Final = "<C:transparent/>"
PAGE: Final = 100
"""Of so many events at once is asked what is a person's own in them."""

INHERITED: Final = frozenset(
    {
        "{DAV:}displayname",
        "{urn:ietf:params:xml:ns:caldav}calendar-description",
        "{urn:ietf:params:xml:ns:caldav}calendar-timezone",
        "{urn:ietf:params:xml:ns:caldav}calendar-timezone-id",
        "{http://apple.com/ns/ical/}calendar-color",
    }
)
"""What of the owner's shows until one has set one's own. The rest of what the owner has set is nobody's business."""

_NAME = re.compile(r"shared-([0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12})\Z")


def mount_name(share_id: UUID) -> str:
    """Under which name the calendar stands in the home of the person it is shared with."""
    return f"shared-{share_id}"


def share_named(name: str) -> UUID | None:
    """The share that a name means; None for the name of a calendar of one's own."""
    found = _NAME.match(name)
    return UUID(found[1]) if found else None


def seen_by_sharee(row: CalendarRow, share: Share) -> CalendarRow:
    """The owner's row as the other person sees it. Time that others fill is not one's own unless one says so
    (CalendarServer sharing §5.5.5)."""
    owners = {name: value for name, value in row.props.items() if name.removeprefix("@") in INHERITED}
    for name in share.props:
        owners.pop(f"@{name}", None)
    props = {TRANSP: TRANSPARENT, **owners, **share.props}
    return replace(row, name=mount_name(share.share_id), props=props, shares={}, share=share)


def presented(row: ResourceRow, share: Share, own: bytes | None = None) -> ResourceRow | None:
    """An event of the owner's as the other person sees it: with his own alarms and transparency (``own``, as
    ical.own_parts keeps it). ``row`` must have its text. None: not at all."""
    seen = visibility(row.text)
    if seen == PUBLIC:
        return with_own(row, share, own)
    shown = None if seen == PRIVATE else as_busy(row.text)
    return None if shown is None else replace(_with_text(row, share, shown), schedule_tag=None)


def with_own(row: ResourceRow, share: Share, own: bytes | None) -> ResourceRow | None:
    """The whole event, with the other person's own alarms and transparency: to be shown only where it is public. None
    for a text that cannot be read."""
    # What was kept cannot be read any more once the person was erased: then there is nothing of his own.
    for kept in (own, None):
        try:
            return _with_text(row, share, with_own_parts(row.text, kept_parts(kept) if kept is not None else None))
        except IcalError:
            continue
    return None


def _with_text(row: ResourceRow, share: Share, text: CalendarText) -> ResourceRow:
    if text == row.text:
        return replace(row, share=share)
    return replace(row, share=share, ics=text.raw, known=text, size=len(text.raw), etag=etag_of(text))


def seen(reads: Reads, share: Share, rows: Iterable[ResourceRow], *, whole: bool = False) -> Iterator[ResourceRow]:
    """Those of the owner's events that the other person sees, as he sees them; ``rows`` must have their texts.
    ``whole``: all, and all of them, for when they are and never to be shown."""
    for page in _pages(rows):
        own = reads.overlays(share, [row.stream_id for row in page]) if share.seq else {}
        page.reverse()
        while page:
            # A row that was read leaves the page: the trees of a hundred texts would take too much memory.
            row = page.pop()
            mine = own.get(row.stream_id)
            shown = with_own(row, share, mine) if whole else presented(row, share, mine)
            if shown is not None:
                yield shown


def _pages(rows: Iterable[ResourceRow]) -> Iterator[list[ResourceRow]]:
    source = iter(rows)
    while page := list(islice(source, PAGE)):
        yield page

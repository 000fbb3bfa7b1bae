"""A shared calendar as the sharee sees it: the sharee's properties over the owner's, under a name of its own.

The name in the sharee's home contains the share's id, and no other calendar may have such a name. So the name alone
tells a shared calendar from an own one, without a database query.
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
from televent.ical.objects.sharees import PRIVATE, PUBLIC, as_busy, stricter, visibility
from televent.ical.text.errors import IcalError

TRANSP: Final = "{urn:ietf:params:xml:ns:caldav}schedule-calendar-transp"
TRANSPARENT: Final = "<C:transparent/>"
PAGE: Final = 100
"""Max events per query for a sharee's own parts."""

INHERITED: Final = frozenset(
    {
        "{DAV:}displayname",
        "{urn:ietf:params:xml:ns:caldav}calendar-description",
        "{urn:ietf:params:xml:ns:caldav}calendar-timezone",
        "{urn:ietf:params:xml:ns:caldav}calendar-timezone-id",
        "{http://apple.com/ns/ical/}calendar-color",
    }
)
"""The owner's properties that a sharee sees until they set their own. All others are private to the owner."""

_NAME = re.compile(r"shared-([0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12})\Z")


def mount_name(share_id: UUID) -> str:
    """The name of a shared calendar in the sharee's home."""
    return f"shared-{share_id}"


def share_named(name: str) -> UUID | None:
    """The share's id in a calendar's name; None for the name of an own calendar."""
    found = _NAME.match(name)
    return UUID(found[1]) if found else None


def seen_by_sharee(row: CalendarRow, share: Share) -> CalendarRow:
    """The owner's row as the sharee sees it. A shared calendar does not count as busy time unless the sharee sets that
    (CalendarServer sharing §5.5.5)."""
    owners = {name: value for name, value in row.props.items() if name.removeprefix("@") in INHERITED}
    for name in share.props:
        owners.pop(f"@{name}", None)
    props = {TRANSP: TRANSPARENT, **owners, **share.props}
    return replace(row, name=mount_name(share.share_id), props=props, shares={}, share=share)


def presented(
    row: ResourceRow, share: Share, own: bytes | None = None, *, at_least: str = PUBLIC
) -> ResourceRow | None:
    """An event of the owner as the sharee sees it, with the sharee's own alarms and transparency.

    ``own``: these parts, in the format of ical.objects.own_parts. ``row`` must have its text. ``at_least``: a
    classification that counts where it is stricter than the event's. None: the sharee may not see the event.
    """
    seen = stricter(visibility(row.text), at_least)
    if seen == PUBLIC:
        return with_own(row, share, own)
    shown = None if seen == PRIVATE else as_busy(row.text)
    return None if shown is None else replace(_with_text(row, share, shown), schedule_tag=None)


def shown_to_sharees(text: CalendarText) -> bool:
    """Whether sharees see the event, whole or as busy time."""
    seen = visibility(text)
    return seen == PUBLIC or (seen != PRIVATE and as_busy(text) is not None)


def with_own(row: ResourceRow, share: Share, own: bytes | None) -> ResourceRow | None:
    """The whole event with the sharee's own alarms and transparency. A private event must not be shown like this.

    None for a text that cannot be parsed.
    """
    # After the sharee's erasure the stored parts cannot be read; the event is then shown without them.
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
    """The owner's events as the sharee sees them, without those that are hidden. ``rows`` must have their texts.

    ``whole``: private events too, with all their properties. It is for computing times; never show the result.
    """
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

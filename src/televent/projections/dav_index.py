"""The inline projection of the rows that CalDAV reads. It is written in the transaction of the facts.

The recorder and the rebuild call the same pure functions, so a rebuilt index equals the live one byte for byte.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Any

from televent.application.read_models.calendars import PutCalendar, RemoveCalendar
from televent.application.read_models.resources import PutResource, RemoveResource
from televent.application.read_models.shares import PutMount, PutOverlay
from televent.application.read_models.writes import Write
from televent.domain.calendar.events import CalendarDeleted, CalendarEvent
from televent.domain.calendar.state import Calendar
from televent.domain.calendar_object.state import CalendarObject, etag_of
from televent.domain.ids import StreamKey
from televent.domain.inbox_item.state import InboxItem
from televent.domain.sharing.grants.state import Grant, granted
from televent.domain.sharing.mount.state import Mount
from televent.domain.sharing.overlay.state import Overlay
from televent.ical.queries.occurs import Occurs, occurs

Indexing = Callable[[CalendarObject | InboxItem, int], Occurs]


def indexed(state: CalendarObject | InboxItem, season: int) -> Occurs:
    """The index entry of an object or inbox item that exists. ``season``: the quarter of a year for which series
    without end are indexed."""
    if isinstance(state, InboxItem):
        return occurs(state.text)
    outline = state.outline
    assert outline is not None
    return occurs(
        state.text,
        role=outline.role,
        partstat=outline.partstat,
        organizer=outline.organizer,
        last=outline.span_end,
        season=season,
    )


def object_writes(
    key: StreamKey,
    before: CalendarObject,
    after: CalendarObject,
    at: datetime,
    season: int,
    index: Indexing = indexed,
) -> list[Write]:
    """The rows that change between two states of a calendar object. ``season``: as for ``indexed``. ``index`` makes the
    index entry: a replay gives one that waits, because it needs the entry of the last text only."""
    moved = (before.calendar_id, before.href) != (after.calendar_id, after.href)
    writes: list[Write] = []
    if before.exists and before.calendar_id is not None and (moved or not after.exists):
        writes.append(RemoveResource(key.tenant, before.calendar_id, before.href, key.stream, at))
    if not after.exists or after.calendar_id is None or after.outline is None:
        return writes
    fresh = moved or not before.exists
    unchanged = (before.text, before.schedule_tag) == (after.text, after.schedule_tag)
    if not fresh and unchanged:
        return writes
    writes.append(
        PutResource(
            tenant=key.tenant,
            calendar_id=after.calendar_id,
            href=after.href,
            stream_id=key.stream,
            uid=after.uid,
            etag=etag_of(after.text),
            schedule_tag=after.schedule_tag,
            component=after.outline.component,
            ics=after.text.raw,
            recurs=after.outline.recurs,
            occurs=index(after, season),
            modified_at=at,
            fresh=fresh,
        )
    )
    return writes


def calendar_writes(key: StreamKey, after: Calendar, facts: Sequence[CalendarEvent], calendar_id: Any) -> list[Write]:
    """The row of a calendar collection."""
    if any(isinstance(fact, CalendarDeleted) for fact in facts):
        return [RemoveCalendar(key.tenant, calendar_id)]
    shares = {str(sharee): _share(grant) for sharee, grant in granted(after.grants).items()}
    return [PutCalendar(key.tenant, calendar_id, after.name, after.components, after.props, shares)]


def _share(grant: Grant) -> dict[str, Any]:
    """A grant as the calendar's row stores it. ``unseen``: number and time of an answer that the owner has not seen."""
    unseen = {} if grant.unseen_at is None else {"unseen": [grant.answered, grant.unseen_at.isoformat()]}
    role = {"role": grant.role} if grant.role else {}
    return {
        "access": grant.access,
        "revision": grant.revision,
        "status": grant.status,
        "address": grant.address,
        "name": grant.name,
        "summary": grant.summary,
        **unseen,
        **role,
    }


def inbox_item_writes(
    key: StreamKey, before: InboxItem, after: InboxItem, at: datetime, index: Indexing = indexed
) -> list[Write]:
    """The row of an inbox item. The row's uid is the item's id, because several messages can be about one UID."""
    if after.inbox_id is None:
        return []
    if not after.exists:
        return [RemoveResource(key.tenant, after.inbox_id, after.href, key.stream, at)] if before.exists else []
    row = PutResource(
        tenant=key.tenant,
        calendar_id=after.inbox_id,
        href=after.href,
        stream_id=key.stream,
        uid=str(key.stream),
        etag=etag_of(after.text),
        schedule_tag=None,
        component=after.component,
        ics=after.text.raw,
        recurs=False,
        occurs=index(after, 0),
        modified_at=at,
        fresh=True,
    )
    return [row]


def mount_writes(key: StreamKey, after: Mount, at: datetime) -> list[Write]:
    """The row of a calendar that is shared with the account."""
    if after.owner is None or after.calendar_id is None:
        return []
    return [
        PutMount(
            tenant=key.tenant,
            share_id=key.stream,
            owner=after.owner,
            of_calendar=after.calendar_id,
            status=after.status,
            access=after.access,
            title=after.title,
            owner_name=after.owner_name,
            summary=after.summary,
            notice=after.notice,
            noticed_at=at,
            revision=after.revision,
            props=after.props,
        )
    ]


def overlay_writes(key: StreamKey, after: Overlay) -> list[Write]:
    """The row of a sharee's own parts of a shared event."""
    if after.share_id is None or after.object_id is None or after.parts is None:
        return []
    return [PutOverlay(key.tenant, after.share_id, after.object_id, after.parts)]

"""The past of a shared calendar, as far as its sharee may see it (ADR 102).

It begins with the share. The owner's present counts, too: what they hide today was never shown.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace
from datetime import datetime
from itertools import islice
from typing import Final
from uuid import UUID, uuid5

from televent.application.backend import Backend
from televent.application.event_store.deciders import CALENDAR_OBJECT
from televent.application.event_store.recorded import RecordedEvent
from televent.application.past.names import PastName
from televent.application.read_models.calendars import CalendarRow
from televent.application.read_models.past import PastCalendar
from televent.application.read_models.resources import ResourceRow
from televent.application.read_models.share import Share
from televent.application.refusals import PastTooLarge
from televent.application.shared_view import presented
from televent.application.use_cases.calendars.past_calendar import calendar_at
from televent.domain.ids import AccountId, StreamKey
from televent.domain.sharing.access import BUSY
from televent.domain.sharing.grants.events import CalendarShared, ShareWithdrawn
from televent.ical.objects.calendar_text import CalendarText
from televent.ical.objects.sharees import visibility

MAX_FACTS: Final = 10_000
"""Max facts of a calendar among which the beginning of a share is looked for."""
PAGE: Final = 100
"""Max events whose present is read at once."""


def shared_calendar_at(backend: Backend, mount: CalendarRow, at: datetime) -> PastCalendar | None:
    """The shared calendar as it stood, with the owner's texts: ``shown_then`` gives those that the sharee may see. None
    where it did not exist, or was not shared with them.

    Raises NotYetPast, PastTooLarge, UnknownStoredName, UnreadableFact, Outage.
    """
    share = _share(mount)
    named = PastName(f"{share.calendar}@{at.isoformat()}", share.calendar, at)
    if not was_shared(backend, mount, at):
        return None
    found = calendar_at(backend.store, mount.tenant, named, backend.clock())
    # Another calendar may have had that name then.
    if found is None or found.calendar_id != uuid5(mount.calendar_id, at.isoformat()):
        return None
    return replace(found, share=share)


def was_shared(backend: Backend, mount: CalendarRow, at: datetime) -> bool:
    """Whether the sharee may see the events of that moment: they have had access to events from then on, without a
    break. Raises PastTooLarge."""
    share = _share(mount)
    found = backend.store.recorder.select_events(str(StreamKey(mount.tenant, mount.calendar_id)), limit=MAX_FACTS + 1)
    if len(found) > MAX_FACTS:
        raise PastTooLarge()
    began: datetime | None = None
    for event in found:
        if not isinstance(event, RecordedEvent):
            continue
        match backend.store.facts.to_fact(event):
            case CalendarShared(sharee=share.sharee, access=access):
                began = None if access == BUSY else began or event.recorded_at
            case ShareWithdrawn(sharee=share.sharee):
                began = None
            case _:
                continue
    return began is not None and began <= at


def shown_then(backend: Backend, share: Share, rows: Iterable[ResourceRow]) -> Iterator[ResourceRow]:
    """Events of the past as the sharee may see them. ``rows`` have their texts of then and the calendar's real id.

    The strictest of the classifications then and now counts, and an event is hidden that the owner took into another
    calendar. The sharee's own alarms are those of the present, and are left out.
    """
    source = iter(rows)
    while page := list(islice(source, PAGE)):
        live: dict[UUID, ResourceRow] = {}
        for calendar_id in {row.calendar_id for row in page}:
            names = [row.href for row in page if row.calendar_id == calendar_id]
            live |= {row.stream_id: row for row in backend.reads.resources(share.owner, calendar_id, names)}
        for row in page:
            now = live.get(row.stream_id)
            text = now.text if now is not None else _present(backend, share.owner, row)
            if text is not None and (shown := presented(row, share, at_least=visibility(text))) is not None:
                yield shown


def _present(backend: Backend, owner: AccountId, row: ResourceRow) -> CalendarText | None:
    """The event's newest text, of one that was deleted too; None where it is in another calendar now."""
    state = backend.store.load(CALENDAR_OBJECT, StreamKey(owner, row.stream_id)).state
    return state.text if state.calendar_id == row.calendar_id else None


def _share(mount: CalendarRow) -> Share:
    assert mount.share is not None
    return mount.share

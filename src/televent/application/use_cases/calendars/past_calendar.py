"""One calendar as it stood at a moment, with the rows that CalDAV reads. It never changes."""

from __future__ import annotations

import hashlib
import html
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Final
from uuid import uuid5

from televent.application.event_store.store import Store
from televent.application.past.account_at import AccountAt, ObjectAt, account_at, position_of
from televent.application.past.names import PastName
from televent.application.read_models.counters import NO_RUN
from televent.application.read_models.past import PastCalendar, Span
from televent.application.read_models.resources import ResourceRow
from televent.application.refusals import NotYetPast
from televent.application.use_cases.calendars.sharing import DISPLAY_NAME, title_of
from televent.domain.calendar_object.state import etag_of
from televent.domain.ids import AccountId

SETTLED: Final = timedelta(minutes=1)
"""Min age of a moment: until then a command that began before it may still be recorded."""


def calendar_at(store: Store, tenant: AccountId, named: PastName, now: datetime) -> PastCalendar | None:
    """The calendar with its members as it stood; None if there was none of that name.

    Raises NotYetPast for a moment less than SETTLED ago, PastTooLarge, UnknownStoredName, UnreadableFact, Outage.
    """
    if named.at > now - SETTLED:
        raise NotYetPast()
    before = position_of(store, tenant, named.at)
    return past_calendar(account_at(store, tenant, before, only=named.name), tenant, named)


def past_calendar(account: AccountAt, tenant: AccountId, named: PastName) -> PastCalendar | None:
    """The row of the calendar with that name in ``account``; None if it has none. Its counter is that of no other
    calendar, so a sync token of it is good for ever and for it alone."""
    found = account.calendar_named(named.name)
    if found is None:
        return None
    calendar_id, state = found
    placed = sorted(account.objects_in(calendar_id).items(), key=lambda each: each[1].state.href)
    rows = {
        each.state.href: replace(_row(each), calendar_id=calendar_id, stream_id=stream, seq=seq)
        for seq, (stream, each) in enumerate(placed, 1)
    }
    run = hashlib.sha256("\n".join(f"{row.href}\t{row.etag}" for row in rows.values()).encode()).hexdigest()
    when = named.at.astimezone(UTC)
    row = PastCalendar(
        tenant=tenant,
        calendar_id=uuid5(calendar_id, when.isoformat()),
        name=named.text,
        seq=len(rows),
        floor_seq=0,
        components=state.components,
        props=state.props,
        run=run[: len(NO_RUN)] if rows else NO_RUN,
        began=0,
        server=0,
        at=when,
        members=rows,
        spans={each.state.href: _span(each) for _, each in placed},
    )
    title = title_of(row) if DISPLAY_NAME in state.props else named.name
    shown = f"{title} ({when:%Y-%m-%d %H:%M} UTC)"
    return replace(row, props={**state.props, DISPLAY_NAME: html.escape(shown, quote=False)})


def _row(each: ObjectAt) -> ResourceRow:
    state = each.state
    assert state.outline is not None
    assert state.calendar_id is not None
    return ResourceRow(
        calendar_id=state.calendar_id,
        href=state.href,
        stream_id=state.calendar_id,
        uid=state.uid,
        etag=etag_of(state.text),
        schedule_tag=state.schedule_tag,
        component=state.outline.component,
        seq=0,
        deleted=False,
        recurs=state.outline.recurs,
        modified_at=each.modified_at,
        size=len(state.text.raw),
        ics=state.text.raw,
    )


def _span(each: ObjectAt) -> Span:
    assert each.state.outline is not None
    return each.state.outline.span_start, each.state.outline.span_end

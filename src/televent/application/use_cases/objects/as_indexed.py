"""Compares the stream of a calendar object with the row of the index that led to it."""

from __future__ import annotations

from televent.application.event_store.conflicts import StaleStream
from televent.application.event_store.store import Loaded
from televent.application.read_models.resources import ResourceRow
from televent.domain.calendar_object.state import CalendarObject, etag_of


def as_indexed(loaded: Loaded[CalendarObject], row: ResourceRow) -> Loaded[CalendarObject]:
    """The stream, if it is what the row says. Conditions were checked against the row, so the stream must have the same
    text, and be at the same place: a MOVE since then leaves the text, and a PUT would move the object back.

    Raises StaleStream.
    """
    state = loaded.state
    if not state.exists or (state.calendar_id, state.href) != (row.calendar_id, row.href):
        raise StaleStream()
    if etag_of(state.text) != row.etag:
        raise StaleStream()
    return loaded

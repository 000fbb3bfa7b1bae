"""Makes frames of facts: what one account is told about a change.

A frame names what changed and has the ETag of now. It has no text: a client reads the event, with its rights of now.
Every fact gives an account at most one frame, so the fact's position is the frame's.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final
from uuid import UUID

import structlog

from televent.application.backend import Backend
from televent.application.event_store.catalogue import UnknownStoredName
from televent.application.event_store.deciders import CALENDAR_OBJECT
from televent.application.event_store.mapper import UnreadableFact
from televent.application.event_store.store import Loaded
from televent.application.read_models.calendars import CalendarRow
from televent.application.read_models.changes import LoggedChange, SeenCalendar
from televent.application.read_models.share import Share
from televent.application.shared_view import seen, shown_to_sharees
from televent.application.use_cases.live.kinds import CALENDARS, EVENTS, OWN_PARTS, PROPOSALS, SEEN_BY_SHAREES, SHARES
from televent.domain.calendar_object.state import CalendarObject
from televent.domain.ids import AccountId, StreamKey

log = structlog.get_logger("televent.live")

MAX_SHARED: Final = 200
"""Max shared calendars of one account that the stream follows."""

TEXTS: Final = 25
"""Max texts of shared events that are read at once."""

Seen = Mapping[UUID, SeenCalendar]
"""The calendars shared with an account, by the owner's calendar id."""


@dataclass(frozen=True, slots=True)
class Frame:
    """One change, as one account may see it.

    ``kind``: "event.updated", …. ``calendar``: the id of the own calendar, or of the share. ``origin``: the calendar
    from which the event was moved. ``etag``: unquoted; None where the event is gone or hidden. ``actor`` and ``door``
    are None where the share does not show them. ``share``: the share through which the account sees this; None: it is
    the account's own.
    """

    cursor: str
    position: int
    kind: str
    at: datetime
    calendar: UUID | None = None
    event: UUID | None = None
    etag: str | None = None
    origin: UUID | None = None
    actor: str | None = None
    door: str | None = None
    share: UUID | None = None


def by_calendar(rows: Iterable[SeenCalendar]) -> Seen:
    """The calendars by their id."""
    return {each.calendar.calendar_id: each for each in list(rows)[:MAX_SHARED]}


def frames_for(
    backend: Backend, changes: Sequence[LoggedChange], seen_by: Mapping[AccountId, Seen]
) -> dict[AccountId, list[Frame]]:
    """The frames of these facts for each account, in the order of positions. ``seen_by``: the accounts, with the
    calendars that others share with them. Raises Outage."""
    owners: dict[AccountId, list[AccountId]] = {}
    for sharee, calendars in seen_by.items():
        for owner in {each.calendar.tenant for each in calendars.values()}:
            owners.setdefault(owner, []).append(sharee)
    told = [each for each in changes if each.tenant in seen_by or each.tenant in owners]
    if not told:
        return {}
    view = _View(backend, told, seen_by)
    found: dict[AccountId, list[Frame]] = {}
    for change in told:
        if change.tenant in seen_by:
            frame = view.own(change, seen_by[change.tenant])
            if frame is not None:
                found.setdefault(change.tenant, []).append(frame)
        for sharee in owners.get(change.tenant, ()):
            frame = view.shared(change, seen_by[sharee])
            if frame is not None:
                found.setdefault(sharee, []).append(frame)
    return found


class _View:
    """Some facts, with what is read once for all accounts that are told of them."""

    def __init__(self, backend: Backend, changes: Sequence[LoggedChange], seen_by: Mapping[AccountId, Seen]) -> None:
        self._backend, self._seen_by = backend, seen_by
        events = {(each.tenant, each.stream_id) for each in changes if each.kind in EVENTS or each.kind in PROPOSALS}
        self._present = backend.changes.present(events)
        self._were_in = backend.changes.were_in([each for each in changes if (each.tenant, each.stream_id) in events])
        self._came_from = backend.changes.came_from([each for each in changes if each.kind == "event-moved"])
        self._read: set[UUID] = set()
        self._folded: dict[StreamKey, Loaded[CalendarObject]] = {}
        self._showed: dict[tuple[StreamKey, int], UUID | None] = {}
        self._shown: dict[UUID, dict[UUID, str]] = {}

    def own(self, change: LoggedChange, calendars: Seen) -> Frame | None:
        """The frame for the account in whose stream the fact is."""
        if change.kind in EVENTS or change.kind in PROPOSALS:
            present = self._present.get((change.tenant, change.stream_id))
            return _frame(
                change,
                EVENTS.get(change.kind) or PROPOSALS[change.kind],
                calendar=self._were_in.get(change.position, None if present is None else present.calendar_id),
                event=change.stream_id,
                etag=None if present is None or present.deleted else present.etag,
                origin=self._came_from.get(change.position),
            )
        if change.kind in CALENDARS:
            return _frame(change, CALENDARS[change.kind], calendar=change.stream_id)
        if change.kind in SHARES:
            kind = SHARES[change.kind]
            again = change.kind == "share-offered" and change.fields.get("accepted")
            return _frame(change, "share.updated" if again else kind, calendar=change.stream_id)
        if change.kind in OWN_PARTS:
            return self._own_parts(change, calendars)
        return None

    def shared(self, change: LoggedChange, calendars: Seen) -> Frame | None:
        """The frame of an owner's fact for an account that sees these calendars of others."""
        if change.kind in SEEN_BY_SHAREES:
            calendar = _visible(calendars, change.stream_id, change.position)
            return None if calendar is None else _through(change, calendar, SEEN_BY_SHAREES[change.kind])
        if change.kind not in EVENTS:
            return None
        present = self._present.get((change.tenant, change.stream_id))
        if present is None:
            return None
        after = self._were_in.get(change.position, present.calendar_id)
        there = _visible(calendars, after, change.position)
        moved = change.kind == "event-moved"
        left = _visible(calendars, self._came_from.get(change.position), change.position)
        before = left if moved else there
        if change.kind == "event-deleted" or there is None:
            return self._gone(change, before)
        if present.deleted or present.calendar_id != after:
            # The frame of the later move or deletion says where it is, unless this change has hidden it before that.
            shown = self._shown_at(change, change.version) is not None
            return None if shown else self._gone(change, before)
        etag = self._etags(there.calendar).get(change.stream_id)
        if etag is None:
            return self._gone(change, before)
        kind = EVENTS[change.kind]
        if moved and left is None:
            kind = "event.created"
        origin = _share_of(left.calendar).share_id if kind == "event.moved" and left is not None else None
        return _through(change, there, kind, change.stream_id, etag, origin)

    def _gone(self, change: LoggedChange, calendar: SeenCalendar | None) -> Frame | None:
        """The frame of an event that a shared calendar shows no more. None where it did not show it before the change:
        the sharee must not learn that there is a hidden event, nor when it changes."""
        if calendar is None or self._shown_at(change, change.version - 1) != calendar.calendar.calendar_id:
            return None
        return _through(change, calendar, "event.deleted", change.stream_id)

    def _shown_at(self, change: LoggedChange, version: int) -> UUID | None:
        """The calendar whose sharees saw the event at that version; None where it was hidden or not there."""
        key = StreamKey(change.tenant, change.stream_id)
        if (key, version) not in self._showed:
            known = self._folded.get(key)
            state = self._state_at(key, version, known if known is not None and known.version <= version else None)
            shown = state is not None and state.exists and shown_to_sharees(state.text)
            self._showed[key, version] = state.calendar_id if shown and state is not None else None
        return self._showed[key, version]

    def _state_at(self, key: StreamKey, version: int, known: Loaded[CalendarObject] | None) -> CalendarObject | None:
        try:
            self._folded[key] = self._backend.store.load_at(CALENDAR_OBJECT, key, version, known)
        except (UnreadableFact, UnknownStoredName):
            # The stream of everybody must go on. The sharee's next sync tells them.
            log.exception("a past state of a shared event cannot be read", stream=str(key))
            return None
        return self._folded[key].state

    def _own_parts(self, change: LoggedChange, calendars: Seen) -> Frame | None:
        share_id, event = UUID(change.fields["share_id"]), UUID(change.fields["object_id"])
        for each in calendars.values():
            if _share_of(each.calendar).share_id != share_id:
                continue
            present = self._backend.changes.present([(each.calendar.tenant, event)]).get((each.calendar.tenant, event))
            if present is None or present.deleted or present.calendar_id != each.calendar.calendar_id:
                return None
            rows = self._backend.reads.resources(each.calendar.tenant, present.calendar_id, [present.href])
            shown = next(seen(self._backend.reads, _share_of(each.calendar), rows), None)
            return None if shown is None else _through(change, each, OWN_PARTS[change.kind], event, shown.etag)
        return None

    def _etags(self, calendar: CalendarRow) -> dict[UUID, str]:
        """The ETags of a shared calendar's changed events as the sharee has them, by stream; without hidden ones."""
        if calendar.calendar_id not in self._read:
            self._read.add(calendar.calendar_id)
            self._read_texts(calendar)
        return self._shown.setdefault(_share_of(calendar).share_id, {})

    def _read_texts(self, calendar: CalendarRow) -> None:
        """Reads each text once for all sharees, a few at a time: each may have a megabyte."""
        names = [
            each.href
            for (tenant, _), each in self._present.items()
            if tenant == calendar.tenant and each.calendar_id == calendar.calendar_id and not each.deleted
        ]
        shares = [
            _share_of(each.calendar)
            for calendars in self._seen_by.values()
            if (each := calendars.get(calendar.calendar_id)) is not None
        ]
        for start in range(0, len(names), TEXTS):
            rows = self._backend.reads.resources(calendar.tenant, calendar.calendar_id, names[start : start + TEXTS])
            for share in shares:
                shown = self._shown.setdefault(share.share_id, {})
                shown.update({each.stream_id: each.etag for each in seen(self._backend.reads, share, rows)})


def _visible(calendars: Seen, calendar_id: UUID | None, position: int) -> SeenCalendar | None:
    """The shared calendar, where the share had begun before that position. Earlier changes are left out: the client
    reads the calendar when the share begins."""
    found = calendars.get(calendar_id) if calendar_id is not None else None
    return found if found is not None and position > found.since else None


def _share_of(calendar: CalendarRow) -> Share:
    assert calendar.share is not None
    return calendar.share


def _frame(
    change: LoggedChange,
    kind: str,
    *,
    calendar: UUID | None,
    event: UUID | None = None,
    etag: str | None = None,
    origin: UUID | None = None,
) -> Frame:
    at, actor, door = change.at, change.actor, change.door
    return Frame(change.cursor, change.position, kind, at, calendar, event, etag, origin, actor, door)


def _through(
    change: LoggedChange,
    seen_calendar: SeenCalendar,
    kind: str,
    event: UUID | None = None,
    etag: str | None = None,
    origin: UUID | None = None,
) -> Frame:
    """A frame for a sharee. The actor is told where it is the owner or the sharee: who else is invited or has access is
    not theirs to know. The door is told for their own changes only."""
    share = _share_of(seen_calendar.calendar)
    own = change.actor == str(share.sharee)
    actor = change.actor if own or change.actor == str(share.owner) else None
    door = change.door if own else None
    at, place = change.at, share.share_id
    return Frame(change.cursor, change.position, kind, at, place, event, etag, origin, actor, door, place)

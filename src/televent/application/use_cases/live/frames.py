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

from televent.application.backend import Backend
from televent.application.read_models.calendars import CalendarRow
from televent.application.read_models.changes import LoggedChange, SeenCalendar
from televent.application.read_models.share import Share
from televent.application.shared_view import seen
from televent.application.use_cases.live.kinds import CALENDARS, EVENTS, OWN_PARTS, PROPOSALS, SEEN_BY_SHAREES, SHARES
from televent.domain.ids import AccountId

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
        if present is None or self._were_in.get(change.position, present.calendar_id) != present.calendar_id:
            # The frame of the later move says where it is now.
            return None
        there = _visible(calendars, present.calendar_id, change.position)
        came_from = self._came_from.get(change.position)
        left = _visible(calendars, came_from, change.position)
        if change.kind == "event-moved" and there is None:
            return None if left is None else _through(change, left, "event.deleted", change.stream_id)
        if there is None:
            return None
        if present.deleted:
            # Its text is gone, so nobody knows what the share showed of it.
            gone = change.kind == "event-deleted"
            return _through(change, there, "event.deleted", change.stream_id) if gone else None
        etag = self._etags(there.calendar).get(change.stream_id)
        if etag is None:
            # Hidden now. The sharee may have had it before, except where it is new.
            gone = change.kind != "event-created"
            return _through(change, there, "event.deleted", change.stream_id) if gone else None
        kind = EVENTS[change.kind]
        if change.kind == "event-moved" and left is None:
            kind = "event.created"
        origin = _share_of(left.calendar).share_id if kind == "event.moved" and left is not None else None
        return _through(change, there, kind, change.stream_id, etag, origin)

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

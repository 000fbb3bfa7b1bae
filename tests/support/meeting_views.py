"""A meeting as one of its people sees it, for comparing copies on two servers."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime

from support.as_bytes import occurrences, read_parts
from televent.ical.itip.parts import is_cancelled, sequence_of
from televent.ical.itip.people import attendees_of, partstat_of
from televent.ical.text.values import Moment, unescape
from televent.ical.zones.moments import utc_of

FROM, UNTIL = datetime(2026, 1, 1, tzinfo=UTC), datetime(2028, 1, 1, tzinfo=UTC)


@dataclass(frozen=True)
class Seen:
    """One occurrence. ``start`` and ``end``: in UTC, or dates."""

    title: str
    start: str
    end: str
    place: str
    status: str
    answer: str


def seen(text: bytes | None, address: str) -> dict[str, Seen]:
    """The occurrences that take place and to which the address is invited, by RECURRENCE-ID ("": no series)."""
    if text is None:
        return {}
    parts = read_parts(text)
    if parts.master is not None and is_cancelled(parts.master):
        return {}
    found = {}
    for each in occurrences(text, FROM, UNTIL):
        line = attendees_of(each.component).get(address)
        if line is None or is_cancelled(each.component):
            continue

        def value(name: str) -> str:
            return unescape(each.component.value(name) or "")  # noqa: B023

        found[each.recurrence_id or ""] = Seen(
            value("SUMMARY"),
            _written(each.start),
            _written(each.end),
            value("LOCATION"),
            value("STATUS") or "CONFIRMED",
            partstat_of(line),
        )
    return found


def sequences(text: bytes) -> dict[str, int]:
    """SEQUENCE of the series or the event (""), and of each changed occurrence that takes place."""
    parts = read_parts(text)
    return {rid or "": sequence_of(each) for rid, each in parts.items() if not is_cancelled(each)}


def differences(guest: bytes | None, organizer: bytes | None, address: str) -> list[str]:
    """How the guest's copy and the organizer's differ. An occurrence that the guest has deleted is declined."""
    theirs, ours = seen(guest, address), seen(organizer, address)
    found = [f"{rid}: {theirs[rid]} and not {ours.get(rid)}" for rid in theirs if theirs[rid] != ours.get(rid)]
    missing = [rid for rid in ours if rid not in theirs and ours[rid].answer != "DECLINED"]
    return found + [f"{rid}: nothing and not {ours[rid]}" for rid in missing]


def _written(value: Moment) -> str:
    return utc_of(value).isoformat() if isinstance(value, datetime) else value.isoformat()

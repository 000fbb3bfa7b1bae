"""One weekly meeting of Ann with Bob and Cy, as a program of Ann's writes it and as each of them sees it."""

from __future__ import annotations

from datetime import datetime, timedelta

from support.as_bytes import read_parts
from televent.ical.itip.parts import Parts, is_cancelled, occurrence
from televent.ical.itip.people import attendees_of, partstat_of
from televent.ical.itip.series import planned
from televent.ical.text.tree import Component

ANN, BOB, CY, DEE = (f"{name}@example.com" for name in ("ann", "bob", "cy", "dee"))
GUESTS = (BOB, CY)
"""Dee is invited to single occurrences only."""
EVERYONE = (*GUESTS, DEE)
DAYS = ("20261123", "20261130", "20261207", "20261214")


def plan(
    title: str,
    hour: int,
    moved: dict[str, int],
    gone: frozenset[str],
    guests: dict[str, bool],
    weeks: int = 4,
    forced: str | None = None,
    singles: frozenset[str] = frozenset(),
    off: frozenset[str] = frozenset(),
    wordy: bool = False,
) -> bytes:
    """The text of Ann's PUT. Her program knows the meeting as she sees it, and no answers. *singles*: Dee's dates;
    *off*: those called off by STATUS; *wordy*: the same times in other words."""
    people = [f"ATTENDEE;PARTSTAT=ACCEPTED:mailto:{ANN}"]
    for each in (each for each in GUESTS if guests[each]):
        force = ";SCHEDULE-FORCE-SEND=REQUEST" if each == forced else ""
        people.append(f"ATTENDEE;PARTSTAT=NEEDS-ACTION{force}:mailto:{each}")

    def vevent(day: str, at: int, *lines: str) -> list[str]:
        times = [f"DTSTART:{day}T{at:02}0000Z", "DURATION:PT1H" if wordy else f"DTEND:{day}T{at + 1:02}0000Z"]
        fixed = ["UID:one@example.com", "DTSTAMP:20261101T000000Z", f"SUMMARY:{title}", f"ORGANIZER:mailto:{ANN}"]
        return ["BEGIN:VEVENT", *fixed, *times, *lines, *people, "END:VEVENT"]

    excluded = [f"EXDATE:{day}T{hour:02}0000Z" for day in sorted(gone)]
    rows = ["BEGIN:VCALENDAR", "VERSION:2.0", "PRODID:-//Example//App//EN"]
    rows += vevent(DAYS[0], hour, f"RRULE:FREQ=WEEKLY;{'BYDAY=MO;' if wordy else ''}COUNT={weeks}", *excluded)
    for day in sorted(((moved.keys() | singles | off) - gone) & set(DAYS[:weeks])):
        also = [f"ATTENDEE;PARTSTAT=NEEDS-ACTION:mailto:{DEE}"] if day in singles else []
        also += ["STATUS:CANCELLED"] if day in off else []
        rows += vevent(day, moved.get(day, hour), f"RECURRENCE-ID:{day}T{hour:02}0000Z", *also)
    return ("\r\n".join([*rows, "END:VCALENDAR"]) + "\r\n").encode()


def shown(text: bytes | None, address: str) -> dict[str, tuple[str, str | None, str]]:
    """Each occurrence: title, start and the answer of *address*."""
    if text is None:
        return {}
    parts = read_parts(text)
    if parts.master is None:
        return {rid: each for rid, component in parts.overrides.items() if (each := _seen(parts, component, address))}
    if (parts.master.value("STATUS") or "") == "CANCELLED":
        return {}
    start = parts.start(parts.master)
    assert isinstance(start, datetime)
    found = {}
    weeks = int((parts.master.value("RRULE") or "").rpartition("=")[2])
    for week in range(weeks):
        rid = (start + timedelta(weeks=week)).strftime("%Y%m%dT%H%M%SZ")
        if rid in parts.moments(parts.master, "EXDATE"):
            continue
        component = parts.overrides.get(rid) or occurrence(parts, rid)
        assert component is not None
        if each := _seen(parts, component, address):
            found[rid] = each
    return found


def _seen(parts: Parts, component: Component, address: str) -> tuple[str, str | None, str] | None:
    line = attendees_of(component).get(address)
    if line is None or is_cancelled(component):
        return None
    return component.value("SUMMARY") or "", parts.span(component)[0], partstat_of(line)


def agree(guest: bytes | None, organizer: bytes | None, address: str) -> bool:
    """Whether two copies agree. An occurrence that the guest has deleted must be declined in the organizer's copy."""
    guest_view, organizer_view = shown(guest, address), shown(organizer, address)
    if guest is not None and guest_view:
        # Every override belongs to an occurrence of the series.
        parts = read_parts(guest)
        assert parts.master is None or all(
            planned(parts, rid) or is_cancelled(each) for rid, each in parts.overrides.items()
        )
    return all(organizer_view.get(rid) == found for rid, found in guest_view.items()) and all(
        rid in guest_view or answer == "DECLINED" for rid, (_, _, answer) in organizer_view.items()
    )


def check_asked(old: bytes, new: bytes, *, all_may: bool) -> None:
    """Checks that Ann's change asks again about the occurrences with another time, and keeps all other answers."""
    before, after = ({rid: start for rid, (_, start, _) in shown(text, ANN).items()} for text in (old, new))
    moved = {rid for rid, start in after.items() if before.get(rid) != start}
    for guest in EVERYONE:
        had, has = ({rid: answer for rid, (_, _, answer) in shown(text, guest).items()} for text in (old, new))
        asked = {rid for rid, answer in has.items() if answer == "NEEDS-ACTION"}
        assert moved & has.keys() <= asked, (guest, old, new)
        # New occurrences of the series ask about the whole series.
        if not all_may and after.keys() <= before.keys():
            kept = (has.keys() & had.keys()) - moved
            assert all(has[rid] == had[rid] for rid in kept), (guest, old, new)

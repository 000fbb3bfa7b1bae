"""People who are listed twice in a meeting, as the chat counts them."""

from __future__ import annotations

from uuid import UUID

from support.as_bytes import read
from televent.application.use_cases.calendars.agenda import Entry, entry_of

ANN, BOB, ROBERT, CY = (f"{name}@example.com" for name in ("ann", "bob", "robert", "cy"))


def entry(*people: str, me: frozenset[str]) -> Entry:
    rows = [
        "BEGIN:VCALENDAR", "VERSION:2.0", "PRODID:-//Example//App 1//EN", "BEGIN:VEVENT", "UID:one@example.com",
        "DTSTAMP:20261101T000000Z", "DTSTART:20261201T100000Z", "SUMMARY:Talk", f"ORGANIZER:mailto:{ANN}", *people,
        "END:VEVENT", "END:VCALENDAR",
    ]  # fmt: skip
    reading = read(("\r\n".join(rows) + "\r\n").encode())
    return entry_of(UUID(int=1), reading, reading.instances()[0], me)


def test_an_address_in_two_lines_counts_once_with_its_answer() -> None:
    found = entry(
        f"ATTENDEE:mailto:{BOB}",
        f"ATTENDEE;PARTSTAT=ACCEPTED:MAILTO:{BOB.upper()}",
        f"ATTENDEE;PARTSTAT=DECLINED:mailto:{CY}",
        f"ATTENDEE:mailto:{CY}",
        me=frozenset({ANN}),
    )
    assert [(each.address, each.partstat) for each in found.attendees] == [(BOB, "ACCEPTED"), (CY, "DECLINED")]


def test_ones_own_two_addresses_count_once() -> None:
    found = entry(f"ATTENDEE:mailto:{BOB}", f"ATTENDEE;PARTSTAT=ACCEPTED:mailto:{ROBERT}", me=frozenset({BOB, ROBERT}))
    assert [each.address for each in found.attendees] == [ROBERT]
    assert (found.role, found.partstat, found.status) == ("attendee", "ACCEPTED", "CONFIRMED")

"""The parts of an event that a sharee may see."""

import pytest

from support.as_bytes import as_busy, visibility
from televent.ical.text.tree import parse


def text(*lines: str, kind: str = "VEVENT") -> bytes:
    rows = ["BEGIN:VCALENDAR", "VERSION:2.0", "X-WR-CALNAME:Salaries", f"BEGIN:{kind}", *lines, f"END:{kind}"]
    return "\r\n".join([*rows, "END:VCALENDAR", ""]).encode()


@pytest.mark.parametrize(
    ("line", "seen"),
    [
        ("SUMMARY:First class", "PUBLIC"),
        ("CLASS:PUBLIC", "PUBLIC"),
        ("CLASS:", "PUBLIC"),
        ("CLASS:PRIVATE", "PRIVATE"),
        ("class: private ", "PRIVATE"),
        ("CLASS;X-A=\"b;c\":PRIVATE", "PRIVATE"),
        ("CLA\r\n SS:PRI\r\n\tVATE", "PRIVATE"),
        ("CLA\n SS:PRIVATE", "PRIVATE"),
        ("CLASS:CONFIDENTIAL", "CONFIDENTIAL"),
        ("CLASS:TOP-SECRET", "PRIVATE"),
        ("CLASS:CONFIDENTIAL\r\nCLASS:PRIVATE", "PRIVATE"),
        ("DESCRIPTION:CLASS:PRIVATE", "PUBLIC"),
        ("X-CLASS:PRIVATE", "PUBLIC"),
    ],
)  # fmt: skip
def test_the_strictest_classification_counts(line: str, seen: str) -> None:
    assert visibility(text(line)) == seen


def test_busy_time_says_when_and_nothing_else() -> None:
    shown = as_busy(
        text(
            "UID:a@example.com",
            'DTSTART;TZID=Europe/London;X-WHY="Salaries":20261125T100000',
            "DURATION:PT1H",
            "RRULE:FREQ=DAILY",
            "CLASS:CONFIDENTIAL",
            "SUMMARY:Salaries",
            "ORGANIZER:mailto:salaries@example.com",
            "X-SALARIES:1",
            "BEGIN:VALARM",
            "DESCRIPTION:Salaries",
            "END:VALARM",
        )
    )
    assert shown is not None
    assert b"alaries" not in shown
    assert b"DTSTART;TZID=Europe/London:20261125T100000\r\n" in shown
    (event,) = parse(shown).components("VEVENT")
    names = [each.name for each in event.properties]
    assert names == ["UID", "DTSTART", "DURATION", "RRULE", "CLASS", "SUMMARY"]
    assert event.value("SUMMARY") == "Busy"


def test_what_takes_no_time_is_not_shown_as_such() -> None:
    assert as_busy(text("UID:a@example.com", "SUMMARY:Salaries", kind="VTODO")) is None
    assert as_busy(b"nonsense") is None

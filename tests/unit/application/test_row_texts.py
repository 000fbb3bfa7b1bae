"""A row passes its parsed text on, and releases the tree where rows wait."""

from dataclasses import replace
from datetime import UTC, datetime
from uuid import UUID

from televent.application.read_models.resources import BARE_FIELDS, ResourceRow
from televent.ical.objects.calendar_text import CalendarText

RAW = b"BEGIN:VCALENDAR\r\nBEGIN:VEVENT\r\nUID:1\r\nDTSTART:20261125T100000Z\r\nEND:VEVENT\r\nEND:VCALENDAR\r\n"
NOON = datetime(2026, 11, 21, 12, tzinfo=UTC)
BARE = ResourceRow(UUID(int=1), "a.ics", UUID(int=2), "1", "e", None, "VEVENT", 1, False, False, NOON, len(RAW))
ROW = replace(BARE, ics=RAW)


def test_a_row_reads_its_text_once_and_is_equal_all_the_same() -> None:
    row = replace(ROW)
    assert row.text is row.text
    assert row.text.raw is RAW
    assert row == ROW
    assert "known" not in BARE_FIELDS


def test_a_row_with_another_text_forgets_the_one_before() -> None:
    row = replace(ROW)
    assert row.text.reading.uid == "1"
    other = RAW.replace(b"UID:1", b"UID:2")
    assert replace(row, ics=other).text.reading.uid == "2"
    assert replace(row, ics=None).text.raw == b""


def test_a_single_look_leaves_nothing_with_the_row() -> None:
    row = replace(ROW)
    assert row.once().reading.uid == "1"
    assert row.known is None
    held = row.text
    assert row.once() is held
    assert row.bare().known is None


def test_a_row_takes_over_only_a_text_of_the_same_bytes() -> None:
    same, other = CalendarText(bytes(bytearray(RAW))), CalendarText(RAW + b"\r\n")
    assert replace(ROW).knowing(same).text is same
    assert replace(ROW).knowing(other).text == CalendarText(RAW)
    assert BARE.knowing(same).ics is None

"""ATTACH lines with MANAGED-ID: RFC 8607 §4. An edit touches its own lines and no others."""

from datetime import UTC, datetime

import pytest
from ical_texts import calendar, event

from support.as_bytes import (
    add_attachment,
    attendees_with,
    foreign,
    known_attachments,
    managed_ids,
    mended_lines,
    remove_attachment,
    update_attachment,
)
from televent.ical.editing.attachments import Attachment, Known, UnknownAttachment, UnknownOccurrence, mentioned

NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)
AGENDA = Attachment(
    "1d", "https://cal.example.com/caldav/a/attachments/1d/a%20b.pdf", "a b; c.pdf", "application/pdf", 7
)
OTHER = Attachment("2e", "https://cal.example.com/caldav/a/attachments/2e/x.txt", "x.txt", "text/plain", 3)
LINE = (
    b'ATTACH;MANAGED-ID=1d;FMTTYPE=application/pdf;FILENAME="a b; c.pdf";SIZE=7:'
    b"https://cal.example.com/caldav/a/attachments/1d/a%20b.pdf"
)
SERIES = event("DURATION:PT1H", "RRULE:FREQ=DAILY;COUNT=4", "X-Odd;p=1:kept  as is", "ATTACH:https://example.com/x")
CHANGED = event("RECURRENCE-ID:20261122T100000Z", "DURATION:PT2H", start="DTSTART:20261122T120000Z")


def unfolded(text: bytes) -> bytes:
    return text.replace(b"\r\n ", b"")


def parts(text: bytes) -> list[bytes]:
    return unfolded(text).split(b"BEGIN:VEVENT")[1:]


def rest(text: bytes) -> list[bytes]:
    """All lines but those of the attachment."""
    return [each for each in unfolded(text).split(b"\r\n") if not each.startswith((b"ATTACH;MANAGED", b"DTSTAMP"))]


def test_without_rid_every_component_gets_the_line_and_all_else_stays() -> None:
    text = calendar(SERIES, CHANGED)
    added = add_attachment(text, AGENDA, None, now=NOW)
    assert [each.count(LINE + b"\r\n") for each in parts(added)] == [1, 1]
    assert rest(added) == rest(text)
    assert managed_ids(added) == {"1d"}
    assert rest(remove_attachment(added, "1d", None, now=NOW)) == rest(text)
    assert managed_ids(remove_attachment(added, "1d", None, now=NOW)) == set()


@pytest.mark.parametrize(
    ("rids", "counts"),
    [
        (["M"], [1, 0]),
        (["20261122T100000Z"], [0, 1]),
        (["M", "20261122T100000Z"], [1, 1]),
        (["m"], [1, 0]),
        (["20261123T100000Z"], [0, 0, 1]),
        (["20261123T100000Z", "20261124T100000Z"], [0, 0, 1, 1]),
    ],
)
def test_rid_names_where_the_line_goes(rids: list[str], counts: list[int]) -> None:
    added = add_attachment(calendar(SERIES, CHANGED), AGENDA, rids, now=NOW)
    assert [each.count(LINE) for each in parts(added)] == counts


def test_a_fresh_override_says_what_the_series_says_of_that_day() -> None:
    *_, fresh = parts(add_attachment(calendar(SERIES), AGENDA, ["20261123T100000Z"], now=NOW))
    assert b"RECURRENCE-ID:20261123T100000Z" in fresh
    assert b"DTSTART:20261123T100000Z" in fresh
    assert b"RRULE" not in fresh
    assert b"ATTACH:https://example.com/x" in fresh


def test_local_time_and_a_day_name_an_occurrence_too() -> None:
    berlin = event("DURATION:PT1H", "RRULE:FREQ=DAILY;COUNT=4", start="DTSTART;TZID=Europe/Berlin:20261121T110000")
    for rid in ("20261122T100000Z", "20261122T110000"):
        assert b"RECURRENCE-ID;TZID=Europe/Berlin:20261122T110000" in add_attachment(
            calendar(berlin), AGENDA, [rid], now=NOW
        )
    days = event("RRULE:FREQ=DAILY;COUNT=4", start="DTSTART;VALUE=DATE:20261121")
    assert b"RECURRENCE-ID;VALUE=DATE:20261123" in add_attachment(calendar(days), AGENDA, ["20261123"], now=NOW)


@pytest.mark.parametrize(
    "rids",
    [
        *([each] for each in ("", "tomorrow", "20261122T110000Z", "20261130T100000Z", "20261120T100000Z")),
        *([each] for each in ("00010101T000000Z", "99991231T235959Z", "99991231")),
        ["M", "m"],
        ["20261122T100000Z", "20261123T100000Z", "20261122T100000Z"],
    ],
)
def test_what_names_no_occurrence_or_one_twice_is_refused(rids: list[str]) -> None:
    with pytest.raises(UnknownOccurrence):
        add_attachment(calendar(SERIES, CHANGED), AGENDA, rids, now=NOW)
    with pytest.raises(UnknownOccurrence):
        add_attachment(calendar(event("DURATION:PT1H")), AGENDA, ["20261128T100000Z"], now=NOW)


def test_a_copy_that_holds_single_occurrences_has_no_master_to_name() -> None:
    with pytest.raises(UnknownOccurrence):
        add_attachment(calendar(CHANGED), AGENDA, ["M"], now=NOW)


def test_an_update_changes_the_line_where_it_stands() -> None:
    text = add_attachment(calendar(SERIES, CHANGED), AGENDA, None, now=NOW)
    updated = update_attachment(text, "1d", OTHER, now=NOW)
    assert managed_ids(updated) == {"2e"}
    before, after = unfolded(text).split(b"\r\n"), unfolded(updated).split(b"\r\n")
    assert [number for number, each in enumerate(before) if b"MANAGED" in each] == [
        number for number, each in enumerate(after) if b"MANAGED" in each
    ]


def test_what_is_not_attached_can_be_neither_updated_nor_removed() -> None:
    text = add_attachment(calendar(SERIES, CHANGED), AGENDA, ["M"], now=NOW)
    with pytest.raises(UnknownAttachment):
        update_attachment(text, "none", OTHER, now=NOW)
    for rids in (None, ["M"]):
        with pytest.raises(UnknownAttachment):
            remove_attachment(text, "none", rids, now=NOW)
    with pytest.raises(UnknownAttachment):
        remove_attachment(text, "1d", ["20261122T100000Z"], now=NOW)


def test_ids_are_found_in_folded_lines_and_not_in_other_properties() -> None:
    text = calendar(event("DESCRIPTION:MANAGED-ID=no", "ATTACH;MANA\n GED-ID=yes:https://example.com/x"))
    assert managed_ids(text) == {"yes"}
    assert managed_ids(b"MANAGED-ID nonsense") == set()


def test_who_is_invited_to_what_has_it() -> None:
    series = event("DURATION:PT1H", "RRULE:FREQ=DAILY;COUNT=4", "ATTENDEE:mailto:Bob@example.com")
    changed = event("RECURRENCE-ID:20261122T100000Z", "DURATION:PT1H", "ATTENDEE:mailto:eve@example.com")
    text = add_attachment(calendar(series, changed), AGENDA, ["M"], now=NOW)
    assert attendees_with(text, "1d") == {"bob@example.com"}


def test_sizes_and_names_are_put_right_and_no_other_line_is_touched() -> None:
    text = add_attachment(calendar(SERIES, CHANGED), AGENDA, None, now=NOW)
    assert mended_lines(text, {"1d": Known("7")}) is text
    assert mended_lines(text, {}) is text
    wrong = unfolded(text).replace(b"SIZE=7", b"SIZE=70").replace(b'"a b; c.pdf"', b'"../b; c.pdf"')
    assert mended_lines(wrong, {"1d": Known("7")}) == unfolded(text).replace(b"a b; c.pdf", b"b; c.pdf").replace(
        LINE.replace(b"a b; c.pdf", b"b; c.pdf"), folded(LINE.replace(b"a b; c.pdf", b"b; c.pdf"))
    )
    bare = calendar(event("DURATION:PT1H", "ATTACH;MANAGED-ID=1d:https://x.example/1d"))
    assert mended_lines(bare, {"1d": Known("7")}) is bare


def test_another_url_behind_a_known_id_becomes_the_servers_url() -> None:
    text = unfolded(add_attachment(calendar(SERIES), AGENDA, None, now=NOW))
    bent = text.replace(AGENDA.url.encode(), b"https://evil.example/1d")
    known = known_attachments(text)
    assert known["1d"] == Known("7", AGENDA.url)
    assert unfolded(mended_lines(bent, known)) == text


def folded(line: bytes) -> bytes:
    return line[:75] + b"\r\n " + line[75:]


def test_a_message_from_outside_names_no_attachment_of_this_server() -> None:
    text = calendar(SERIES)
    assert foreign(text) is text
    assert managed_ids(foreign(add_attachment(text, AGENDA, None, now=NOW))) == set()
    assert foreign(b"MANAGED-ID") == b"MANAGED-ID"


def test_an_id_is_found_in_the_url_too() -> None:
    text = calendar(event("DURATION:PT1H", "ATTACH:https://cal.example.com/caldav/a/attachments/1d-2e/x.txt"))
    text = text.replace(b"1d-2e", b"1d-\r\n 2e")
    assert mentioned(text, "1d-2e")
    assert not mentioned(text, "3f")

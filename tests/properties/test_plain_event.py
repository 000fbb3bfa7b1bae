"""The quick reader of plain texts shows every event as the general one does, or leaves the text to it."""

import re
from datetime import UTC, date, datetime
from uuid import UUID

import msgspec
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from televent.adapters.rest.mapping.showing import event_of
from televent.adapters.rest.mapping.showing_plain import event_of_plain
from televent.application.read_models.resources import ResourceRow
from televent.ical.objects import plain_event as quick
from televent.ical.objects.calendar_text import CalendarText
from televent.ical.objects.plain_event import plain_event
from televent.ical.text.errors import IcalError
from televent.ical.text.lines import fold
from televent.ical.text.values import moment, unescape
from televent.ical.zones import tzid

LONDON = """BEGIN:VTIMEZONE
TZID:Europe/London
BEGIN:STANDARD
DTSTART:19701025T020000
RRULE:FREQ=YEARLY;BYDAY=-1SU;BYMONTH=10
TZNAME:GMT
TZOFFSETFROM:+0100
TZOFFSETTO:+0000
END:STANDARD
BEGIN:DAYLIGHT
DTSTART:19700329T010000
RRULE:FREQ=YEARLY;BYDAY=-1SU;BYMONTH=3
TZNAME:BST
TZOFFSETFROM:+0000
TZOFFSETTO:+0100
END:DAYLIGHT
END:VTIMEZONE"""
NOW = datetime(2026, 11, 1, tzinfo=UTC)
ME = frozenset({"ann@example.com", "ann@example.org"})
ID = UUID(int=1)
AT = (None, ("20261207T090000Z", datetime(2026, 12, 7, 9, tzinfo=UTC), datetime(2026, 12, 7, 10, tzinfo=UTC)))
TIMES = (
    ":20261130T100000Z", ";TZID=Europe/London:20261130T100000", ';TZID="Europe/London":20261130T100000',
    ";VALUE=DATE:20261130", ":20261130T100000", ";TZID=W. Europe Standard Time:20261130T100000",
    ";TZID=Nowhere/Land:20261130T100000", ";TZID=Own:20261130T100000", ":20261130T236060", ":20261130T240000Z",
    ":20261329", ": 20261130T100000Z ", ";X-A=1;TZID=America/New_York:20261101T013000", ":2026-11-30T1000Z", ":",
    ";TZID=:20261130T100000", ":99991231T235959Z", ":00010101T000000", ";TZID=europe/berlin:20260329T023000",
)  # fmt: skip
TEXTS = (
    ":Team sync", ":", r":A\, b\; c\n and \\n and \N", ":\\", ";LANGUAGE=en:Привет", ';ALTREP="cid:a:b":Room; 4:30',
    r":\\\, \a \;", ": x ", ":a\tb", ";:odd", ";X=^n^^:odd", ';X="a:b', ":\u2028\x0b\x1c\x85lines",
)  # fmt: skip
PEOPLE = (
    ":mailto:ann@example.com", ";PARTSTAT=ACCEPTED:mailto:ann@example.org",
    ";PARTSTAT=NEEDS-ACTION:MAILTO:Bob@example.com",
    ';CN="Bob, the builder";ROLE=CHAIR;RSVP=TRUE;PARTSTAT=declined:mailto:bob@example.com', ";EMAIL=x@y:urn:uuid:1",
    ";CUTYPE=ROOM:invalid:nomail", ";PARTSTAT=TENTATIVE:mailto:ann@example.com",
)  # fmt: skip
LINES = {
    "SUMMARY": TEXTS,
    "DESCRIPTION": TEXTS,
    "LOCATION": TEXTS,
    "DTEND": (*TIMES, ":20261130T120000Z", ";TZID=America/New_York:20261130T120000"),
    "DURATION": (":PT1H", ":P1D", ":-PT1H", ":nonsense", ":P1DT2H"),
    "RRULE": (":FREQ=WEEKLY", ":FREQ=DAILY;COUNT=3", ":FREQ=NEVER", ":", ":FREQ=YEARLY;UNTIL=20301231T000000Z"),
    "EXDATE": (*TIMES, ":20261207T100000Z,20261214T100000Z"),
    "RDATE": (*TIMES, ";VALUE=PERIOD:20261207T100000Z/PT1H,20261208T100000Z/20261208T110000Z"),
    "STATUS": (":CONFIRMED", ":tentative ", ":CANCELLED", ":", ":X-OTHER"),
    "TRANSP": (":TRANSPARENT", ":opaque", ":"),
    "CLASS": (":PRIVATE", ":private ", ":"),
    "CREATED": (":20261101T000000Z", ":20261101", ":x", ":20261101T000000"),
    "SEQUENCE": (":3", ": 4 ", ":-1", ":x", ":99999999999999999999", ":٣"),
    "URL": (":https://example.com/a?b;c,d:e", ";VALUE=URI:https://example.com"),
    "CONFERENCE": (";VALUE=URI;FEATURE=VIDEO:https://meet.example.com", ":tel:1"),
    "CATEGORIES": (":A,B", r":A\,B,C\;D", ":", ";LANGUAGE=de:A"),
    "ORGANIZER": PEOPLE,
    "ATTENDEE": PEOPLE,
    "ATTACH": (
        ":https://example.com/a.pdf", ";FMTTYPE=text/plain;SIZE=12;FILENAME=a.txt;MANAGED-ID=7:https://example.com/7",
        ";ENCODING=BASE64;VALUE=BINARY:QUJD", ";SIZE=-1:x",
    ),
    "UID": (":a@example.com", ":", ": b "),
    "DTSTAMP": TIMES,
    "RECURRENCE-ID": (":20261207T100000Z", ":x"),
    "X-OWN": TEXTS,
    "BEGIN": (":VALARM", ":VEVENT", ":VTIMEZONE"),
    "END": (":VALARM", ":VEVENT", ";X=1:VEVENT"),
    "dtstart": TIMES,
    " SUMMARY": TEXTS,
    "no content line": ("",),
    "": ("",),
}  # fmt: skip
ALARMS = (
    "ACTION:DISPLAY\nTRIGGER:-PT10M", "ACTION:DISPLAY\nTRIGGER;RELATED=START:-P1D\nDESCRIPTION:x",
    "ACTION:EMAIL\nTRIGGER:-PT5M",
    "ACTION:audio\nTRIGGER;RELATED=END:-PT5M", "TRIGGER:-PT5M", "ACTION:DISPLAY",
    "ACTION:DISPLAY\nTRIGGER;VALUE=DATE-TIME:20261130T090000Z",
    "ACTION:DISPLAY\nTRIGGER:PT5M", "ACTION:DISPLAY\nBEGIN:X-IN\nEND:X-IN\nTRIGGER:-PT1M", "", "broken",
    "ACTION:DISPLAY\nTRIGGER:-PT15M\nTRIGGER:-PT20M",
    "ACTION:DISPLAY\nTRIGGER:-PT5M\nEND:VALARM\nBEGIN:VALARM\nACTION:DISPLAY\nTRIGGER:-PT7M",
    "TRIGGER:-PT5M\nend:valarm\nBEGIN:VALARM\nACTION:DISPLAY\nTRIGGER:-PT7M", "END:VALARM\nBEGIN:VALARM",
)  # fmt: skip
ZONES = (
    LONDON,
    LONDON.replace("Europe/London", "Own"),
    "BEGIN:VTIMEZONE\nTZID:Own\nEND:VTIMEZONE",
    "BEGIN:VTIMEZONE\nTZID:Own",
    "BEGIN:VTIMEZONE\nTZID:Own\nend:vtimezone",
    LONDON.replace("END:VTIMEZONE", "BEGIN:VTIMEZONE\nEND:VTIMEZONE\nEND:VTIMEZONE"),
)
HEADS = (
    "VERSION:2.0\nPRODID:-//X//Y//EN",
    "VERSION:2.0",
    "PRODID:a\nX-WR-CALNAME;X=1:b:c",
    "METHOD:REQUEST",
    "bad",
    "version:2.0",
)
LINE = st.sampled_from(sorted(LINES)).flatmap(lambda name: st.sampled_from(LINES[name]).map(lambda rest: name + rest))
USUAL = st.sampled_from(
    sorted(set(LINES) - {"BEGIN", "END", "dtstart", " SUMMARY", "no content line", "", "RECURRENCE-ID"})
)
GOOD = USUAL.flatmap(lambda name: st.sampled_from(LINES[name]).map(lambda rest: name + rest))


def row_of(raw: bytes) -> ResourceRow:
    return ResourceRow(ID, "a.ics", UUID(int=2), "a@x", "etag", None, "VEVENT", 7, False, False, NOW, len(raw), raw)


@st.composite
def texts(draw: st.DrawFn) -> bytes:
    """A text as programs write it, or nearly so."""
    lines = draw(st.lists(draw(st.sampled_from((GOOD, GOOD, LINE))), max_size=12))
    alarms = "".join(
        f"\nBEGIN:VALARM\n{each}\nEND:VALARM" for each in draw(st.lists(st.sampled_from(ALARMS), max_size=3))
    )
    start = draw(st.sampled_from(("DTSTART:20261130T100000Z", *(f"DTSTART{each}" for each in TIMES))))
    rows = draw(st.permutations([*lines, start, "UID:a@example.com"]))
    event = "BEGIN:VEVENT\n" + "\n".join(rows) + alarms + "\nEND:VEVENT"
    zones, head = draw(st.lists(st.sampled_from(ZONES), max_size=2)), draw(st.sampled_from((HEADS[0], *HEADS)))
    whole = draw(st.permutations([event, *zones])) if draw(st.booleans()) else [*zones, event]
    text = "\n".join(["BEGIN:VCALENDAR", head, *whole, "END:VCALENDAR"]) + draw(
        st.sampled_from(("\n", "\n", "", "\n\n"))
    )
    if draw(st.booleans()):
        text = re.sub(r"(.{30})(?=.)", draw(st.sampled_from(("\\1\n ", "\\1\n\t", "\\1\n \n "))), text)
    ending = draw(st.sampled_from(("\r\n", "\r\n", "\n", "\r\r\n")))
    raw = text.replace("\n", ending).encode()
    return draw(st.sampled_from((raw, raw, raw, b"\xef\xbb\xbf" + raw, raw.replace(b"Team", b"\xff"))))


def same(raw: bytes) -> bool:
    """Whether the quick reader read the text; then it shows what the general one shows."""
    row, plain = row_of(raw), plain_event(raw)
    for at in AT:
        if plain is not None:
            shown = msgspec.json.encode(event_of_plain(row, plain, ME, at))
            assert shown == msgspec.json.encode(event_of(row_of(raw), ME, at))
            first = CalendarText(raw).reading.instances()[0]
            assert (plain.start, plain.end) == (first.start, first.end)
    return plain is not None


@settings(max_examples=1500)
@given(texts())
def test_both_readers_show_the_same(raw: bytes) -> None:
    same(raw)


@settings(max_examples=300)
@given(st.lists(GOOD, max_size=8))
def test_a_text_that_the_general_reader_refuses_is_never_plain(lines: list[str]) -> None:
    raw = "\n".join(
        ["BEGIN:VCALENDAR", "VERSION:2.0", "BEGIN:VEVENT", *lines, "END:VEVENT", "END:VCALENDAR", ""]
    ).encode()
    try:
        CalendarText(raw).reading  # noqa: B018 (it raises)
    except IcalError:
        assert plain_event(raw) is None


PLAIN = {
    "single": ["DTSTART:20261130T100000Z", "DTEND:20261130T110000Z", r"SUMMARY:A\, b"],
    "zoned": ["DTSTART;TZID=Europe/London:20261130T100000", "DURATION:PT1H"],
    "whole day": ["DTSTART;VALUE=DATE:20261130"],
    "series": ["DTSTART:20261130T100000Z", "RRULE:FREQ=WEEKLY", "EXDATE:20261207T100000Z", "X-OTHER;A=b:c"],
    "meeting": ["DTSTART:20261130T100000Z", f"ORGANIZER{PEOPLE[0]}", f"ATTENDEE{PEOPLE[0]}", f"ATTENDEE{PEOPLE[3]}"],
    "alarms": ["DTSTART:20261130T100000Z", "BEGIN:VALARM", "ACTION:DISPLAY", "TRIGGER:-PT10M", "END:VALARM"],
}


@pytest.mark.parametrize("name", PLAIN)
@pytest.mark.parametrize("zone", [[], [LONDON]], ids=["without zone", "with zone"])
def test_usual_texts_are_plain(name: str, zone: list[str]) -> None:
    lines = ["BEGIN:VCALENDAR", "VERSION:2.0", "PRODID:x", *zone, "BEGIN:VEVENT", "UID:a@x", *PLAIN[name], "END:VEVENT"]
    text = "\n".join([*lines, "END:VCALENDAR", ""])
    assert same(b"".join(fold(each.encode()) for each in text.splitlines()))


@pytest.mark.parametrize("kind", ["VALARM", "VTIMEZONE"])
def test_parts_that_end_in_another_spelling_take_linear_time(monkeypatch: pytest.MonkeyPatch, kind: str) -> None:
    # An algorithm that takes the square of the length does not end within the time that pytest gives a test.
    monkeypatch.setattr(quick, "MAX_BYTES", 10_000_000)
    parts = f"BEGIN:{kind}\nend:{kind.lower()}\n" * 150_000
    event = f"BEGIN:VEVENT\nUID:a@example.com\nDTSTART:20261130T100000Z\n{parts}END:VEVENT\n"
    assert plain_event(f"BEGIN:VCALENDAR\nVERSION:2.0\n{event}END:VCALENDAR\n".encode()) is None


def test_long_rules_and_names_of_zones_are_read_but_not_kept() -> None:
    many = ",".join(str(each % 366 + 1) for each in range(2_000))
    event = f"BEGIN:VEVENT\nUID:a@x\nDTSTART:20261130T100000Z\nRRULE:FREQ=YEARLY;BYYEARDAY={many}\nEND:VEVENT"
    raw = f"BEGIN:VCALENDAR\nVERSION:2.0\n{event}\nEND:VCALENDAR\n".encode()
    before = quick._sound_rule_once.cache_info().currsize, tzid._iana_name.cache_info().currsize
    assert not same(raw)
    assert CalendarText(raw).reading.recurs
    assert tzid.iana_name("Europe/" + "x" * 1_000) is None
    assert (quick._sound_rule_once.cache_info().currsize, tzid._iana_name.cache_info().currsize) == before


_MOMENT = re.compile(r"(\d{4})(\d\d)(\d\d)(?:T(\d\d)(\d\d)(\d\d)(Z?))?\Z", re.ASCII)


def slow_moment(value: str) -> datetime | date | None:
    """The value by the grammar of RFC 5545 §3.3.5 alone."""
    found = _MOMENT.match(value.strip())
    try:
        if found is None:
            return None
        year, month, day, *clock, utc = found.groups()
        if clock[0] is None:
            return date(int(year), int(month), int(day))
        hour, minute, second = map(int, clock)
        zone = UTC if utc else None
        return datetime(int(year), int(month), int(day), hour, minute, min(second, 59), tzinfo=zone)
    except ValueError:
        return None


@settings(max_examples=500)
@given(st.one_of(
    st.from_regex(r"\A[0-9]{4}[01][0-9][0-3][0-9]T[0-2][0-9][0-6][0-9][0-6][0-9]Z?\Z"),
    st.text("0123456789TZW-:+. ", min_size=14, max_size=17),
))  # fmt: skip
@example("20261130T240000Z")
@example("2026-W01T100000")
@example("20261130T100000+")
@example("20261130T236060Z")
def test_a_moment_is_read_by_the_grammar(value: str) -> None:
    assert moment(value) == slow_moment(value)
    if isinstance(found := moment(value), datetime):
        assert found.tzinfo is (UTC if value.strip().endswith("Z") else None)


@settings(max_examples=500)
@given(st.text("\\nN,;ab\n", max_size=12))
def test_text_is_unescaped_from_left_to_right(value: str) -> None:
    plain, place = "", 0
    while place < len(value):
        escaped = value[place] == "\\" and place + 1 < len(value)
        each = value[place + 1] if escaped else value[place]
        plain += "\n" if escaped and each in "nN" else each
        place += 2 if escaped else 1
    assert unescape(value) == plain

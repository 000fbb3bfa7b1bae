"""Three readers of one text: icalendar and vobject read the same values as our reader.

Where they differ, a function below names the difference and its reason; no other difference passes.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
import vobject
from hypothesis import given
from hypothesis import strategies as st
from icalendar import Calendar
from vobject.icalendar import stringToDate, stringToDateTime

from support.as_bytes import read
from televent.ical.objects.reading import Instance, Reading
from televent.ical.text.errors import InvalidCalendarData, InvalidCalendarObject
from televent.ical.text.lines import compose, fold
from televent.ical.text.tree import Component, parse
from televent.ical.text.values import escape, normalise_address, unescape

SAMPLES = Path(__file__).parents[2] / ".." / "shared" / "imip" / "ics"
FILES = sorted(SAMPLES.glob("*.ics"))

KINDS = ("VEVENT", "VTODO", "VJOURNAL", "VFREEBUSY")
Said = dict[str, Any]


@dataclass(frozen=True)
class Case:
    """One component as our reader and another one have it."""

    reader: str
    part: Component
    ours: Said
    theirs: Said


# ---- three readers


def ours_of(reading: Reading, instance: Instance, part: Component) -> Said:
    organizer = part.get("ORGANIZER")
    return {
        "uid": reading.uid,
        "summary": instance.summary,
        "start": instant(instance.start),
        "end": instant(instance.end) if part.get("DTEND") is not None else None,
        "rule": rule(instance.rrule or ""),
        "attendees": sorted((each.address, each.partstat) for each in instance.attendees),
        "organizer": reading.organizer.address if reading.organizer is not None and organizer is not None else None,
        "status": instance.status,
        "sequence": instance.sequence,
    }


def of_icalendar(part: Any) -> Said:
    def several(name: str) -> list[Any]:
        found = part.get(name, [])
        return found if isinstance(found, list) else [found]

    def first(name: str) -> Any:
        return next(iter(several(name)), None)

    def when(name: str) -> Any:
        found = first(name)
        return instant(getattr(found, "dt", "unreadable")) if found is not None else None

    rules = several("RRULE")
    return {
        "uid": str(first("UID") or "").strip(),
        "summary": str(first("SUMMARY") or ""),
        "start": when("DTSTART"),
        "end": when("DTEND"),
        "rule": rule(rules[0].to_ical().decode()) if rules else {},
        "attendees": sorted(
            (normalise_address(str(each)), str(each.params.get("PARTSTAT", "NEEDS-ACTION")).upper())
            for each in several("ATTENDEE")
        ),
        "organizer": normalise_address(str(first("ORGANIZER"))) if first("ORGANIZER") is not None else None,
        "status": str(first("STATUS")).strip().upper() if first("STATUS") is not None else None,
        "sequence": int(first("SEQUENCE") or 0),
    }


def of_vobject(part: Any) -> Said:
    """vobject's texts and values. Its zones are not used, because it keeps the zones of each text for the next."""

    def first(name: str) -> Any:
        return next(iter(part.contents.get(name, [])), None)

    def text(name: str) -> str | None:
        found = first(name)
        return str(found.value) if found is not None else None

    def when(name: str) -> Any:
        line = first(name)
        if line is None:
            return None
        value = line.value.strip()
        if len(value) == 8:
            return instant(stringToDate(value))
        found = stringToDateTime(value)
        zone = getattr(line, "tzid_param", None)
        return (found.replace(tzinfo=None), "wall") if zone and found.tzinfo is None else instant(found)

    people = part.contents.get("attendee", [])
    return {
        "uid": (text("uid") or "").strip(),
        "summary": text("summary") or "",
        "start": when("dtstart"),
        "end": when("dtend"),
        "rule": rule(text("rrule") or ""),
        "attendees": sorted(
            (normalise_address(each.value), each.params.get("PARTSTAT", ["NEEDS-ACTION"])[0].upper()) for each in people
        ),
        "organizer": normalise_address(text("organizer") or "") if first("organizer") is not None else None,
        "status": (text("status") or "").strip().upper() or None,
        "sequence": int(text("sequence") or 0),
    }


def instant(value: Any) -> Any:
    """Aware times as instants, so that two spellings of one are equal."""
    return value.astimezone(UTC) if isinstance(value, datetime) and value.tzinfo is not None else value


def rule(text: str) -> dict[str, tuple[str, ...]]:
    parts = (part.partition("=") for part in text.strip().rstrip(";").upper().split(";") if part)
    return {name: tuple(sorted(value.split(","))) for name, _, value in parts}


# ---- the known differences, each with its reason


def a_wall_clock_says_no_zone(case: Case, name: str) -> bool:
    """Only vobject's wall-clock time is read (``of_vobject``); it must be that of our time."""
    theirs, wall = case.theirs[name] if isinstance(case.theirs[name], tuple) else (None, None)
    prop = case.part.get("DTSTART" if name == "start" else "DTEND")
    return wall == "wall" and prop is not None and theirs == stringToDateTime(prop.value.strip()).replace(tzinfo=None)


def vobject_cuts_a_text_at_a_bare_comma(case: Case, name: str) -> bool:
    """A comma in TEXT must be escaped (RFC 5545 §3.3.11); many programs do not, and vobject keeps what is before it.

    It also writes "eof", the name of a state of its parser, after a last backslash that escapes nothing.
    """
    raw = case.part.value({"summary": "SUMMARY", "uid": "UID"}.get(name, "")) or ""
    before = first_text(raw)
    odd = before != raw or dangling(raw)
    return case.reader == "vobject" and odd and case.theirs[name] == kept(before) + ("eof" if dangling(before) else "")


def an_unknown_escape_keeps_its_backslash(case: Case, name: str) -> bool:
    """A backslash before a character that RFC 5545 §3.3.11 does not escape: we drop it, both others keep it."""
    raw = case.part.value("SUMMARY") or ""
    return name == "summary" and kept(raw) != unescape(raw) and case.theirs[name] == kept(raw)


def kept(raw: str) -> str:
    """TEXT in which only the escapes of RFC 5545 count as escapes."""
    return re.sub(r"\\([\\;,nN])", lambda found: "\n" if found[1] in "nN" else found[1], raw)


def first_text(raw: str) -> str:
    """The text before the first comma that no backslash escapes."""
    found = re.match(r"(?:\\.|[^\\,])*\\?", raw, re.DOTALL)
    assert found is not None
    return found[0]


def dangling(raw: str) -> bool:
    """True where a last backslash escapes nothing."""
    return (len(raw) - len(raw.rstrip("\\"))) % 2 == 1


def a_uid_is_no_text_to_us(case: Case, name: str) -> bool:
    """UID is TEXT (§3.8.4.7), but programs compare it as it is written, and so do we; others unescape it."""
    return name == "uid" and "\\" in case.ours["uid"] and unescape(case.ours["uid"]) == case.theirs["uid"]


def an_end_before_its_start_is_mended(case: Case, name: str) -> bool:
    """A component that would end before its start has no length here (values.end_of); others give the written end."""
    end, start = case.part.value("DTEND") or "", case.part.value("DTSTART") or ""
    nothing = timedelta(0) if isinstance(case.ours["start"], datetime) else timedelta(days=1)
    return name == "end" and end <= start and case.ours["end"] == case.ours["start"] + nothing


def an_end_takes_the_kind_of_its_start(case: Case, name: str) -> bool:
    """A start in an unknown zone floats, and so does our end, although it is written in UTC (values.end_of)."""
    ours, theirs = case.ours["end"], case.theirs["end"]
    return (
        name == "end" and isinstance(theirs, datetime) and ours.tzinfo is None and theirs.replace(tzinfo=None) == ours
    )


def icalendar_drops_a_line_with_a_nameless_parameter(case: Case, name: str) -> bool:
    """Zimbra writes ``ORGANIZER;mailto:x``. icalendar reports an error and drops the line; we take the address."""
    line = case.part.get("ORGANIZER")
    bare = line is not None and line.raw.upper().startswith(b"ORGANIZER;MAILTO:")
    return case.reader == "icalendar" and name == "organizer" and bare and case.theirs["organizer"] is None


DIFFERENCES: list[Callable[[Case, str], bool]] = [
    a_wall_clock_says_no_zone,
    vobject_cuts_a_text_at_a_bare_comma,
    an_unknown_escape_keeps_its_backslash,
    a_uid_is_no_text_to_us,
    an_end_before_its_start_is_mended,
    an_end_takes_the_kind_of_its_start,
    icalendar_drops_a_line_with_a_nameless_parameter,
]


def unexplained(case: Case) -> list[str]:
    return [
        f"{case.reader}: {name}: ours {case.ours[name]!r}, theirs {case.theirs[name]!r}"
        for name in case.ours
        if case.ours[name] != case.theirs[name] and not any(known(case, name) for known in DIFFERENCES)
    ]


def cases(data: bytes) -> tuple[list[Case], list[tuple[str, str]]]:
    """Each component as the others have it, and what icalendar calls errors."""
    reading, root = read(data), parse(data)
    parts = [each for each in root.components() if each.name in KINDS]
    by_id = {(each.recurrence_id, each.range_this_and_future): each for each in reading.instances()}
    assert len(by_id) == len(parts)
    instances = sorted(reading.instances(), key=lambda each: each.recurrence_id or "")
    found: list[Case] = []
    library = Calendar.from_ical(data)
    errors = [(str(name), message) for each in library.walk() for name, message in each.errors]
    theirs = [each for each in library.subcomponents if each.name in KINDS]
    third = [
        each for each in vobject.readOne(data.decode(), transform=False).components() if each.name.upper() in KINDS
    ]
    assert len(parts) == len(theirs) == len(third)
    for instance in instances:
        place = places(reading, root, instance)
        mine = ours_of(reading, instance, parts[place])
        found.append(Case("icalendar", parts[place], mine, of_icalendar(theirs[place])))
        found.append(Case("vobject", parts[place], mine, of_vobject(third[place])))
    return found, errors


def places(reading: Reading, root: Component, instance: Instance) -> int:
    """The position of the instance in the text."""
    parts = [each for each in root.components() if each.name in KINDS]
    if instance.recurrence_id is None:
        return next(place for place, part in enumerate(parts) if part.get("RECURRENCE-ID") is None)
    overrides = [place for place, part in enumerate(parts) if part.get("RECURRENCE-ID") is not None]
    return overrides[reading.overrides.index(instance)]


# ---- generated objects

WORDS = st.text(st.characters(exclude_categories=("Cc", "Cs")), max_size=40)
CLOCK = st.datetimes(datetime(1990, 1, 1), datetime(2035, 1, 1)).map(lambda each: each.replace(microsecond=0))  # noqa: DTZ001
SLOPPY = st.text("ab,;\\nN", max_size=12)
"""A TEXT value with unescaped commas, semicolons and backslashes."""
UIDS = st.sampled_from(["one@example.com", "a,b@example.com", "a\\,b@example.com"])
ZONES = st.sampled_from(["date", "floating", "UTC", "Europe/Berlin", "America/New_York", "Asia/Kathmandu"])
RULES = st.sampled_from(
    [
        "FREQ=DAILY",
        "FREQ=WEEKLY;BYDAY=MO,TH;COUNT=5",
        "FREQ=MONTHLY;BYDAY=-1SU;INTERVAL=2",
        "FREQ=YEARLY;BYMONTH=3;COUNT=2",
    ]
)
ADDRESSES = st.from_regex(r"\A[a-z]{1,8}@[a-z]{1,8}\.example\Z")
ANSWERS = st.sampled_from(["ACCEPTED", "DECLINED", "TENTATIVE", None])
PEOPLE = st.lists(st.tuples(ADDRESSES, ANSWERS, WORDS), max_size=3)


def timed(name: str, value: datetime, zone: str) -> bytes:
    if zone == "date":
        return compose(name, (("VALUE", ("DATE",)),), f"{value:%Y%m%d}")
    params = () if zone in ("floating", "UTC") else (("TZID", (zone,)),)
    return compose(name, params, f"{value:%Y%m%dT%H%M%S}{'Z' if zone == 'UTC' else ''}")


@st.composite
def objects(draw: st.DrawFn) -> bytes:
    """A calendar object: a master, sometimes with overrides, in any zone."""
    uid, zone, start = draw(UIDS), draw(ZONES), draw(CLOCK)
    rrule = draw(st.none() | RULES)
    rids: list[int | None] = [None]
    if rrule is not None:
        rids += draw(st.lists(st.integers(1, 50), max_size=2, unique=True))
    rows = [b"BEGIN:VCALENDAR", b"VERSION:2.0", b"PRODID:-//Example//EN"]
    for rid in rids:
        rows += [b"BEGIN:VEVENT", f"UID:{uid}".encode(), b"DTSTAMP:20261101T090000Z"]
        if rid is not None:
            rows.append(timed("RECURRENCE-ID", start + timedelta(days=rid), zone))
        rows.append(timed("DTSTART", start, zone))
        if draw(st.booleans()):
            rows.append(timed("DTEND", start + timedelta(days=draw(st.integers(-1, 9))), zone))
        elif draw(st.booleans()):
            rows.append(b"DURATION:P2D")
        if rid is None and rrule is not None:
            rows.append(f"RRULE:{rrule}".encode())
        rows.append(compose("SUMMARY", (("LANGUAGE", ("en",)),), draw(WORDS.map(escape) | SLOPPY)))
        rows.append(b"SEQUENCE:%d" % draw(st.integers(0, 99)))
        status = draw(st.sampled_from([None, "CONFIRMED", "TENTATIVE", "CANCELLED"]))
        rows += [f"STATUS:{status}".encode()] if status is not None else []
        people = draw(PEOPLE)
        rows += [compose("ORGANIZER", (("CN", ("Ann",)),), "mailto:Ann@example.com")] if people else []
        for address, partstat, name in people:
            params = [("CN", (name.replace('"', "'"),)), *([("PARTSTAT", (partstat,))] if partstat else [])]
            rows.append(compose("ATTENDEE", params, f"mailto:{address}"))
        rows.append(b"END:VEVENT")
    rows.append(b"END:VCALENDAR")
    return b"".join(fold(row) for row in rows)


@given(objects())
def test_three_readers_agree_on_a_generated_object(data: bytes) -> None:
    found, errors = cases(data)
    assert errors == []
    assert [line for case in found for line in unexplained(case)] == []


# ---- real samples

ERRORS: dict[str, set[str]] = {"zimbra-cancel-instance.ics": {"None"}}
"""icalendar's ``errors`` by file: the property, or None for a line that it cannot parse."""
NOT_ALL_READ: dict[str, type[Exception]] = {
    "exchange-cdo-request.ics": InvalidCalendarData,  # a line cut without a fold
    "exchange-cdo-tz-us-canada.ics": InvalidCalendarData,
    "podio-invite.ics": InvalidCalendarData,  # a line outside VCALENDAR
    "exchange-minimal-no-dtstart.ics": InvalidCalendarObject,  # no UID
    "exchange-publish-utc-display-tzid.ics": InvalidCalendarObject,  # a feed of many UIDs
    "google-publish-feed.ics": InvalidCalendarObject,
    "google-request-chinese.ics": InvalidCalendarObject,
    "outlook-request-two-vevents.ics": InvalidCalendarObject,
    "icloud-two-events-same-uid.ics": InvalidCalendarObject,  # two masters
    "kde-todo-request.ics": ValueError,  # icalendar and vobject refuse CN=3D"…": quoted-printable that was not decoded
}
"""Files that one of the three refuses as a whole."""


@pytest.mark.skipif(not FILES, reason="the collection of real calendars (../shared/imip) is not beside the repository")
@pytest.mark.parametrize("name", [each.name for each in FILES if each.name not in NOT_ALL_READ])
def test_three_readers_agree_on_a_real_sample(name: str) -> None:
    found, errors = cases((SAMPLES / name).read_bytes())
    assert {prop for prop, _ in errors} == ERRORS.get(name, set())
    assert [line for case in found for line in unexplained(case)] == []


@pytest.mark.skipif(not FILES, reason="the collection of real calendars (../shared/imip) is not beside the repository")
@pytest.mark.parametrize("name", NOT_ALL_READ)
def test_a_sample_left_out_is_refused_by_one_of_them(name: str) -> None:
    with pytest.raises(NOT_ALL_READ[name]):
        cases((SAMPLES / name).read_bytes())


WRONG: list[tuple[str, Any]] = [
    ("uid", "2"),
    ("summary", "b"),
    ("start", date(2026, 11, 1)),
    ("end", datetime(2026, 11, 2, tzinfo=UTC)),
    ("rule", {"FREQ": ("DAILY",)}),
    ("attendees", [("x@y", "ACCEPTED")]),
    ("organizer", "x@y"),
    ("status", "CANCELLED"),
    ("sequence", 1),
]


@pytest.mark.parametrize(("name", "wrong"), WRONG)
def test_a_difference_that_nobody_named_is_seen(name: str, wrong: Any) -> None:
    event = ["UID:1", "DTSTART:20261101T090000Z", "DTEND:20261101T100000Z", "SUMMARY:a"]
    rows = ["BEGIN:VCALENDAR", "VERSION:2.0", "BEGIN:VEVENT", *event, "END:VEVENT", "END:VCALENDAR", ""]
    found, _ = cases("\r\n".join(rows).encode())
    for case in found:
        assert unexplained(case) == []
        assert len(unexplained(Case(case.reader, case.part, case.ours, {**case.theirs, name: wrong}))) == 1

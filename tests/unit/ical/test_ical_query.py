"""Filters: RFC 4791 §9.7, §9.9."""

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest
from ical_texts import calendar, event

from televent.ical.queries.query import (
    CompFilter,
    ParamFilter,
    PropFilter,
    TextMatch,
    TimeRange,
    UnsupportedCollation,
    matches,
    required_component,
    required_span,
)
from televent.ical.text.errors import TooManyInstances
from televent.ical.text.tree import parse


def hour(text: str | None) -> datetime | None:
    """ "21T10" is ten o'clock on 21 November 2026."""
    return datetime.strptime(f"202611{text}", "%Y%m%dT%H").replace(tzinfo=UTC) if text else None


def within(
    kind: str, start: str | None, end: str | None, *comps: CompFilter, props: tuple[PropFilter, ...] = ()
) -> CompFilter:
    span = TimeRange(hour(start), hour(end))
    return CompFilter("VCALENDAR", comps=(CompFilter(kind, time_range=span, props=props, comps=comps),))


def having(*props: PropFilter, any_of: bool = False) -> CompFilter:
    return CompFilter("VCALENDAR", comps=(CompFilter("VEVENT", props=props, any_of=any_of),))


def answer(wanted: CompFilter, *parts: str) -> bool:
    return matches(parse(calendar(*parts)), wanted)


TIMED = "DTSTART:20261121T100000Z"
TABLE = [
    # VEVENT: start < end of the event, end > DTSTART
    ("VEVENT", (TIMED, "DTEND:20261121T120000Z"), "21T11", "21T13", True),
    ("VEVENT", (TIMED, "DTEND:20261121T120000Z"), "21T12", "21T13", False),
    ("VEVENT", (TIMED, "DTEND:20261121T120000Z"), "21T09", "21T10", False),
    ("VEVENT", (TIMED, "DTEND:20261121T120000Z"), "21T11", None, True),
    ("VEVENT", (TIMED, "DTEND:20261121T120000Z"), None, "21T11", True),
    ("VEVENT", (TIMED, "DURATION:PT2H"), "21T11", "21T13", True),
    ("VEVENT", (TIMED, "DURATION:PT2H"), "21T12", "21T13", False),
    ("VEVENT", (TIMED, "DURATION:PT0S"), "21T10", "21T11", True),
    ("VEVENT", (TIMED,), "21T10", "21T11", True),
    ("VEVENT", (TIMED,), "21T09", "21T10", False),
    ("VEVENT", ("DTSTART;VALUE=DATE:20261121",), "21T23", "22T01", True),
    ("VEVENT", ("DTSTART;VALUE=DATE:20261121",), "22T00", "22T01", False),
    # VTODO by what it has
    ("VTODO", (TIMED, "DURATION:PT2H"), "21T12", "21T13", True),
    ("VTODO", (TIMED, "DURATION:PT2H"), "21T13", "21T14", False),
    ("VTODO", (TIMED, "DURATION:PT2H"), "21T09", "21T10", False),
    ("VTODO", (TIMED, "DUE:20261121T120000Z"), "21T11", "21T13", True),
    ("VTODO", (TIMED, "DUE:20261121T120000Z"), "21T12", "21T13", False),
    ("VTODO", (TIMED, "DUE:20261121T100000Z"), "21T10", "21T11", True),
    ("VTODO", (TIMED, "DUE:20261121T100000Z"), "21T09", "21T10", True),
    ("VTODO", (TIMED,), "21T10", "21T11", True),
    ("VTODO", (TIMED,), "21T09", "21T10", False),
    ("VTODO", ("DUE:20261121T100000Z",), "21T09", "21T10", True),
    ("VTODO", ("DUE:20261121T100000Z",), "21T10", "21T11", False),
    ("VTODO", ("COMPLETED:20261121T120000Z", "CREATED:20261121T100000Z"), "21T11", "21T12", True),
    ("VTODO", ("COMPLETED:20261121T120000Z", "CREATED:20261121T100000Z"), "21T13", "21T14", False),
    ("VTODO", ("COMPLETED:20261121T120000Z",), "21T12", "21T13", True),
    ("VTODO", ("COMPLETED:20261121T120000Z",), "21T10", "21T11", False),
    ("VTODO", ("CREATED:20261121T100000Z",), "22T10", "22T11", True),
    ("VTODO", ("CREATED:20261121T100000Z",), "20T10", "21T10", False),
    ("VTODO", ("SUMMARY:Some day",), "01T00", "01T01", True),
    # VJOURNAL
    ("VJOURNAL", (TIMED,), "21T10", "21T11", True),
    ("VJOURNAL", (TIMED,), "21T09", "21T10", False),
    ("VJOURNAL", ("DTSTART;VALUE=DATE:20261121",), "21T20", "21T21", True),
    ("VJOURNAL", ("SUMMARY:Undated",), "01T00", "30T00", False),
    # VFREEBUSY: the end counts in
    ("VFREEBUSY", (TIMED, "DTEND:20261121T120000Z"), "21T12", "21T13", True),
    ("VFREEBUSY", ("FREEBUSY:20261121T100000Z/PT2H,20261122T100000Z/20261122T120000Z",), "22T11", "22T12", True),
    ("VFREEBUSY", ("FREEBUSY:20261121T100000Z/PT2H",), "21T12", "21T13", False),
    ("VFREEBUSY", ("COMMENT:nothing",), "01T00", "30T00", False),
]


@pytest.mark.parametrize(("kind", "lines", "start", "end", "expected"), TABLE)
def test_each_row_of_the_tables_of_section_9_9(
    kind: str, lines: tuple[str, ...], start: str | None, end: str | None, expected: bool
) -> None:
    assert answer(within(kind, start, end), event(*lines, start="", kind=kind)) is expected


def test_every_instance_is_considered_and_overrides_are_where_they_moved() -> None:
    series = event("RRULE:FREQ=DAILY;COUNT=3", "EXDATE:20261122T100000Z")
    moved = event("RECURRENCE-ID:20261123T100000Z", start="DTSTART:20261125T150000Z")
    assert [answer(within("VEVENT", f"{day}T00", f"{day}T23"), series, moved) for day in range(21, 27)] == [
        True,
        False,
        False,
        False,
        True,
        False,
    ]


def test_other_conditions_are_asked_of_the_component_that_describes_the_instance() -> None:
    parts = (
        event("SUMMARY:Series", "RRULE:FREQ=DAILY"),
        event("RECURRENCE-ID:20261123T100000Z", "SUMMARY:Changed", start="DTSTART:20261123T150000Z"),
    )
    changed = (PropFilter("SUMMARY", text=TextMatch("changed")),)
    series = (PropFilter("SUMMARY", text=TextMatch("series")),)
    assert answer(within("VEVENT", "23T00", "23T23", props=changed), *parts)
    assert not answer(within("VEVENT", "23T00", "23T23", props=series), *parts)
    assert not answer(within("VEVENT", "22T00", "22T23", props=changed), *parts)
    assert answer(within("VEVENT", "22T00", None, props=series), *parts)


def test_an_endless_series_in_an_open_range_is_asked_its_other_conditions() -> None:
    parts = event("SUMMARY:Lunch", "RRULE:FREQ=DAILY")
    for text, expected in (("lunch", True), ("dinner", False)):
        assert (
            answer(within("VEVENT", "21T00", None, props=(PropFilter("SUMMARY", text=TextMatch(text)),)), parts)
            is expected
        )


def test_this_and_future_in_an_open_range() -> None:
    parts = (
        event("SUMMARY:Lunch", "RRULE:FREQ=DAILY"),
        event("RECURRENCE-ID;RANGE=THISANDFUTURE:20261125T100000Z", "SUMMARY:Dinner", start="DTSTART:20261125T190000Z"),
    )
    dinner = (PropFilter("SUMMARY", text=TextMatch("dinner")),)
    lunch = (PropFilter("SUMMARY", text=TextMatch("lunch")),)
    assert answer(within("VEVENT", "28T00", None, props=dinner), *parts)
    assert not answer(within("VEVENT", "28T00", None, props=lunch), *parts)
    assert not answer(within("VEVENT", None, "25T00", props=dinner), *parts)


def test_a_rule_that_cannot_be_counted_is_said_to_be_one() -> None:
    with pytest.raises(TooManyInstances):
        answer(within("VEVENT", "22T00", None), event("RRULE:FREQ=DAILY;BYMONTH=2;BYMONTHDAY=30"))


def test_a_rule_that_cannot_be_counted_leaves_the_other_conditions() -> None:
    parts = event("SUMMARY:Lunch", "RRULE:FREQ=DAILY;BYMONTH=2;BYMONTHDAY=30")
    events, tasks = within("VEVENT", "22T00", None).comps[0], within("VTODO", "22T00", None).comps[0]
    assert not answer(CompFilter("VCALENDAR", comps=(events, tasks)), parts)
    assert not answer(CompFilter("VCALENDAR", comps=(tasks, events)), parts)
    assert answer(CompFilter("VCALENDAR", comps=(tasks, CompFilter("VEVENT")), any_of=True), parts)
    dinner = (PropFilter("SUMMARY", text=TextMatch("dinner")),)
    assert not answer(within("VEVENT", "22T00", None, props=dinner), parts)
    with pytest.raises(TooManyInstances):
        answer(CompFilter("VCALENDAR", comps=(tasks, events), any_of=True), parts)


def test_floating_times_are_read_in_the_zone_asked_for() -> None:
    root = parse(calendar(event(start="DTSTART:20261121T230000")))
    wanted = within("VEVENT", "22T04", "22T05")
    assert matches(root, wanted, ZoneInfo("America/New_York"))
    assert not matches(root, wanted)


def alarm(*lines: str) -> str:
    return "\n".join(["BEGIN:VALARM", "ACTION:DISPLAY", *lines, "END:VALARM"])


@pytest.mark.parametrize(
    ("lines", "start", "end", "expected"),
    [
        (("TRIGGER:-PT1H",), "21T09", "21T10", True),
        (("TRIGGER:-PT1H",), "21T08", "21T09", False),
        (("TRIGGER:-PT1H",), "22T09", "22T10", True),
        (("TRIGGER:-P3D",), "18T10", "18T11", True),
        (("TRIGGER;RELATED=END:PT0S",), "21T12", "21T13", True),
        (("TRIGGER;VALUE=DATE-TIME:20261101T080000Z",), "01T08", "01T09", True),
        (("TRIGGER;VALUE=DATE-TIME:20261101T080000Z",), "21T08", "21T12", False),
        (("TRIGGER;VALUE=DATE-TIME:20261101T080000Z", "REPEAT:3", "DURATION:PT1H"), "01T11", "01T12", True),
        (("TRIGGER;VALUE=DATE-TIME:20261101T080000Z", "REPEAT:3", "DURATION:PT1H"), "01T12", "01T13", False),
        (("TRIGGER:-PT1H", "REPEAT:²", "DURATION:PT1H"), "21T10", "21T11", False),
        (("TRIGGER:-PT1H", "REPEAT:9", "DURATION:PT999999999S"), "21T10", "21T11", False),
        (("TRIGGER:soon",), "21T00", "22T00", False),
        ((), "21T00", "22T00", False),
        (("TRIGGER:-PT1H",), "25T00", None, False),
    ],
)
def test_an_alarm_is_in_the_range_in_which_it_rings(
    lines: tuple[str, ...], start: str, end: str | None, expected: bool
) -> None:
    span = TimeRange(hour(start), hour(end))
    rings = CompFilter("VALARM", time_range=span)
    wanted = CompFilter("VCALENDAR", comps=(CompFilter("VEVENT", comps=(rings,)),))
    assert answer(wanted, event("DURATION:PT2H", "RRULE:FREQ=DAILY;COUNT=2", alarm(*lines))) is expected


def test_an_alarm_of_an_endless_series_rings_in_an_open_range() -> None:
    rings = CompFilter("VALARM", time_range=TimeRange(hour("25T00"), None))
    wanted = CompFilter("VCALENDAR", comps=(CompFilter("VEVENT", comps=(rings,)),))
    assert answer(wanted, event("RRULE:FREQ=DAILY", alarm("TRIGGER:-PT1H")))


@pytest.mark.parametrize(
    ("match", "expected"),
    [
        (TextMatch("MÜNCHEN"), False),
        (TextMatch("treffen in m"), True),
        (TextMatch("Treffen", "i;octet"), True),
        (TextMatch("treffen", "i;octet"), False),
        (TextMatch("MÜNCHEN", "i;unicode-casemap"), True),
        (TextMatch("MU\u0308NCHEN", "i;unicode-casemap"), True),
        (TextMatch("STRASSE", "i;unicode-casemap"), True),
        (TextMatch("a, b", "i;octet"), True),
        (TextMatch("treffen", negate=True), False),
        (TextMatch("dinner", negate=True), True),
        (TextMatch("", "default"), True),
    ],
)
def test_text_is_compared_by_its_collation(match: TextMatch, expected: bool) -> None:
    wanted = having(PropFilter("summary", text=match))
    assert answer(wanted, event("SUMMARY:Treffen in München\\, Straße a\\, b")) is expected


def test_a_collation_that_is_not_known_is_refused() -> None:
    with pytest.raises(UnsupportedCollation):
        TextMatch("x", "i;klingon")


GUESTS = (
    "ATTENDEE;PARTSTAT=ACCEPTED:mailto:ann@example.com",
    "ATTENDEE;PARTSTAT=DECLINED;CN=Bob:mailto:bob@example.com",
)


@pytest.mark.parametrize(
    ("wanted", "expected"),
    [
        (PropFilter("ATTENDEE"), True),
        (PropFilter("LOCATION"), False),
        (PropFilter("LOCATION", is_not_defined=True), True),
        (PropFilter("ATTENDEE", is_not_defined=True), False),
        (PropFilter("ATTENDEE", params=(ParamFilter("CN"),)), True),
        (PropFilter("ATTENDEE", params=(ParamFilter("X-NONE"),)), False),
        (PropFilter("ATTENDEE", params=(ParamFilter("X-NONE", is_not_defined=True),)), True),
        (
            PropFilter(
                "ATTENDEE", text=TextMatch("ann@"), params=(ParamFilter("PARTSTAT", text=TextMatch("accepted")),)
            ),
            True,
        ),
        (
            PropFilter(
                "ATTENDEE", text=TextMatch("bob@"), params=(ParamFilter("PARTSTAT", text=TextMatch("accepted")),)
            ),
            False,
        ),
        (PropFilter("ATTENDEE", text=TextMatch("bob@"), params=(ParamFilter("X-NONE"),), any_of=True), True),
        (PropFilter("DTSTAMP", time_range=TimeRange(hour("01T09"), hour("01T10"))), True),
        (PropFilter("DTSTAMP", time_range=TimeRange(hour("01T10"), None)), False),
        (PropFilter("DTEND", time_range=TimeRange(hour("21T12"), hour("21T13"))), True),
        (PropFilter("DTEND", time_range=TimeRange(hour("21T10"), hour("21T12"))), False),
        (PropFilter("DUE", time_range=TimeRange(hour("21T12"), hour("21T13"))), False),
    ],
)
def test_properties_and_their_parameters(wanted: PropFilter, expected: bool) -> None:
    assert answer(having(wanted), event("DURATION:PT2H", *GUESTS)) is expected


def test_all_conditions_or_any_of_them() -> None:
    both = (PropFilter("ATTENDEE"), PropFilter("LOCATION"))
    assert not answer(having(*both), event(*GUESTS))
    assert answer(having(*both, any_of=True), event(*GUESTS))


def test_components_that_are_there_or_are_not() -> None:
    def wanted(name: str, *, absent: bool = False) -> CompFilter:
        return CompFilter("VCALENDAR", comps=(CompFilter(name, is_not_defined=absent),))

    assert answer(wanted("VEVENT"), event())
    assert not answer(wanted("VTODO"), event())
    assert answer(wanted("VTODO", absent=True), event())
    assert not answer(wanted("VEVENT", absent=True), event())
    assert not answer(CompFilter("VCARD"), event())
    assert answer(CompFilter("VCALENDAR"), event())


def test_the_index_is_told_what_the_filter_needs() -> None:
    wanted = within("VEVENT", "21T00", "22T00")
    assert required_span(wanted) == (hour("21T00"), hour("22T00"))
    assert required_component(wanted) == "VEVENT"
    either = CompFilter("VCALENDAR", comps=(*wanted.comps, CompFilter("VTODO")), any_of=True)
    assert required_span(either) == (None, None)
    assert required_component(either) is None
    assert required_span(having(PropFilter("SUMMARY"))) == (None, None)
    absent = CompFilter("VCALENDAR", comps=(CompFilter("VTODO", is_not_defined=True),))
    assert (required_span(absent), required_component(absent)) == ((None, None), None)

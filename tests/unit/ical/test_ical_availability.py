"""RFC 7953: VAVAILABILITY applied to a person's busy periods."""

from datetime import UTC, datetime, timedelta
from itertools import permutations
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st
from ical_texts import calendar

from televent.ical.queries.availability import MAX_PARTS, UNAVAILABLE, apply_availability, check_availability
from televent.ical.queries.freebusy import BUSY, TENTATIVE, Period
from televent.ical.text.errors import IcalError
from televent.ical.text.tree import Component, parse

DAY = datetime(2026, 11, 23, tzinfo=UTC)
"""A Monday."""
MONTREAL = ZoneInfo("America/Montreal")
SLOT = timedelta(hours=2)


def available(*lines: str, uid: str = "a@example.com", hours: tuple[int, int] = (9, 17)) -> str:
    times = [f"DTSTART:20261123T{hours[0]:02}0000Z", f"DTEND:20261123T{hours[1]:02}0000Z"]
    shown = list(lines) if any(line.startswith("DTSTART") for line in lines) else [*times, *lines]
    return "\n".join(["BEGIN:AVAILABLE", f"UID:{uid}", "DTSTAMP:20261101T090000Z", *shown, "END:AVAILABLE"])


def rule(*lines: str, uid: str = "v@example.com") -> str:
    return "\n".join(["BEGIN:VAVAILABILITY", f"UID:{uid}", "DTSTAMP:20261101T090000Z", *lines, "END:VAVAILABILITY"])


def root(*rules: str) -> Component:
    return parse(calendar(*rules))


def at(hour: float) -> datetime:
    return DAY + timedelta(hours=hour)


def busy(*rules: str, periods: tuple[Period, ...] = (), hours: int = 24) -> list[Period]:
    return apply_availability(periods, [root(*rules)], DAY, at(hours))


def slots(found: list[Period], start: datetime) -> str:
    """A day as the tables of §5.1 show it: one character for each two hours."""
    signs = {BUSY: "B", UNAVAILABLE: "U", TENTATIVE: "T"}
    row = ""
    for number in range(12):
        begin = start + SLOT * number
        row += next((signs[each.kind] for each in found if each.start <= begin and begin + SLOT <= each.end), "F")
    return row


WEEKDAYS = "RRULE:FREQ=WEEKLY;BYDAY=MO,TU,WE,TH,FR"


def backend(zone: str, first: str) -> str:
    return available(f"DTSTART;TZID={zone}:{first}T080000", f"DTEND;TZID={zone}:{first}T180000", WEEKDAYS, uid=zone)


def test_section_5_1_1_the_simple_example() -> None:
    text = rule("DTSTART;TZID=America/Montreal:20111002T000000", backend("America/Montreal", "20111002"))
    # The RFC names the 6th, a Sunday, but its table is that of a working day.
    start = datetime(2011, 11, 7, tzinfo=MONTREAL).astimezone(UTC)
    meeting = Period(start + timedelta(hours=12), start + timedelta(hours=14))
    found = apply_availability([meeting], [root(text)], start, start + timedelta(days=1))
    assert slots(found, start) == "UUUUFFBFFUUU"


def test_section_5_1_2_a_week_elsewhere_has_the_higher_priority() -> None:
    home = rule("DTSTART;TZID=America/Montreal:20111002T000000", backend("America/Montreal", "20111002"))
    away = rule(
        "DTSTART;TZID=America/Denver:20111023T000000",
        "DTEND;TZID=America/Denver:20111030T000000",
        "PRIORITY:1",
        backend("America/Denver", "20111023"),
        uid="w@example.com",
    )
    start = datetime(2011, 10, 24, tzinfo=MONTREAL).astimezone(UTC)
    lunch = Period(start + timedelta(hours=14), start + timedelta(hours=16))
    for order in ((home, away), (away, home)):
        found = apply_availability([lunch], [root(*order)], start, start + timedelta(days=1))
        assert slots(found, start) == "UUUUUFFBFFUU"


def test_without_bounds_all_time_but_the_available_is_unavailable() -> None:
    assert busy(rule(available())) == [Period(at(0), at(9), UNAVAILABLE), Period(at(17), at(24), UNAVAILABLE)]


@pytest.mark.parametrize(
    ("lines", "span"),
    [
        (("DTSTART:20261123T060000Z",), (6, 24)),
        (("DTEND:20261123T060000Z",), (0, 6)),
        (("DTSTART:20261123T060000Z", "DURATION:PT3H"), (6, 9)),
        (("DTSTART:20261122T000000Z", "DTEND:20261123T020000Z"), (0, 2)),
        (("DTSTART:20261125T000000Z",), None),
    ],
)
def test_outside_of_its_own_time_it_says_nothing(lines: tuple[str, ...], span: tuple[int, int] | None) -> None:
    assert busy(rule(*lines)) == ([Period(at(span[0]), at(span[1]), UNAVAILABLE)] if span else [])


def test_an_available_part_counts_only_inside_of_the_whole() -> None:
    late = rule("DTSTART:20261123T120000Z", available(hours=(9, 17)), uid="late@example.com")
    below = rule()
    found = busy(below, late.replace("UID:late", "PRIORITY:5\nUID:late"))
    assert found == [Period(at(0), at(12), UNAVAILABLE), Period(at(17), at(24), UNAVAILABLE)]


@pytest.mark.parametrize(
    ("said", "kind"),
    [("BUSY", BUSY), ("busy-tentative", TENTATIVE), ("BUSY-UNAVAILABLE", UNAVAILABLE), ("X-AWAY", BUSY)],
)
def test_the_kind_of_busy_time_is_what_busytype_says(said: str, kind: str) -> None:
    assert busy(rule(f"BUSYTYPE:{said}")) == [Period(at(0), at(24), kind)]


def test_among_equals_the_stronger_kind_holds_in_whatever_order() -> None:
    parts = [rule(f"BUSYTYPE:{kind}", uid=f"{kind}@example.com") for kind in (TENTATIVE, BUSY, UNAVAILABLE)]
    for order in permutations(parts):
        assert busy(*order) == [Period(at(0), at(24), BUSY)]


@pytest.mark.parametrize(("higher", "lower"), [("1", "9"), ("9", "0"), ("9", None), ("4", "5")])
def test_a_higher_priority_covers_a_lower_one(higher: str, lower: str | None) -> None:
    above = rule(f"PRIORITY:{higher}", "BUSYTYPE:BUSY-TENTATIVE", available(hours=(0, 12)), uid="above@example.com")
    below = rule(*([f"PRIORITY:{lower}"] if lower else []), "BUSYTYPE:BUSY", available(hours=(12, 24)))
    for order in ((above, below), (below, above)):
        assert busy(*order, hours=24) == [Period(at(12), at(24), TENTATIVE)]


def test_an_override_moves_one_day_of_the_available_time() -> None:
    series = available(WEEKDAYS)
    moved = available(
        "DTSTART:20261124T120000Z", "DTEND:20261124T130000Z", "RECURRENCE-ID:20261124T090000Z", uid="a@example.com"
    )
    found = busy(rule(series, moved), hours=48)
    assert found == [
        Period(at(0), at(9), UNAVAILABLE),
        Period(at(17), at(36), UNAVAILABLE),
        Period(at(37), at(48), UNAVAILABLE),
    ]


def test_two_parts_of_one_uid_both_count() -> None:
    found = busy(rule(available(hours=(9, 12)), available(hours=(14, 17))))
    assert [(each.start, each.end) for each in found] == [(at(0), at(9)), (at(12), at(14)), (at(17), at(24))]


def test_a_meeting_stands_out_and_a_maybe_does_not_make_one_less_unavailable() -> None:
    meeting, maybe = Period(at(8), at(10)), Period(at(16), at(18), TENTATIVE)
    assert busy(rule(available()), periods=(meeting, maybe)) == [
        Period(at(0), at(8), UNAVAILABLE),
        Period(at(8), at(10), BUSY),
        maybe,
        Period(at(17), at(24), UNAVAILABLE),
    ]


def test_a_rule_that_costs_too_much_leaves_no_time_free() -> None:
    greedy = available("DTSTART:20000101T000000Z", "DURATION:PT1S", "RRULE:FREQ=SECONDLY;COUNT=999999999")
    assert busy(rule(greedy)) == [Period(at(0), at(24), UNAVAILABLE)]


hours = st.integers(0, 24)
spans = st.tuples(hours, hours).map(sorted).filter(lambda each: each[0] < each[1])
rules = st.tuples(
    st.integers(0, 3), st.sampled_from((BUSY, UNAVAILABLE, TENTATIVE)), spans, st.lists(spans, max_size=3)
)


def moment(hour: int) -> str:
    return f"{at(hour):%Y%m%dT%H%M%SZ}"


@given(st.lists(rules, max_size=5), st.lists(spans, max_size=2))
def test_each_hour_is_what_stepping_through_the_components_makes_of_it(
    given_rules: list[tuple[int, str, list[int], list[list[int]]]], meetings: list[list[int]]
) -> None:
    parts = [
        rule(
            f"PRIORITY:{priority}",
            f"BUSYTYPE:{kind}",
            f"DTSTART:{moment(first)}",
            f"DTEND:{moment(last)}",
            *(
                available(f"DTSTART:{moment(begin)}", f"DTEND:{moment(end)}", uid=f"{number}@example.com")
                for number, (begin, end) in enumerate(free)
            ),
            uid=f"{each}@example.com",
        )
        for each, (priority, kind, (first, last), free) in enumerate(given_rules)
    ]
    found = busy(*parts, periods=tuple(Period(at(first), at(last)) for first, last in meetings))
    for hour in range(24):
        kind = None
        for level in (0, 3, 2, 1):
            here = [each for each in given_rules if each[0] == level and each[2][0] <= hour < each[2][1]]
            if here:
                free = any(first <= hour < last for each in here for first, last in each[3])
                kind = None if free else min((each[1] for each in here), key=(BUSY, UNAVAILABLE, TENTATIVE).index)
        if any(first <= hour < last for first, last in meetings):
            kind = BUSY
        seen = {each.kind for each in found if each.start <= at(hour) and at(hour + 1) <= each.end}
        assert seen == ({kind} if kind else set())


@given(st.lists(spans, max_size=4))
def test_without_any_component_busy_time_stays_as_it_is(meetings: list[list[int]]) -> None:
    periods = [Period(at(first), at(last)) for first, last in meetings]
    assert apply_availability(periods, [root()], DAY, at(24)) == apply_availability(periods, [], DAY, at(24))


def test_the_text_of_the_rfc_is_taken() -> None:
    part = available(
        "DTSTART;TZID=America/Montreal:20111002T090000", "DTEND;TZID=America/Montreal:20111002T180000", WEEKDAYS
    )
    check_availability(calendar(rule("DTSTART;TZID=America/Montreal:20111002T000000", part)))


@pytest.mark.parametrize(
    ("text", "precondition"),
    [
        (calendar(), "valid-calendar-data"),
        (b"nonsense", "valid-calendar-data"),
        (calendar(rule(), rule(uid="two@example.com")), "valid-calendar-data"),
        (calendar(rule(), "BEGIN:VEVENT\nUID:1\nEND:VEVENT"), "valid-calendar-data"),
        (calendar(rule("DTSTART:20261123T090000")), "valid-calendar-data"),
        (calendar(rule("DTSTART;VALUE=DATE:20261123")), "valid-calendar-data"),
        (calendar(rule("DTSTART;TZID=Nowhere:20261123T090000")), "valid-calendar-data"),
        (calendar(rule("DURATION:PT1H")), "valid-calendar-data"),
        (calendar(rule("DTSTART:20261123T090000Z", "DTEND:20261123T080000Z")), "valid-calendar-data"),
        (calendar(rule("DTSTART:20261123T090000Z", "DTEND:20261123T100000Z", "DURATION:PT1H")), "valid-calendar-data"),
        (calendar(rule("DTSTART:20261123T090000Z", "DTSTART:20261123T090000Z")), "valid-calendar-data"),
        (calendar(rule(available("RRULE:nonsense"))), "valid-calendar-data"),
        (calendar(rule("BEGIN:AVAILABLE\nUID:1\nDTSTAMP:20261101T090000Z\nEND:AVAILABLE")), "valid-calendar-data"),
        (calendar("BEGIN:VAVAILABILITY\nUID:1\nEND:VAVAILABILITY"), "valid-calendar-data"),
        (calendar(rule(*(available(uid=str(number)) for number in range(MAX_PARTS + 1)))), "max-resource-size"),
        (calendar(rule(*(f"X-{number}:{'x' * 990}" for number in range(70)))), "max-resource-size"),
        (calendar(rule(available("RRULE:FREQ=SECONDLY"))), "max-instances"),
    ],
)
def test_what_is_no_availability_is_refused_by_name(text: bytes, precondition: str) -> None:
    with pytest.raises(IcalError) as refused:
        check_availability(text)
    assert refused.value.precondition == precondition

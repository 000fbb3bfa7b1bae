"""When events remind: RFC 5545 §3.6.6, §3.8.6.3, RFC 9074 §6.1."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from ical_texts import calendar, event

from televent.ical.objects.calendar_text import CalendarText
from televent.ical.queries.reminders import Owner, firings, occurrence_of
from televent.ical.text.errors import TooManyInstances
from televent.ical.text.values import nominal

BERLIN = ZoneInfo("Europe/Berlin")
OWNER = Owner(BERLIN, frozenset({"ann@example.com"}), (15,))
FIRST, LAST = datetime(2026, 10, 1, tzinfo=UTC), datetime(2027, 1, 1, tzinfo=UTC)
# The clock in Berlin goes back on 2026-10-25.
LOCAL = "DTSTART;TZID=Europe/Berlin:20261026T090000"


def alarm(trigger: str, *more: str, action: str = "DISPLAY") -> str:
    return "\n".join(["BEGIN:VALARM", f"ACTION:{action}", f"TRIGGER{trigger}", *more, "END:VALARM"])


def rings(*lines: str, start: str = LOCAL, owner: Owner = OWNER, low: datetime = FIRST) -> list[str]:
    """The local times at which one event reminds."""
    text = CalendarText(calendar(event(*lines, start=start)))
    return [each.at.astimezone(owner.zone).strftime("%m-%d %H:%M") for each in firings(text, low, LAST, owner)]


@pytest.mark.parametrize(
    ("trigger", "expected"),
    [
        (":-PT15M", "10-26 08:45"),
        (":PT0S", "10-26 09:00"),
        (":PT5M", "10-26 09:05"),
        (":-P1D", "10-25 09:00"),
        (":-P2D", "10-24 09:00"),
        (":-PT24H", "10-25 09:00"),
        (":-PT48H", "10-24 10:00"),
        (":-P1W", "10-19 09:00"),
        (":-P1DT30M", "10-25 08:30"),
        (";RELATED=END:-PT10M", "10-26 09:50"),
        (";RELATED=END:PT10M", "10-26 10:10"),
        (";VALUE=DATE-TIME:20261020T070000Z", "10-20 09:00"),
    ],
)
def test_triggers_count_days_on_the_wall_clock_and_the_rest_exactly(trigger: str, expected: str) -> None:
    assert rings("DURATION:PT1H", alarm(trigger)) == [expected]


def test_an_alarm_repeats() -> None:
    assert rings(alarm(":-PT15M", "REPEAT:2", "DURATION:PT5M")) == ["10-26 08:45", "10-26 08:50", "10-26 08:55"]


@pytest.mark.parametrize(
    "broken", [alarm(":nonsense"), "BEGIN:VALARM\nACTION:DISPLAY\nEND:VALARM", alarm(":-PT5M", action="NONE"),
               alarm(":-P999D")]
)  # fmt: skip
def test_an_event_whose_alarms_alert_nobody_reminds_as_usual(broken: str) -> None:
    assert rings(broken) == ["10-26 08:45"]


def test_several_actions_at_one_time_are_one_reminder() -> None:
    assert rings(alarm(":-PT15M"), alarm(":-PT15M", action="AUDIO"), alarm(":-PT15M", action="EMAIL")) == [
        "10-26 08:45"
    ]


def test_what_was_acknowledged_up_to_a_time_is_done() -> None:
    both = (alarm(":-P1D", "ACKNOWLEDGED:20261025T080000Z"), alarm(":-PT15M", "ACKNOWLEDGED:20261025T080000Z"))
    assert rings(*both) == ["10-26 08:45"]
    assert rings("X-MOZ-LASTACK:20261026T074500Z", *both) == []
    assert rings("RRULE:FREQ=DAILY;COUNT=2", "X-MOZ-LASTACK:20261026T074500Z", alarm(":-PT15M")) == ["10-27 08:45"]


def test_whole_days_usually_remind_on_the_evening_before() -> None:
    assert rings(start="DTSTART;VALUE=DATE:20261026") == ["10-25 18:00"]
    assert rings(start="DTSTART;VALUE=DATE:20261026", owner=Owner(ZoneInfo("Asia/Tokyo"), (), (5, 60))) == [
        "10-25 18:00"
    ]
    assert rings(alarm(":-PT15H"), start="DTSTART;VALUE=DATE:20261026") == ["10-25 09:00"]
    assert rings(start="DTSTART;VALUE=DATE:20261026", owner=Owner(BERLIN, (), ())) == []


def test_floating_times_are_those_of_the_owner() -> None:
    assert rings(start="DTSTART:20261026T090000") == ["10-26 08:45"]
    tokyo = Owner(ZoneInfo("Asia/Tokyo"), (), (15, 1440))
    assert rings(start="DTSTART:20261026T090000", owner=tokyo) == ["10-25 09:00", "10-26 08:45"]


def test_cancelled_declined_and_excluded_occurrences_never_remind_and_tentative_ones_do() -> None:
    mine = "ATTENDEE;PARTSTAT={}:mailto:ann@example.com"
    assert rings("STATUS:CANCELLED") == []
    assert rings(mine.format("DECLINED")) == []
    assert rings(mine.format("TENTATIVE")) == rings(mine.format("NEEDS-ACTION")) == ["10-26 08:45"]
    assert rings("ATTENDEE;PARTSTAT=DECLINED:mailto:bob@example.com") == ["10-26 08:45"]
    excluded = "EXDATE;TZID=Europe/Berlin:20261027T090000"
    assert rings("RRULE:FREQ=DAILY;COUNT=3", excluded) == ["10-26 08:45", "10-28 08:45"]


def test_a_dense_series_of_a_stranger_reminds_only_after_an_answer() -> None:
    mine = "ATTENDEE;PARTSTAT={}:mailto:ann@example.com"
    hourly = "RRULE:FREQ=HOURLY;COUNT=8"
    assert rings(hourly, mine.format("NEEDS-ACTION")) == []
    assert len(rings(hourly, mine.format("TENTATIVE"))) == 8
    assert len(rings("RRULE:FREQ=DAILY;COUNT=8", mine.format("NEEDS-ACTION"))) == 8
    assert len(rings("RRULE:FREQ=HOURLY;INTERVAL=6;COUNT=8", mine.format("NEEDS-ACTION"))) == 8


def test_an_override_has_its_own_time_alarms_and_answer() -> None:
    series = event("RRULE:FREQ=DAILY;COUNT=4", alarm(":-PT5M"), start=LOCAL)
    moved = event("RECURRENCE-ID;TZID=Europe/Berlin:20261027T090000", alarm(":-PT1H"),
                  start="DTSTART;TZID=Europe/Berlin:20261027T140000")  # fmt: skip
    answer = "ATTENDEE;PARTSTAT=DECLINED:mailto:ann@example.com"
    declined = event("RECURRENCE-ID;TZID=Europe/Berlin:20261028T090000", answer,
                     start="DTSTART;TZID=Europe/Berlin:20261028T090000")  # fmt: skip
    text = CalendarText(calendar(series, moved, declined))
    found = firings(text, FIRST, LAST, OWNER)
    assert [each.at.astimezone(BERLIN).strftime("%d %H:%M") for each in found] == ["26 08:55", "27 13:00", "29 08:55"]
    named = occurrence_of(text, "20261027T080000Z", BERLIN)
    assert named is not None
    assert named.start == datetime(2026, 10, 27, 14, tzinfo=BERLIN)
    assert occurrence_of(text, "20261101T080000Z", BERLIN) is None
    assert occurrence_of(text, None, BERLIN) is None


def test_an_alarm_of_a_fixed_time_rings_once_for_the_occurrence_after_it() -> None:
    text = CalendarText(calendar(event("RRULE:FREQ=WEEKLY", alarm(";VALUE=DATE-TIME:20261103T120000Z"), start=LOCAL)))
    (found,) = firings(text, FIRST, LAST, OWNER)
    assert found.occurrence.recurrence_id == "20261109T080000Z"
    assert firings(text, found.at, LAST, OWNER) == []


def test_alarms_can_be_left_to_the_calendar_app() -> None:
    quiet = Owner(BERLIN, (), (15,), alarms=False)
    assert rings(alarm(":-PT5M"), owner=quiet) == []
    assert rings(owner=quiet) == ["10-26 08:45"]


@pytest.mark.parametrize("rule", ["FREQ=SECONDLY", "FREQ=MINUTELY", "FREQ=HOURLY;BYMINUTE=0,1,2,3,4,5,6,7,8,9"])
def test_the_work_for_a_dense_series_is_bounded(rule: str) -> None:
    text = CalendarText(calendar(event(f"RRULE:{rule}", alarm(":-P30D"), alarm(":P30D"), start=LOCAL)))
    with pytest.raises(TooManyInstances):
        firings(text, FIRST, FIRST + timedelta(days=60), OWNER)


def test_a_duration_is_days_and_an_exact_rest() -> None:
    assert nominal("-P1DT2H") == (-1, timedelta(hours=-2))
    assert nominal("P1W") == (7, timedelta(0))
    assert nominal("PT36H") == (0, timedelta(hours=36))
    assert nominal("P") is None

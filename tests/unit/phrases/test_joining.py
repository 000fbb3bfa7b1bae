"""Two readers: agreement is believed, difference is asked about."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from televent.phrases.joining import agree, join
from televent.phrases.own import OwnReading
from televent.phrases.reading import Reading, Understood
from televent.phrases.second import MAX_SECOND, read_second

ZONE = ZoneInfo("Europe/London")
NOW = datetime(2026, 11, 18, 10, 0, tzinfo=ZONE)
THREE = Reading(datetime(2026, 11, 19, 15, tzinfo=ZONE))
FIVE = Reading(datetime(2026, 11, 19, 17, 30, tzinfo=ZONE))


def own(*readings: Reading, partial: tuple[Reading, ...] = (), unread: tuple[str, ...] = ()) -> OwnReading:
    return OwnReading(Understood(readings, "tea", unread=unread), "tea tomorrow", partial)


def test_agreement_is_believed() -> None:
    assert join(own(THREE), (THREE, "tea"), NOW).certain


def test_a_difference_is_asked() -> None:
    assert join(own(THREE), (FIVE, "tea"), NOW).readings == (THREE, FIVE)


def test_a_difference_that_comes_from_skipped_words_is_none() -> None:
    assert join(own(THREE, partial=(FIVE,)), (FIVE, "tea"), NOW).readings == (THREE,)


def test_the_reading_of_the_second_alone_is_offered_with_the_words_that_it_took() -> None:
    understood = join(own(), (FIVE, "tea"), NOW)
    assert (understood.readings, understood.unread) == ((FIVE,), ("tomorrow",))


def test_a_day_and_the_same_day_at_the_time_of_now_agree() -> None:
    day = Reading(date(2026, 11, 19), date(2026, 11, 20))
    assert agree(day, Reading(NOW + timedelta(days=1)), NOW)
    assert not agree(day, THREE, NOW)


def test_rules_that_say_the_same_agree() -> None:
    start = datetime(2026, 11, 19, 15, tzinfo=ZONE)  # a Thursday
    assert agree(Reading(start, rrule="FREQ=WEEKLY"), Reading(start, rrule="FREQ=WEEKLY;BYDAY=TH"), NOW)
    assert not agree(Reading(start, rrule="FREQ=WEEKLY"), Reading(start), NOW)


def test_the_second_reader_is_given_no_long_text() -> None:
    assert read_second("tomorrow 3pm", NOW, "en") is not None
    assert read_second("tomorrow 3pm" + " " * MAX_SECOND, NOW, "en") is None


MONDAY = datetime(2026, 11, 23, 15, tzinfo=ZONE)
LATER = Reading(MONDAY + timedelta(days=7))


@pytest.mark.parametrize(
    ("now", "says_week", "certain"),
    [
        (NOW, False, True),  # a Wednesday: "next Monday" is the coming one
        (NOW + timedelta(days=4), False, False),  # a Sunday: people differ
        (NOW + timedelta(days=4), True, True),
    ],
)
def test_seven_days_apart_is_a_custom_only_where_people_agree(now: datetime, says_week: bool, certain: bool) -> None:
    ours = OwnReading(Understood((Reading(MONDAY),), "tea"), "tea next monday", (), says_week=says_week)
    assert join(ours, (LATER, "tea"), now).certain is certain

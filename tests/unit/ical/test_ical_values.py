"""Values: RFC 5545 §3.3."""

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from televent.ical.text.values import (
    Moment,
    canonical,
    duration,
    end_of,
    escape,
    moment,
    normalise_address,
    offset,
    period,
    unescape,
)

BERLIN = ZoneInfo("Europe/Berlin")
NINE = datetime(2026, 11, 21, 9, 0)  # noqa: DTZ001 (a floating time)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("20261121", date(2026, 11, 21)),
        ("20261121T090000", NINE.replace(tzinfo=BERLIN)),
        (" 20261121T090000Z ", NINE.replace(tzinfo=UTC)),
        ("20261121T235960Z", datetime(2026, 11, 21, 23, 59, 59, tzinfo=UTC)),
        ("20261131", None),
        ("20261121T250000", None),
        ("00000101", None),
        ("2026-11-21", None),
        ("٢٠٢٦١١٢١", None),
        ("", None),
    ],
)
def test_a_moment_is_a_date_or_a_time_or_nothing(text: str, said: Moment | None) -> None:
    found = moment(text, BERLIN)
    assert found == said
    assert type(found) is type(said)


def test_a_time_without_zone_floats() -> None:
    assert moment("20261121T090000") == NINE


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("PT15M", timedelta(minutes=15)),
        ("-P1DT2H", -timedelta(days=1, hours=2)),
        ("+P2W", timedelta(weeks=2)),
        ("pt1h30m5s", timedelta(hours=1, minutes=30, seconds=5)),
        ("P", None),
        ("PT", None),
        ("15M", None),
        ("P99999999999999999D", None),
    ],
)
def test_a_duration_is_read(text: str, said: timedelta | None) -> None:
    assert duration(text) == said


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("+0100", timedelta(hours=1)),
        ("-0330", -timedelta(hours=3, minutes=30)),
        ("+005328", timedelta(minutes=53, seconds=28)),
        ("+9900", None),
        ("0100", None),
    ],
)
def test_an_offset_may_have_seconds(text: str, said: timedelta | None) -> None:
    assert offset(text) == said


def test_a_period_is_said_by_its_end_or_by_its_length() -> None:
    start, end = datetime(2026, 11, 21, 9, tzinfo=UTC), datetime(2026, 11, 21, 10, tzinfo=UTC)
    assert period("20261121T090000Z/20261121T100000Z") == period("20261121T090000Z/PT1H") == (start, end)
    assert period("20261121T090000Z") is None
    assert period("20261121/20261122") is None


@pytest.mark.parametrize("text", ["a;b,c\\d", "two\nlines", "", "\\n is no line break", "Zoë 😀"])
def test_text_survives_escaping(text: str) -> None:
    assert unescape(escape(text)) == text


def test_what_no_line_may_hold_is_not_written() -> None:
    assert escape("a\x00b\x07\r\nc\rd\te") == "ab\\nc\\nd\te"


@pytest.mark.parametrize(
    "text",
    ["mailto:ann@example.com", "MAILTO:Ann@Example.com", " mailto: mailto:ann@example.com", '"ann@example.com"'],
)
def test_an_address_is_compared_without_its_dress(text: str) -> None:
    assert normalise_address(text) == "ann@example.com"


def test_only_a_leading_scheme_is_taken_off_an_address() -> None:
    assert normalise_address("https://example.com/mailto:x") == "https://example.com/mailto:x"


@pytest.mark.parametrize(
    ("value", "said"),
    [
        (date(2026, 11, 21), "20261121"),
        (NINE, "20261121T090000"),
        (NINE.replace(tzinfo=BERLIN), "20261121T080000Z"),
    ],
)
def test_the_canonical_form_tells_dates_floating_times_and_instants_apart(value: Moment, said: str) -> None:
    assert canonical(value) == said


@pytest.mark.parametrize(
    ("start", "end", "length", "said"),
    [
        (NINE, None, None, NINE),
        (date(2026, 11, 21), None, None, date(2026, 11, 22)),
        (NINE, None, timedelta(hours=1), NINE + timedelta(hours=1)),
        (NINE, None, -timedelta(hours=1), NINE),
        (NINE, NINE - timedelta(hours=1), None, NINE),
        (date(2026, 11, 21), date(2026, 11, 21), None, date(2026, 11, 22)),
        (date(2026, 11, 21), datetime(2026, 11, 23, 10, tzinfo=UTC), None, date(2026, 11, 23)),
        (NINE, date(2026, 11, 22), None, datetime(2026, 11, 22)),  # noqa: DTZ001
        (NINE, datetime(2026, 11, 21, 10, tzinfo=UTC), None, NINE + timedelta(hours=1)),
        (date(9999, 12, 31), None, None, date(9999, 12, 31)),
    ],
)
def test_an_end_is_completed_and_corrected(
    start: Moment, end: Moment | None, length: timedelta | None, said: Moment
) -> None:
    assert end_of(start, end, length) == said


def test_hours_run_in_real_time_and_days_on_the_clock_over_a_clock_change() -> None:
    before = datetime(2026, 3, 29, 1, 30, tzinfo=BERLIN)
    assert end_of(before, None, timedelta(hours=2)) == datetime(2026, 3, 29, 4, 30, tzinfo=BERLIN)
    assert end_of(before, None, timedelta(days=1)) == datetime(2026, 3, 30, 1, 30, tzinfo=BERLIN)

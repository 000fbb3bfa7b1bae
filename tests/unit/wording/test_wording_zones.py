"""Names of zones: cities in both languages, and offsets."""

from datetime import UTC, datetime, timedelta, timezone
from zoneinfo import ZoneInfo, available_timezones

import pytest

from televent.wording.display import Display
from televent.wording.texts import LANGUAGES
from televent.wording.zones import city_of, offset_of, zone_label, zone_of

WINTER, SUMMER = datetime(2026, 11, 22, 20, tzinfo=UTC), datetime(2026, 7, 1, 12, tzinfo=UTC)


@pytest.mark.parametrize(
    ("zone", "english", "russian"),
    [
        ("Europe/London", "London", "Лондон"),
        ("America/New_York", "New York", "Нью-Йорк"),
        ("Asia/Kolkata", "Kolkata", "Калькутта"),
        ("Asia/Calcutta", "Kolkata", "Калькутта"),
        ("Europe/Kyiv", "Kyiv", "Киев"),
        ("US/Pacific", "Los Angeles", "Лос-Анджелес"),
        ("America/Argentina/Buenos_Aires", "Buenos Aires", "Буэнос-Айрес"),
        ("Etc/GMT-3", "", ""),
        ("UTC", "", ""),
    ],
)
def test_a_city_has_its_name_in_the_language(zone: str, english: str, russian: str) -> None:
    assert (city_of(zone, "en"), city_of(zone, "ru")) == (english, russian)


@pytest.mark.parametrize("language", LANGUAGES)
def test_no_zone_is_shown_by_its_technical_name(language: str) -> None:
    for zone in available_timezones():
        label = zone_label(ZoneInfo(zone), WINTER, language)
        assert not {"/", "_"} & set(label), zone
        assert "UTC" in label, zone


@pytest.mark.parametrize(
    ("zone", "winter", "summer"),
    [
        ("Europe/London", "UTC", "UTC+1"),
        ("America/New_York", "UTC-5", "UTC-4"),
        ("Asia/Kolkata", "UTC+5:30", "UTC+5:30"),
        ("America/St_Johns", "UTC-3:30", "UTC-2:30"),
    ],
)
def test_an_offset_is_that_of_the_moment(zone: str, winter: str, summer: str) -> None:
    assert (offset_of(ZoneInfo(zone), WINTER), offset_of(ZoneInfo(zone), SUMMER)) == (winter, summer)


@pytest.mark.parametrize(
    ("zone", "at", "shown"),
    [
        ("Europe/Berlin", WINTER, ""),
        ("Europe/Paris", WINTER, ""),
        ("Europe/London", WINTER, "Berlin, UTC+1"),
        ("Africa/Lagos", WINTER, ""),
        ("Africa/Lagos", SUMMER, "Berlin, UTC+2"),
        ("UTC", WINTER, ""),
        ("No/Where", WINTER, ""),
        ("Europe/London", datetime(2026, 11, 22, 20), ""),  # noqa: DTZ001 (floating)
    ],
)
def test_the_zone_is_named_only_where_its_clock_differs(zone: str, at: datetime, shown: str) -> None:
    berlin = ZoneInfo("Europe/Berlin")
    assert zone_of(Display(berlin, "en", WINTER.astimezone(berlin)), zone, at) == shown


def test_a_zone_that_only_a_file_defines_is_compared_by_its_offset() -> None:
    berlin = Display(ZoneInfo("Europe/Berlin"), "ru", WINTER)
    assert zone_of(berlin, timezone(timedelta(hours=1)), WINTER) == ""
    assert zone_of(berlin, timezone(timedelta(hours=2)), WINTER) == "Берлин, UTC+1"

"""Places by which people name their time zone."""

from datetime import UTC, datetime
from zoneinfo import ZoneInfo, available_timezones

import pytest
from hypothesis import given
from hypothesis import strategies as st

from televent.wording.places.abbreviations import ABBREVIATIONS, HOMES
from televent.wording.places.place import by_name, cities, folded
from televent.wording.places.search import MAX_CHOICES, find_place, guess_place
from televent.wording.texts import LANGUAGES

NOW = datetime(2026, 11, 22, 20, tzinfo=UTC)


@pytest.mark.parametrize(
    ("text", "zone", "english", "russian"),
    [
        ("Moscow", "Europe/Moscow", "Moscow", "Москва"),
        ("москва", "Europe/Moscow", "Moscow", "Москва"),
        ("питер", "Europe/Moscow", "Saint Petersburg", "Санкт-Петербург"),
        ("NYC", "America/New_York", "New York", "Нью-Йорк"),
        ("нью йорк", "America/New_York", "New York", "Нью-Йорк"),
        ("koln", "Europe/Berlin", "Cologne", "Кёльн"),
        ("st johns", "America/St_Johns", "St. John's", "Сент-Джонс"),
        ("Орел", "Europe/Moscow", "Oryol", "Орёл"),
        ("Moscow, Russia", "Europe/Moscow", "Moscow", "Москва"),
        ("London time", "Europe/London", "London", "Лондон"),
        ("я живу в город Воронеж", "Europe/Moscow", "Voronezh", "Воронеж"),
        ("MSK", "Europe/Moscow", "Moscow", "Москва"),
        ("мск", "Europe/Moscow", "Moscow", "Москва"),
        ("jst", "Asia/Tokyo", "Tokyo", "Токио"),
        ("utc", "UTC", "UTC", "UTC"),
        ("europe/berlin", "Europe/Berlin", "Berlin", "Берлин"),
        ("America/New York", "America/New_York", "New York", "Нью-Йорк"),
        ("Germany", "Europe/Berlin", "Berlin", "Берлин"),
        ("Япония", "Asia/Tokyo", "Tokyo", "Токио"),
        ("UTC+14", "Etc/GMT-14", "UTC+14", "UTC+14"),
    ],
)
def test_a_place_that_means_one_zone(text: str, zone: str, english: str, russian: str) -> None:
    for language, name in (("en", english), ("ru", russian)):
        found = find_place(text, language, NOW)
        assert (found.certain, [(each.zone, each.name) for each in found.places]) == (True, [(zone, name)])


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("Mosow", ["Moscow"]),
        ("в Москве", ["Moscow"]),
        ("Novosib", ["Novosibirsk"]),
        ("PST", ["Los Angeles", "Vancouver"]),
        ("CET", ["Berlin", "Paris", "Madrid", "Rome", "Warsaw"]),
        ("+3", ["Moscow", "Istanbul", "Minsk", "Nairobi", "Kirov", "UTC+3"]),
        ("мск+2", ["Almaty", "Tashkent", "Yekaterinburg", "Kostanay", "Aktobe", "UTC+5"]),
        ("UTC+5:30", ["Mumbai", "Colombo"]),
        ("GMT-3", ["São Paulo", "Buenos Aires", "Santiago", "Córdoba", "Montevideo", "UTC-3"]),
        ("USA", ["New York", "Los Angeles", "Chicago", "Denver", "Honolulu", "Anchorage"]),
    ],
)
def test_a_person_is_asked_where_several_places_are_meant(text: str, names: list[str]) -> None:
    found = find_place(text, "en", NOW)
    assert (found.certain, [each.name for each in found.places]) == (False, names)


def test_an_offset_means_the_zones_that_have_it_now() -> None:
    summer = datetime(2026, 7, 1, tzinfo=UTC)
    assert "London" in [each.name for each in find_place("+0", "en", NOW).places]
    assert "London" in [each.name for each in find_place("+1", "en", summer).places]


@pytest.mark.parametrize(
    "text", ["", "  ", "xyzzy", "+99", "3", "x" * 65, "\0", "..", "/etc/passwd", "../../x", "tomorrow 3pm"]
)
def test_a_text_that_names_no_place(text: str) -> None:
    assert find_place(text, "en", NOW).places == ()


@given(st.text(max_size=70))
def test_any_text_is_searched(text: str) -> None:
    for language in LANGUAGES:
        found = find_place(text, language, NOW)
        assert len(found.places) <= MAX_CHOICES
        assert all(ZoneInfo(each.zone) and each.name for each in found.places)


def test_every_zone_of_the_tables_exists() -> None:
    known = available_timezones()
    named = [zone for zones in ABBREVIATIONS.values() for zone in zones]
    assert {*named, *HOMES.values(), *(each.zone for each in cities())} <= known
    assert all(folded(each) == each for each in ABBREVIATIONS)
    # The first city of a name wins, so a name in two rows would hide one of them.
    rows = [each.names[language] for each in cities() for language in ("en",)]
    assert len(rows) == len(set(rows))
    assert len(by_name()) > 1_000


@pytest.mark.parametrize(
    ("code", "zone"),
    [
        ("ru", "Europe/Moscow"), ("en", "Europe/London"), ("en-US", "America/New_York"), ("pt-br", "America/Sao_Paulo"),
        ("de-AT", "Europe/Berlin"), ("xx", "Europe/London"), (None, "Europe/London"),
    ],
)  # fmt: skip
def test_the_first_guess_comes_from_the_language(code: str | None, zone: str) -> None:
    assert guess_place(code, "en").zone == zone

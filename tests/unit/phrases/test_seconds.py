"""The seconds of the clock are nobody's meaning: real clocks have them, the clocks of tests mostly not."""

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from televent.phrases.understanding import understand

NOW = datetime(2026, 11, 23, 9, 30, tzinfo=ZoneInfo("Europe/London"))


@pytest.mark.parametrize(
    ("text", "language", "later"),
    [
        ("Call the bank in 17 minutes", "en", timedelta(minutes=17)),
        ("Tea in 2 hours", "en", timedelta(hours=2)),
        ("Позвонить в банк через 17 минут", "ru", timedelta(minutes=17)),
        ("Чай через 2 часа", "ru", timedelta(hours=2)),
    ],
)
def test_a_time_from_now_is_one_reading_at_a_whole_minute(text: str, language: str, later: timedelta) -> None:
    understood = understand(text, now=NOW + timedelta(seconds=37, microseconds=5), language=language)
    assert [each.start for each in understood.readings] == [NOW + later]

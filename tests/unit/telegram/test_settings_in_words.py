"""The values of settings as people type them."""

from collections.abc import Callable
from datetime import time
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from televent.adapters.telegram.handlers.settings import reading
from televent.adapters.telegram.handlers.settings.items import ITEMS
from televent.adapters.telegram.handlers.settings.reading import Unreadable
from televent.domain.account.preferences import Preferences, changed


@pytest.mark.parametrize(
    ("read", "text", "value"),
    [
        (reading.switch, "on", True), (reading.switch, "да", True), (reading.switch, "выкл", False),
        (reading.clock24, "24", True), (reading.clock24, "12h", False), (reading.clock24, "авто", None),
        (reading.week_start, "sunday", 6), (reading.week_start, "пн", 0), (reading.week_start, "auto", None),
        (reading.reminders, "15", (15,)), (reading.reminders, "60 10 10", (10, 60)),
        (reading.reminders, "1h, 1 day and 5 min", (5, 60, 1440)), (reading.reminders, "30 минут и 2 часа", (30, 120)),
        (reading.reminders, "1 неделя", (10080,)), (reading.reminders, "0", (0,)),
        (reading.reminders, "нет", ()), (reading.digest, "8", time(8)), (reading.digest, "8:30", time(8, 30)),
        (reading.digest, "08.05", time(8, 5)), (reading.digest, "12am", time(0)), (reading.digest, "7 pm", time(19)),
        (reading.digest, "off", None), (reading.quiet, "22-7", (time(22), time(7))),
        (reading.quiet, "с 23:30 до 7", (time(23, 30), time(7))),
        (reading.quiet, "from 10 pm to 7 am", (time(22), time(7))),
        (reading.quiet, "22 – 07:15", (time(22), time(7, 15))),
        (reading.quiet, "none", None),
    ],
)  # fmt: skip
def test_a_value(read: Callable[[str], Any], text: str, value: Any) -> None:
    assert read(text) == value


@pytest.mark.parametrize(
    ("read", "text"),
    [
        (reading.switch, ""), (reading.clock24, "13"), (reading.week_start, "8"), (reading.reminders, ""),
        (reading.reminders, "soon"), (reading.reminders, "10 x"), (reading.reminders, "1 2 3 4 5 6"),
        (reading.reminders, "29 days"), (reading.reminders, "-5"),
        # One length or two?
        (reading.reminders, "1ч30м"), (reading.digest, "24"), (reading.digest, "8:60"),
        (reading.digest, "13pm"), (reading.digest, "8 o'clock"), (reading.quiet, "22"), (reading.quiet, "7-7"),
        (reading.quiet, "22-25"), (reading.quiet, "22-7-8"),
    ],
)  # fmt: skip
def test_no_value(read: Callable[[str], Any], text: str) -> None:
    with pytest.raises(Unreadable):
        read(text)


@given(st.sampled_from(sorted(ITEMS)), st.text(max_size=40) | st.from_regex(r"[0-9:hm ,\-]{1,20}", fullmatch=True))
def test_each_text_that_is_read_is_a_preference(name: str, text: str) -> None:
    try:
        value = ITEMS[name].read(text)
    except Unreadable:
        return
    assert changed(Preferences(), ITEMS[name].choices(value))

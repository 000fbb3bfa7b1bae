"""The data of an event's buttons and of the picker: never longer than Telegram allows, and nothing made up is read."""

import asyncio
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any
from uuid import uuid4
from zoneinfo import ZoneInfo

import pytest
from aiogram.types import CallbackQuery, InlineKeyboardMarkup, User

from televent.adapters.telegram.handlers.events import picker
from televent.adapters.telegram.handlers.events.buttons import Tap, read_tap, unpack
from televent.adapters.telegram.texts import LANGUAGES
from televent.application.use_cases.events.which import Scope
from televent.wording.display import Display

NOW = datetime(2026, 11, 22, 20, 30, tzinfo=UTC)
LONGEST = Tap("ed", uuid4(), "20261122T093000Z", Scope.FOLLOWING, "a1b2c3")


def display(language: str = "en", **choices: Any) -> Display:
    zone = ZoneInfo("Europe/Berlin")
    return Display(zone, language, NOW.astimezone(zone), **choices)


def data_of(page: tuple[str, InlineKeyboardMarkup]) -> list[str]:
    return [button.callback_data or "" for row in page[1].inline_keyboard for button in row]


def texts_of(page: tuple[str, InlineKeyboardMarkup]) -> list[str]:
    return [button.text for row in page[1].inline_keyboard for button in row]


def tapped(data: str) -> CallbackQuery:
    user = User(id=1, is_bot=False, first_name="Ann")
    return CallbackQuery(id="1", from_user=user, chat_instance="1", data=data)


def given(query_filter: Any, data: str) -> Any:
    return asyncio.run(query_filter(tapped(data)))


@pytest.mark.parametrize("scope", [*Scope, None])
def test_a_button_comes_back_as_it_was(scope: Scope | None) -> None:
    tap = Tap("mo", uuid4(), "20261122T093000Z", scope, "a1b2c3", "h1")
    assert read_tap(tap.data) == tap
    assert len(tap.to("ea", "p10080").data.encode()) <= 64
    assert unpack(tap.packed) == Tap("", tap.stream_id, tap.recurrence_id, scope, "a1b2c3")


@pytest.mark.parametrize(
    "data", ["", "event:", "event:ed", "event:edq123456", "event:edz123456AAAA", "other:x", "event:é"]
)
def test_made_up_data_are_read_as_nothing(data: str) -> None:
    assert read_tap(data) is None


@pytest.mark.parametrize("data", ["", "pick:", "pick:tm:x", "pick:tm00000zz", "pick:qm0000000:e", "pick:tm-----00:e"])
def test_a_made_up_step_of_the_picker_is_none(data: str) -> None:
    assert given(picker.Picked("e"), data) is False
    assert given(picker.PickerLeft("e"), data) is False


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("mode", ["t", "l", "w"])
def test_every_page_fits_and_leads_on(language: str, mode: picker.Mode) -> None:
    data = f"m{LONGEST.packed}"
    shown = display(language)
    page = picker.day_page(data, shown, mode=mode)
    found, pages = None, 0
    while found is None and pages < 6:
        pages += 1
        every = data_of(page)
        assert all(0 < len(each.encode()) <= 64 for each in every)
        assert len(page[1].inline_keyboard) <= 9
        assert all(each.strip() for each in texts_of(page))
        onward = [each for each in every[:-1] if each[6] in "dhxz"]
        # Back leads to the step before, or out of the picker.
        assert every[-1][6] in "mdhq"
        result = given(picker.Picked("m"), onward[-1])
        if result is not False:
            found = result["picked"]
        else:
            step = picker._read(onward[-1])
            assert step is not None
            turned = picker._page(step, shown)
            assert turned is not None
            page = turned
    assert found is not None
    assert found.data == data
    start = found.start(shown.zone)
    if mode == "w":
        assert start == date(2026, 11, 30)
        return
    assert start == datetime(2026, 11, 30, 23, 45, tzinfo=shown.zone)
    assert found.length == (timedelta(hours=8) if mode == "l" else None)


def test_days_that_are_over_cannot_be_picked_and_today_is_marked() -> None:
    texts = texts_of(picker.day_page("mx", display()))
    assert "•22•" in texts
    assert "21" not in texts
    assert "23" in texts
    assert texts[0] == picker.EMPTY, "there is no way back before this month"


@pytest.mark.parametrize("week_start", range(7))
@pytest.mark.parametrize("day", [1, 4, 15, 22, 29, 30])
def test_a_month_begins_with_the_present_week_and_has_no_dead_days(day: int, week_start: int) -> None:
    shown = replace(display(week_start=week_start), now=datetime(2026, 11, day, 12, tzinfo=ZoneInfo("Europe/Berlin")))
    rows = picker.day_page("mx", shown)[1].inline_keyboard[2:-1]
    texts = [each.text for row in rows for each in row]
    assert "·" not in texts
    assert f"•{day}•" in [each.text for each in rows[0]]
    assert [each for each in texts if each != picker.EMPTY] == [f"•{day}•", *map(str, range(day + 1, 31))]
    assert {len(row) for row in rows} == {7}


def test_hours_that_are_over_are_left_out() -> None:
    step = picker._read(next(each for each in data_of(picker.day_page("mx", display())) if each[6] == "d"))
    assert step is not None
    page = picker._page(step, display(clock24=True))
    assert page is not None
    # It is half past nine in the evening.
    assert texts_of(page)[:-1] == ["21:00", "22:00", "23:00"]


def test_the_week_begins_as_the_person_wants() -> None:
    assert texts_of(picker.day_page("mx", display("ru")))[3:5] == ["пн", "вт"]
    assert texts_of(picker.day_page("mx", display(week_start=6)))[3:5] == ["Su", "Mo"]


def test_hours_are_on_the_persons_clock() -> None:
    step = picker._read(next(each for each in data_of(picker.day_page("mx", display())) if each[6] == "d"))
    assert step is not None
    half, whole = picker._page(step, display(clock24=False)), picker._page(step, display(clock24=True))
    assert half is not None
    assert whole is not None
    assert "11 PM" in texts_of(half)
    assert "23:00" in texts_of(whole)


def test_a_time_that_the_clocks_skip_is_moved_on() -> None:
    choice = picker.Choice(datetime(2027, 3, 28, 2, 30), False, None, "m")  # noqa: DTZ001
    assert choice.start(ZoneInfo("Europe/Berlin")) == datetime(2027, 3, 28, 1, 30, tzinfo=UTC)

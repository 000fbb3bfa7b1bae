"""The layout of a picture: nothing overlaps or leaves the canvas, every event is drawn or counted; and the paint."""

from __future__ import annotations

import io
from datetime import date, datetime, time, timedelta
from itertools import combinations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from televent.adapters.telegram.cards.one_line import one_line
from televent.adapters.telegram.pictures.drawing import _font, draw
from televent.adapters.telegram.pictures.layout import LEFT, LOWEST, WIDTH, Box, Layout, arrange
from televent.adapters.telegram.pictures.readable import readable
from televent.adapters.telegram.pictures.scene import Heading, Item, Scene, State

FIRST = date(2026, 11, 23)
MIDNIGHT = datetime.combine(FIRST, time())


def scene(*items: Item, days: int = 7, now: datetime = MIDNIGHT + timedelta(hours=10)) -> Scene:
    headings = tuple(Heading("Mon", str(n), n > 4) for n in range(days))
    return Scene(FIRST, headings, items, tuple(f"{n}:00" for n in range(25)), now, "All day", "Free", "+{} more")


def timed(minute: int, length: int, title: str = "Sync", state: State = State.SURE) -> Item:
    start = MIDNIGHT + timedelta(minutes=minute)
    return Item(title, start, start + timedelta(minutes=length), False, state, "9:00", "Room")


def whole(day: int, days: int) -> Item:
    start = MIDNIGHT + timedelta(days=day)
    return Item("Trip", start, start + timedelta(days=days), True)


ITEMS = st.lists(
    st.builds(timed, st.integers(-3000, 12_000), st.integers(0, 5000), st.text(max_size=60), st.sampled_from(State))
    | st.builds(whole, st.integers(-9, 9), st.integers(1, 12)),
    max_size=40,
)


def overlap(one: Box, other: Box) -> bool:
    return one.left < other.right and other.left < one.right and one.top < other.bottom and other.top < one.bottom


def covers(layout: Layout, item: Item) -> bool:
    return any(box.item is item for box in (*layout.band, *layout.grid))


@given(ITEMS, st.sampled_from([1, 7]))
def test_no_event_covers_another_and_none_leaves_the_canvas(items: list[Item], days: int) -> None:
    layout = arrange(scene(*items, days=days))
    boxes = (*layout.band, *layout.grid)
    for box in boxes:
        assert LEFT <= box.left < box.right <= WIDTH
        assert layout.band_top <= box.top < box.bottom <= layout.grid_bottom <= layout.height
    for box in layout.grid:
        assert box.top >= layout.grid_top
        assert box.bottom - box.top >= LOWEST - 2
    assert not [pair for pair in combinations(boxes, 2) if overlap(*pair)]


@given(ITEMS, st.sampled_from([1, 7]))
def test_every_event_of_these_days_is_drawn_or_counted(items: list[Item], days: int) -> None:
    layout = arrange(scene(*items, days=days))
    end = MIDNIGHT + timedelta(days=days)
    inside = [each for each in items if each.start < end and (each.end > MIDNIGHT or each.start >= MIDNIGHT)]
    missing = [each for each in inside if not covers(layout, each)]
    assert layout.left_out == len(missing)
    assert bool(missing) <= bool(sum(layout.hidden))
    assert not [each for each in items if covers(layout, each) and each not in inside]


def test_events_at_the_same_time_stand_side_by_side_and_others_below_each_other() -> None:
    layout = arrange(scene(timed(600, 60), timed(630, 60), timed(700, 60)))
    first, second, third = layout.grid
    assert first.right <= second.left
    assert first.bottom <= third.top or second.bottom <= third.top
    assert first.right - first.left == pytest.approx(second.right - second.left, abs=2)


def test_the_hours_go_from_the_first_to_the_last_event() -> None:
    layout = arrange(scene(timed(5 * 60 + 30, 30), timed(1440 + 22 * 60, 61)))
    assert (layout.first_hour, layout.last_hour) == (5, 24)
    assert (arrange(scene()).first_hour, arrange(scene()).last_hour) == (9, 17)


def test_the_line_of_the_present_is_in_the_column_of_today_only() -> None:
    at_eleven = arrange(scene(timed(600, 180), now=MIDNIGHT + timedelta(days=1, hours=11)))
    assert at_eleven.now is not None
    assert at_eleven.now[:2] == at_eleven.columns[1]
    assert at_eleven.now[2] == at_eleven.hour_at(11)
    assert arrange(scene(timed(600, 180), now=MIDNIGHT - timedelta(days=1))).now is None


HOSTILE = [
    "x" * 10_000,
    "Z" + "\u0301" * 5_000 + "algo",
    "\u202eright to left\u202c",
    "שלום עולם",
    "🎉🎂👨‍👩‍👧‍👦",
    "a\x00b\x1b[31m\u2028\n\tc",
    "",
    "会議の予定",
    "\ud83d",
]


@pytest.mark.parametrize("dark", [False, True], ids=["light", "dark"])
def test_a_picture_is_a_png_of_telegram_s_width_whatever_the_titles_are(dark: bool) -> None:
    items = [timed(600 + 60 * n, 50, title) for n, title in enumerate(HOSTILE)]
    content, left_out = draw(scene(*items, whole(0, 3)), dark=dark)
    image = Image.open(io.BytesIO(content))
    assert image.format == "PNG"
    assert image.width == WIDTH
    assert image.height < WIDTH * 1.2
    assert left_out == 0


def test_five_thousand_events_of_a_week_are_counted() -> None:
    items = [timed(n * 2 % 10_000, 60, f"Event {n}") for n in range(5000)]
    content, left_out = draw(scene(*items), dark=False)
    assert left_out > 4000
    assert len(content) < 1_000_000


def test_states_look_different() -> None:
    pictures = {state: draw(scene(timed(600, 120, state=state)), dark=False)[0] for state in State}
    assert len(set(pictures.values())) == 3


@pytest.mark.parametrize("title", HOSTILE, ids=range(len(HOSTILE)))
def test_a_text_of_a_picture_has_only_characters_of_its_fonts(title: str) -> None:
    text = readable(title)
    assert len(text) <= 201
    for font in (_font(20), _font(20, bold=True)):
        box = bytes(font.getmask("\U0010ffff"))
        assert not [each for each in text if not each.isspace() and bytes(font.getmask(each)) == box]


def test_both_fonts_have_all_characters_that_texts_may_have() -> None:
    for bold in (False, True):
        font = _font(20, bold=bold)
        lacking = bytes(font.getmask("\U0010ffff"))
        for sample in "AzÀžΩωЯяёЄїҐ€₽№™→≤■●☀★☎☑♥✓✗…–“”":
            assert bytes(font.getmask(sample)) != lacking, sample


def test_pictograms_are_left_out_and_other_scripts_are_shortened() -> None:
    assert readable("Party 🎉 tonight") == "Party tonight"
    assert readable("会議 at nine") == "… at nine"
    assert readable("🎂") == ""


def test_a_line_holds_nothing_that_turns_or_covers_its_neighbours() -> None:
    assert one_line("a\u202eb\u2066c\x07\n d", 20) == "abc d"
    assert one_line("e" + "\u0301" * 50, 20) == "é\u0301\u0301"
    assert one_line("שלום", 20) == "\u2068שלום\u2069"
    assert one_line("x" * 100, 10) == "x" * 9 + "…"
    assert one_line("👩‍💻", 10) == "👩‍💻"

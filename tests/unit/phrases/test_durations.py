"""Answers that are a length of time alone."""

from __future__ import annotations

from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from televent.phrases.durations import MAX_DURATION, read_duration


@pytest.mark.parametrize(
    ("text", "minutes"),
    [
        ("30", 30), ("30m", 30), ("1h", 60), ("90m", 90), ("1 hour", 60), ("1.5h", 90), ("1h 30m", 90),
        ("1 hour and 15 minutes", 75), ("полчаса", 30), ("2 часа", 120), ("half an hour", 30), ("полтора часа", 90),
        ("an hour and a half", 90), ("for 2 hours", 120), ("на час", 60), ("2 days", 2880),
    ],
)  # fmt: skip
def test_a_duration_is_read(text: str, minutes: int) -> None:
    assert read_duration(text) == timedelta(minutes=minutes)


@pytest.mark.parametrize("text", ["", "0", "abc", "-30", "1h banana", "100000h", "40 days", "2 months", "h" * 500])
def test_what_is_no_duration_is_none(text: str) -> None:
    assert read_duration(text) is None


@given(st.text(max_size=80))
def test_no_answer_raises(text: str) -> None:
    length = read_duration(text)
    assert length is None or timedelta(0) < length <= MAX_DURATION

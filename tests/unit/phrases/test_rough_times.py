"""Words that say a time roughly: a guess that is said, or a question. They never end in the title."""

from __future__ import annotations

from datetime import datetime
from zoneinfo import ZoneInfo

import pytest

from televent.phrases.reading import Understood
from televent.phrases.understanding import understand

LONDON = ZoneInfo("Europe/London")
NOW = datetime(2026, 11, 18, 10, 0, tzinfo=LONDON)  # a Wednesday


def read(text: str) -> Understood:
    return understand(text, now=NOW, language="en")


@pytest.mark.parametrize(
    "text",
    [
        "созвон завтра ближе к 15:00", "созвон завтра где-то в 15:00", "созвон завтра часов в 15",
        "созвон завтра около 15:00",
        "созвон завтра примерно в 15:00", "созвон завтра ориентировочно в 15:00", "созвон завтра в районе 15:00",
        "созвон tomorrow around 3pm", "созвон tomorrow roughly 3pm", "созвон tomorrow 3pm-ish",
        "созвон tomorrow 3pm or so",
        "созвон tomorrow circa 15:00", "созвон tomorrow no later than 3pm", "созвон tomorrow before 3pm",
    ],
)  # fmt: skip
def test_a_rough_time_is_said_to_be_a_guess(text: str) -> None:
    understood = read(text)
    assert understood.certain
    assert understood.readings[0].start == datetime(2026, 11, 19, 15, tzinfo=LONDON)
    assert "about" in understood.readings[0].guesses
    assert understood.title == "созвон"


@pytest.mark.parametrize("word", ["sometimes", "sometime", "иногда", "как-нибудь", "когда-нибудь", "occasionally"])
def test_a_word_for_no_certain_time_is_asked_about(word: str) -> None:
    for text in (f"tea tomorrow 3pm {word}", f"{word} tea tomorrow 3pm", f"tea {word} tomorrow"):
        assert word in read(text).unread, text

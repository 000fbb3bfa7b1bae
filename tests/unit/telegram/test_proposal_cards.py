"""Times in the buttons of a proposal, and the times that people write for one."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from uuid import UUID
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from televent.adapters.telegram.cards.proposal_cards import Span, fits, proposal_buttons, read_span, written
from televent.adapters.telegram.handlers.proposals.reading import WishRead, read_wish
from televent.adapters.telegram.tokens import MAX_TOKEN, token_of
from televent.wording.display import Display

BERLIN = ZoneInfo("Europe/Berlin")
TEN = datetime(2026, 12, 1, 10, tzinfo=BERLIN)
EVENT = Span(TEN, TEN + timedelta(minutes=90))
DISPLAY = Display(BERLIN, "en", datetime(2026, 11, 23, 10, 30, tzinfo=BERLIN))


@given(
    st.integers(0, 60_000_000).map(lambda minutes: datetime.fromtimestamp(minutes * 60, UTC)),
    st.integers(0, 60 * 24 * 1000),
)
def test_a_time_survives_in_a_button(start: datetime, minutes: int) -> None:
    span = Span(start, start + timedelta(minutes=minutes))
    assert read_span(written(span)) == span
    days = Span(start.date(), start.date() + timedelta(days=minutes % 1000))
    assert read_span(written(days)) == days


@given(st.text(max_size=20))
def test_any_callback_data_is_read_or_refused(text: str) -> None:
    span = read_span(text)
    assert span is None or span.start <= span.end


def test_the_longest_data_fit_into_a_button() -> None:
    token = token_of(UUID(int=2**128 - 1), "20261201T100000Z")
    assert len(token) == MAX_TOKEN
    span = Span(datetime(2080, 1, 1, tzinfo=UTC), datetime(2082, 1, 1, tzinfo=UTC))
    assert fits(span)
    assert len(f"counter-note:{token}:{written(span)}") <= 64
    assert not fits(Span(datetime(2026, 1, 1, tzinfo=UTC), datetime(9000, 1, 1, tzinfo=UTC)))
    for row in proposal_buttons(UUID(int=1), "0123456789", "en").inline_keyboard:
        assert len(row[0].callback_data or "") <= 64


@pytest.mark.parametrize(
    ("text", "start", "minutes"),
    [
        ("15:30", TEN.replace(hour=15, minute=30), 90),
        ("at 3pm", TEN.replace(hour=15), 90),
        ("tomorrow 3pm", TEN.replace(month=11, day=24, hour=15), 90),
        ("friday", TEN.replace(month=11, day=27), 90),
        ("2026-12-03 14:00", TEN.replace(day=3, hour=14), 90),
    ],
)
def test_what_is_missing_in_a_time_is_the_events(text: str, start: datetime, minutes: int) -> None:
    assert read_wish(text, EVENT, DISPLAY) == WishRead((Span(start, start + timedelta(minutes=minutes)),))


def test_whole_days_stay_whole_days() -> None:
    days = Span(date(2026, 12, 1), date(2026, 12, 3))
    (span,) = read_wish("friday", days, DISPLAY).spans
    assert span == Span(date(2026, 11, 27), date(2026, 11, 29))


def test_words_that_are_no_time_are_not_lost() -> None:
    assert "kitchen" in " ".join(read_wish("tomorrow 3pm, in the kitchen", EVENT, DISPLAY).unread)
    assert not read_wish("whenever you like", EVENT, DISPLAY).spans

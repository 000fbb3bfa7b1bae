"""Tokens of events in callback data."""

from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from televent.adapters.telegram.tokens import MAX_TOKEN, read_token, token_of


@given(st.uuids(), st.sampled_from([None, "20261125", "20261125T100000", "20261125T100000Z"]))
def test_a_token_is_short_and_names_its_event(stream_id: UUID, recurrence_id: str | None) -> None:
    token = token_of(stream_id, recurrence_id)
    assert len(token) <= MAX_TOKEN
    assert read_token(token) == (stream_id, recurrence_id)


@pytest.mark.parametrize("text", ["", "x", "." * 30, "A" * 22 + ".", "A" * 60, "é" * 22, "A" * 21 + "!", "%" * 22])
def test_another_text_is_no_token(text: str) -> None:
    assert read_token(text) is None


@given(st.text(max_size=64))
def test_any_text_can_be_sent(text: str) -> None:
    found = read_token(text)
    assert found is None or token_of(*found) == text

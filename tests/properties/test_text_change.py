"""The edits of a text: they lead to the new text byte for byte, and hold little beside what differs."""

from __future__ import annotations

import random

from hypothesis import example, given
from hypothesis import strategies as st

from televent.domain.calendar_object.events import Splice
from televent.domain.calendar_object.text_change import APART, MAX_EDITS, change_between, changed
from televent.ical.objects.calendar_text import CalendarText

LINES = st.lists(
    st.sampled_from([b"A\r\n", b"B\r\n", b"\r\n", b"\n", b"SUMMARY:Team\r\n", b"x" * 80 + b"\r\n", b"tail"])
)
TEXTS = st.one_of(st.binary(max_size=200), LINES.map(b"".join))


@given(TEXTS, TEXTS)
@example(b"", b"")
@example(b"A\r\nB\r\n", b"B\r\nA\r\n")
def test_the_edits_lead_to_the_new_text(before: bytes, after: bytes) -> None:
    change = change_between(CalendarText(before), CalendarText(after))
    assert changed(CalendarText(before), change).raw == after
    ends = 0
    for each in change.edits:
        assert each.offset >= ends
        ends = each.offset + each.removed
    assert len(change.more) < MAX_EDITS


@given(st.randoms(use_true_random=False), st.integers(min_value=1, max_value=40))
def test_lines_that_stayed_are_in_no_edit(chance: random.Random, count: int) -> None:
    lines = [b"X-LINE-%d:%s\r\n" % (number, b"stays" * 5) for number in range(200)]
    places = sorted(chance.sample(range(200), count))
    after = [b"X-NEW-%d\r\n" % number if number in places else line for number, line in enumerate(lines)]
    before = CalendarText(b"".join(lines))
    change = change_between(before, CalendarText(b"".join(after)))
    assert changed(before, change).raw == b"".join(after)
    if count < MAX_EDITS:
        held = sum(len(each.inserted) for each in change.edits)
        assert held <= count * (len(b"X-NEW-199\r\n") + APART)


def test_what_a_client_changes_with_a_title_makes_three_short_edits() -> None:
    notes = b"".join(b"DESCRIPTION:%s\r\n" % (b"word " * 12) for _ in range(20))
    form = b"LAST-MODIFIED:2026112%dT080000Z\r\n" + notes + b"SUMMARY:%s\r\n" + notes + b"SEQUENCE:%d\r\nEND:VEVENT\r\n"
    before, after = CalendarText(form % (1, b"Team", 0)), CalendarText(form % (2, b"Whole team", 1))
    change = change_between(before, after)
    assert changed(before, change) == after
    assert [each.inserted for each in change.edits] == [b"2", b"Whole t", b"1"]


def test_a_change_of_one_range_is_stored_as_before() -> None:
    change = change_between(CalendarText(b"SUMMARY:One\r\n"), CalendarText(b"SUMMARY:Two\r\n"))
    assert change == Splice(8, 3, b"Two")

"""Words, spans and reminders of a plain text are the same, with its tree and without it."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from functools import partial
from uuid import UUID
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from test_plain_event import PLAIN, TIMES, texts

from televent.adapters.postgres.search.lexemes import lexemes
from televent.application.read_models.accounts import AccountRow
from televent.application.use_cases.reminders.planning import Waiting, plan
from televent.domain.account.preferences import Preferences
from televent.domain.ids import AccountId
from televent.ical.objects.calendar_text import CalendarText
from televent.ical.queries.reminders import Firing, Owner, firings, firings_of_single
from televent.ical.queries.single import occurrence_of_plain, plain_single, span_of
from televent.ical.search.texts import event_words, plain_words

ANN = "ann@example.com"
EVER = (datetime(1, 1, 3, tzinfo=UTC), datetime(9999, 12, 1, tzinfo=UTC))
NEAR = (datetime(2026, 11, 28, tzinfo=UTC), datetime(2026, 12, 2, tzinfo=UTC))
OWNERS = st.builds(
    Owner,
    st.sampled_from(["Europe/Berlin", "America/New_York", "Asia/Kathmandu"]).map(ZoneInfo),
    st.sampled_from([frozenset(), frozenset({ANN}), frozenset({ANN, "ann@example.org"})]),
    st.sampled_from([(), (15,), (0, 90, 1440)]),
    st.booleans(),
)
TRIGGERS = (
    "-PT10M", "-P1D", "P1DT2H", "PT0S", ";RELATED=END:-P1D", ";RELATED=END:PT5M", ";VALUE=DATE-TIME:20261129T090000Z",
    ";VALUE=DATE-TIME:20260101T090000Z", "-P500D", "x",
)  # fmt: skip
MORE = (
    "REPEAT:2\nDURATION:PT5M", "REPEAT:-1\nDURATION:PT5M", "DURATION:PT5M", "ACKNOWLEDGED:20261130T085500Z",
    "ACKNOWLEDGED:x", "ACTION:EMAIL", "ACTION:NONE", "UID:1", "TRIGGER:-PT30M",
)  # fmt: skip
LINES = (
    "STATUS:CANCELLED", "STATUS: cancelled ", "STATUS:CONFIRMED", "X-MOZ-LASTACK:20261130T085500Z", "X-MOZ-LASTACK:x",
    f"ATTENDEE;PARTSTAT=DECLINED:mailto:{ANN}", f"ATTENDEE:mailto:{ANN}",
    "ATTENDEE;PARTSTAT=accepted:mailto:Ann@Example.org",
    "SUMMARY:Team", "DURATION:P1D", "DURATION:PT1H", "DUE:20261201T100000Z", "EXDATE:20261130T100000Z",
    "DTEND:20261130T110000Z", "DTEND;TZID=Asia/Tokyo:20261201T110000", "DTEND;VALUE=DATE:20261203",
)  # fmt: skip


def told(find: Callable[[], list[Firing]]) -> list[tuple[object, ...]] | type[Exception]:
    """The result, or the error where the times of the first and the last days do not suffice."""
    try:
        return [(each.at, each.name, each.occurrence.start, each.occurrence.end) for each in find()]
    except OverflowError as error:
        return type(error)


def same(raw: bytes, owner: Owner) -> bool:
    """Whether the text was read without its tree; then nothing differs from the reading with it."""
    event, text = plain_single(raw), CalendarText(raw)
    if event is None:
        return False
    assert plain_words(event) == event_words(text)
    found = lexemes(plain_words(event))
    assert " ".join(found).split(" ") == (found or [""]), "the index joins words by blanks"
    assert (span_of(event), False) == (text.reading.span, text.reading.recurs)
    occurrence = occurrence_of_plain(event)
    expected = list(text.recurrence.single())
    assert [(each.start, each.end, each.recurrence_id) for each in expected] == [
        (occurrence.start, occurrence.end, None)
    ]
    for low, high in (EVER, NEAR):
        quick = told(partial(firings_of_single, occurrence, low, high, owner))
        assert quick == told(partial(firings, text, low, high, owner))
    return True


@st.composite
def alarmed(draw: st.DrawFn) -> bytes:
    """An event with alarms, answers and an end of its own."""
    rows = ["BEGIN:VCALENDAR", "VERSION:2.0", "BEGIN:VEVENT", "UID:a@example.com"]
    rows += [f"DTSTART{draw(st.sampled_from(TIMES))}", *draw(st.lists(st.sampled_from(LINES), max_size=5))]
    for _ in range(draw(st.integers(0, 3))):
        trigger = draw(st.sampled_from(TRIGGERS))
        more = draw(st.lists(st.sampled_from(MORE), max_size=3))
        inside = ["ACTION:DISPLAY", f"TRIGGER{trigger if trigger[0] == ';' else ':' + trigger}", *more]
        rows += ["BEGIN:VALARM", *draw(st.permutations(inside)), "END:VALARM"]
    return "\r\n".join([*rows, "END:VEVENT", "END:VCALENDAR", ""]).encode()


@settings(max_examples=500)
@given(texts(), OWNERS)
def test_a_plain_text_is_read_as_with_its_tree(raw: bytes, owner: Owner) -> None:
    same(raw, owner)


@settings(max_examples=800)
@given(alarmed(), OWNERS)
def test_a_plain_text_reminds_as_with_its_tree(raw: bytes, owner: Owner) -> None:
    same(raw, owner)


@pytest.mark.parametrize("name", PLAIN)
def test_usual_texts_are_read_without_the_tree(name: str) -> None:
    lines = ["BEGIN:VCALENDAR", "VERSION:2.0", "PRODID:x", "BEGIN:VEVENT", "UID:a@x", *PLAIN[name], "END:VEVENT"]
    raw = "\r\n".join([*lines, "END:VCALENDAR", ""]).encode()
    assert same(raw, Owner(ZoneInfo("Europe/Berlin"), (), (15,))) == (name != "series")


@pytest.mark.parametrize("name", PLAIN)
def test_a_plan_holds_the_next_reminder(name: str) -> None:
    lines = ["BEGIN:VCALENDAR", "VERSION:2.0", "PRODID:x", "BEGIN:VEVENT", "UID:a@x", *PLAIN[name], "END:VEVENT"]
    raw = "\r\n".join([*lines, "END:VCALENDAR", ""]).encode()
    tenant, now = AccountId(UUID(int=1)), datetime(2026, 11, 20, tzinfo=UTC)
    account = AccountRow(tenant, 1, "Ann", "Europe/Berlin", "en", None, preferences=Preferences())
    owner = Owner(ZoneInfo("Europe/Berlin"), (), account.preferences.reminders)
    made = plan(CalendarText(raw), Waiting(tenant, UUID(int=2), now, now), account, owner, now)
    first = firings(CalendarText(raw), now, now + timedelta(days=30), owner)[0]
    assert made is not None
    assert made.reminder is not None
    assert made.reminder.at == first.at

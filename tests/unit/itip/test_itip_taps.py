"""An answer given in the chat, and the delivery status of messages: RFC 6638 §3.2.2, §3.2.9."""

from __future__ import annotations

import re

import pytest
from meeting_texts import (
    ANN,
    BERLIN,
    BOB,
    DAN,
    EVERYONE,
    SECOND_MONDAY,
    ask,
    at,
    attendee,
    calendar,
    event,
    partstats,
    series,
    stamped,
    unfolded,
)

from support.as_bytes import apply_answer, note_delivery, note_reply_delivery, receive


def test_a_tap_answers_and_no_more_is_asked() -> None:
    stored = ask(None, series(people=(attendee(ANN), attendee(BOB, extra=";RSVP=TRUE")))).text or b""
    text = apply_answer(stored, address=BOB.upper(), partstat="ACCEPTED", recurrence_id=None, now=at(2, 1))
    assert partstats(text, BOB) == ["ACCEPTED"]
    assert "RSVP" not in unfolded(text)
    assert "TRANSP:OPAQUE" in unfolded(text)
    assert apply_answer(text, address=BOB, partstat="ACCEPTED", recurrence_id=None, now=at(2, 2)) is text


def test_a_tap_for_one_occurrence_leaves_the_series() -> None:
    stored = calendar(series())
    text = apply_answer(
        stored, address=BOB, partstat="DECLINED", recurrence_id=SECOND_MONDAY, now=at(2, 1), comment="Ill, sorry"
    )
    assert partstats(text, BOB) == ["NEEDS-ACTION", "DECLINED"]
    assert "COMMENT:Ill\\, sorry" in unfolded(text)
    assert BERLIN.splitlines()[1] in unfolded(text)


def test_an_answer_of_who_is_not_asked_changes_nothing() -> None:
    stored = calendar(series())
    assert apply_answer(stored, address=DAN, partstat="ACCEPTED", recurrence_id=None, now=at(2, 1)) is stored


def test_delivery_is_noted_on_the_lines_of_those_it_concerns() -> None:
    stored = calendar(series())
    text = note_delivery(stored, {BOB: "1.2"})
    assert unfolded(text).count("SCHEDULE-STATUS") == 1
    assert note_delivery(text, {BOB: "1.2"}) is text
    answered = unfolded(note_reply_delivery(stored, "2.0"))
    assert answered.count("SCHEDULE-STATUS=2.0") == 1
    assert re.search(r"ORGANIZER[^\n]*SCHEDULE-STATUS=2.0", answered)


@pytest.mark.parametrize("rid", ["", "nonsense", "20261130", "20261130T100000", "99999999T999999Z"])
def test_an_answer_to_an_occurrence_that_cannot_be_changes_nothing(rid: str) -> None:
    stored = calendar(series())
    assert apply_answer(stored, address=BOB, partstat="ACCEPTED", recurrence_id=rid, now=at(2, 1)) is stored


def test_an_all_day_series_is_answered_and_cancelled_by_its_dates() -> None:
    day, next_day = ";VALUE=DATE:20261123", ";VALUE=DATE:20261124"
    first = ask(None, event("RRULE:FREQ=WEEKLY;COUNT=6", people=EVERYONE, start=day, end=next_day))
    text = apply_answer(first.text or b"", address=BOB, partstat="DECLINED", recurrence_id="20261130", now=at(2, 1))
    assert "RECURRENCE-ID;VALUE=DATE:20261130" in unfolded(text)
    assert "DTEND;VALUE=DATE:20261201" in unfolded(text)
    # Exchange names the day by a zoned date-time (SPEC B4).
    gone = event(
        "RECURRENCE-ID;TZID=Europe/Berlin:20261207T000000",
        "STATUS:CANCELLED",
        people=EVERYONE,
        sequence=1,
        start=";VALUE=DATE:20261207",
        end=";VALUE=DATE:20261208",
    )
    applied = ask(text, stamped(gone, 5), known=first, method="CANCEL")
    assert (applied.change, applied.recurrence_ids) == ("occurrence-cancelled", ("20261207",))
    assert "EXDATE;VALUE=DATE:20261207" in unfolded(applied.text or b"")


def test_a_text_with_bare_line_feeds_stays_so() -> None:
    stored = calendar(series()).replace(b"\r\n", b"\n")
    text = apply_answer(stored, address=BOB, partstat="DECLINED", recurrence_id=SECOND_MONDAY, now=at(2, 1))
    assert b"\r" not in text
    applied = receive(stored, stamped_calendar("Talk"), me=[BOB], now=at(20, 12))
    assert applied.change == "revised"
    assert b"\r" not in (applied.text or b"")


def stamped_calendar(title: str) -> bytes:
    return calendar(stamped(series(), 5).replace("Team Sync", title), method="REQUEST")


def test_an_end_in_utc_follows_its_start_over_a_change_of_the_clocks() -> None:
    spring = event(
        "RRULE:FREQ=WEEKLY;COUNT=3",
        people=EVERYONE,
        start=";TZID=Europe/Berlin:20270322T100000",
        end=":20270322T100000Z",
    )
    text = apply_answer(
        calendar(spring), address=BOB, partstat="DECLINED", recurrence_id="20270329T080000Z", now=at(2, 1)
    )
    assert "DTSTART;TZID=Europe/Berlin:20270329T100000" in unfolded(text)
    assert "DTEND:20270329T090000Z" in unfolded(text)

"""An answer given in the chat, and the delivery status of messages: RFC 6638 §3.2.2, §3.2.9."""

from __future__ import annotations

import re

import pytest
from meeting_texts import (
    ANN,
    BERLIN,
    BOB,
    CY,
    DAN,
    EVERYONE,
    SECOND_MONDAY,
    ask,
    at,
    attendee,
    calendar,
    event,
    partstats,
    second_monday,
    series,
    stamped,
    unfolded,
)

from support.as_bytes import apply_answer, note_delivery, read_parts, receive
from televent.ical.itip.delivery import Delivery
from televent.ical.itip.parts import is_cancelled
from televent.ical.itip.people import attendees_of


def test_a_tap_answers_and_no_more_is_asked() -> None:
    stored = ask(None, series(people=(attendee(ANN), attendee(BOB, extra=";RSVP=TRUE")))).text or b""
    text = apply_answer(stored, me=[BOB.upper()], partstat="ACCEPTED", recurrence_id=None, now=at(2, 1))
    assert partstats(text, BOB) == ["ACCEPTED"]
    assert "RSVP" not in unfolded(text)
    assert "TRANSP:OPAQUE" in unfolded(text)
    assert apply_answer(text, me=[BOB], partstat="ACCEPTED", recurrence_id=None, now=at(2, 2)) is text


def test_a_tap_for_one_occurrence_leaves_the_series() -> None:
    stored = calendar(series())
    text = apply_answer(
        stored, me=[BOB], partstat="DECLINED", recurrence_id=SECOND_MONDAY, now=at(2, 1), comment="Ill, sorry"
    )
    assert partstats(text, BOB) == ["NEEDS-ACTION", "DECLINED"]
    assert "COMMENT:Ill\\, sorry" in unfolded(text)
    assert BERLIN.splitlines()[1] in unfolded(text)


def test_an_answer_of_who_is_not_asked_changes_nothing() -> None:
    stored = calendar(series())
    assert apply_answer(stored, me=[DAN], partstat="ACCEPTED", recurrence_id=None, now=at(2, 1)) is stored


def test_delivery_is_noted_on_the_lines_of_those_it_concerns() -> None:
    stored = calendar(series())
    text = note_delivery(stored, [Delivery(BOB, "1.2")])
    assert unfolded(text).count("SCHEDULE-STATUS") == 1
    assert note_delivery(text, [Delivery(BOB, "1.2")]) is text
    answered = unfolded(note_delivery(stored, [Delivery(ANN, "1.2")]))
    assert answered.count("SCHEDULE-STATUS=1.2") == 1
    assert re.search(r"ORGANIZER[^\n]*SCHEDULE-STATUS=1.2", answered)


def test_delivery_is_noted_for_the_occurrences_of_the_message() -> None:
    stored = calendar(series(), second_monday())
    one = note_delivery(stored, [Delivery(BOB, "1.2", (SECOND_MONDAY,))])
    assert statuses(one) == {None: None, SECOND_MONDAY: "1.2"}
    # The series stands for an occurrence without a component.
    assert statuses(note_delivery(one, [Delivery(BOB, "5.3", ("20261207T090000Z",))])) == {
        None: "5.3",
        SECOND_MONDAY: "1.2",
    }


def statuses(text: bytes) -> dict[str | None, str | None]:
    """SCHEDULE-STATUS of Bob's line in each component."""
    return {rid: attendees_of(each)[BOB].param("SCHEDULE-STATUS") for rid, each in read_parts(text).items()}


def test_a_late_note_leaves_the_status_of_an_answer() -> None:
    stored = calendar(series(people=(attendee(BOB, "ACCEPTED", extra=";SCHEDULE-STATUS=2.0"), attendee(CY))))
    both = [Delivery(BOB, "1.2"), Delivery(CY, "1.2")]
    assert "SCHEDULE-STATUS=2.0:mailto:bob" in unfolded(note_delivery(stored, both, late=True))
    assert "SCHEDULE-STATUS=1.2:mailto:cy" in unfolded(note_delivery(stored, both, late=True))
    assert "SCHEDULE-STATUS=2.0" not in unfolded(note_delivery(stored, both))
    # A worker was faster than the door.
    delivered = note_delivery(stored, both, late=True)
    assert note_delivery(delivered, [Delivery(CY, "1.0")], late=True) is delivered


@pytest.mark.parametrize("rid", ["", "nonsense", "20261130", "20261130T100000", "99999999T999999Z"])
def test_an_answer_to_an_occurrence_that_cannot_be_changes_nothing(rid: str) -> None:
    stored = calendar(series())
    assert apply_answer(stored, me=[BOB], partstat="ACCEPTED", recurrence_id=rid, now=at(2, 1)) is stored


def test_an_all_day_series_is_answered_and_cancelled_by_its_dates() -> None:
    day, next_day = ";VALUE=DATE:20261123", ";VALUE=DATE:20261124"
    first = ask(None, event("RRULE:FREQ=WEEKLY;COUNT=6", people=EVERYONE, start=day, end=next_day))
    text = apply_answer(first.text or b"", me=[BOB], partstat="DECLINED", recurrence_id="20261130", now=at(2, 1))
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
    assert is_cancelled(read_parts(applied.text or b"").overrides["20261207"])


def test_a_text_with_bare_line_feeds_stays_so() -> None:
    stored = calendar(series()).replace(b"\r\n", b"\n")
    text = apply_answer(stored, me=[BOB], partstat="DECLINED", recurrence_id=SECOND_MONDAY, now=at(2, 1))
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
    text = apply_answer(calendar(spring), me=[BOB], partstat="DECLINED", recurrence_id="20270329T080000Z", now=at(2, 1))
    assert "DTSTART;TZID=Europe/Berlin:20270329T100000" in unfolded(text)
    assert "DTEND:20270329T090000Z" in unfolded(text)

"""Messages that arrive in another order than they were sent: RFC 5546 §2.1.4, §2.1.5."""

from __future__ import annotations

import pytest
from meeting_texts import (
    ANN,
    BOB,
    CY,
    DAN,
    SECOND_MONDAY,
    WEEKLY,
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

from support.as_bytes import (
    apply_answer,
    attendee_messages,
    only_others_answered,
    prepare_organizer_put,
    read_parts,
    receive,
)
from televent.ical.itip.parts import is_cancelled, sequence_of
from televent.ical.itip.receiving.incoming import ledger


def test_an_answer_to_one_occurrence_is_told_again_to_who_asks_with_a_higher_number() -> None:
    """Bob was removed and invited again. The second REQUEST came before the CANCEL; the organizer has no answer."""
    first = ask(None, series())
    text = apply_answer(first.text or b"", me=[BOB], partstat="ACCEPTED", recurrence_id=SECOND_MONDAY, now=at(2, 1))
    applied = ask(text, stamped(series(sequence=1), 5), known=first)
    assert partstats(applied.text, BOB) == ["NEEDS-ACTION", "ACCEPTED"]
    assert applied.keeps_answer
    (message,) = attendee_messages(None, applied.text, me=[BOB], dtstamp=at(6, 1))
    assert message.recurrence_ids == (SECOND_MONDAY,)


def test_an_attendee_removed_and_asked_again_keeps_the_answer_and_sends_it() -> None:
    """The answer to the first message may reach the organizer after the second. It counts there, so it counts here."""
    first = ask(None, series())
    text = apply_answer(first.text or b"", me=[BOB], partstat="ACCEPTED", recurrence_id=None, now=at(2, 1))
    text = apply_answer(text, me=[BOB], partstat="DECLINED", recurrence_id=SECOND_MONDAY, now=at(2, 2))
    out = ask(text, stamped(series(people=(attendee(BOB),), sequence=1), 5), known=first, method="CANCEL")
    again = ask(out.text, stamped(series(sequence=1), 6), known=out)
    assert (again.change, again.asks_again, again.keeps_answer) == ("rescheduled", True, True)
    assert partstats(again.text, BOB) == ["ACCEPTED", "DECLINED"]
    assert "STATUS:CANCELLED" not in unfolded(again.text or b"")


def test_an_answer_that_the_organizer_has_is_not_told_again() -> None:
    first = ask(None, series())
    text = apply_answer(first.text or b"", me=[BOB], partstat="ACCEPTED", recurrence_id=SECOND_MONDAY, now=at(2, 1))
    assert not ask(text, stamped(series(), 5), known=first).keeps_answer


def test_another_title_for_the_series_forgets_no_answer_to_an_occurrence() -> None:
    old = apply_answer(calendar(series()), me=[BOB], partstat="DECLINED", recurrence_id=SECOND_MONDAY, now=at(2, 1))
    new = prepare_organizer_put(old, calendar(series().replace("Team Sync", "Talk")), me=[ANN])
    assert partstats(new, BOB) == ["NEEDS-ACTION", "DECLINED"]
    assert unfolded(new).count("SUMMARY:Talk") == 2


def test_an_occurrence_that_is_moved_back_makes_the_series_count_higher() -> None:
    """Its next move takes its SEQUENCE from the series, which would be lower than that of the message before."""
    moved = calendar(series(), second_monday(hour=14, sequence=4))
    back = prepare_organizer_put(moved, calendar(series()), me=[ANN])
    again = prepare_organizer_put(back, calendar(series(), second_monday(hour=14)), me=[ANN])
    numbers = [sequence_of(component) for _, component in read_parts(again).items()]
    assert numbers == [5, 6]
    assert prepare_organizer_put(back, back, me=[ANN]) is back


def test_a_series_that_comes_after_one_of_its_occurrences_says_what_that_is() -> None:
    only = ask(None, stamped(second_monday(hour=14, sequence=1), 5))
    applied = ask(only.text, stamped(series(sequence=2), 6), known=only)
    assert "RECURRENCE-ID" not in unfolded(applied.text or b"")
    assert WEEKLY in unfolded(applied.text or b"")


def test_a_later_occurrence_outlives_an_earlier_series() -> None:
    only = ask(None, stamped(second_monday(hour=14, sequence=1), 6))
    applied = ask(only.text, stamped(series(), 5), known=only)
    assert "DTSTART;TZID=Europe/Berlin:20261130T140000" in unfolded(applied.text or b"")


def test_a_late_message_about_the_series_does_not_bring_back_a_cancelled_occurrence() -> None:
    first = ask(None, series())
    text = apply_answer(first.text or b"", me=[BOB], partstat="ACCEPTED", recurrence_id=None, now=at(2, 1))
    gone = ask(text, stamped(second_monday("STATUS:CANCELLED", sequence=1), 6), known=first, method="CANCEL")
    assert gone.change == "occurrence-cancelled"
    rows = ledger((*first.marks, *gone.marks))
    late = calendar(stamped(series(people=(attendee(ANN, "ACCEPTED"), attendee(BOB), attendee(CY, "DECLINED"))), 5))
    applied = receive(gone.text, late, me=[BOB], now=at(20, 12), method="REQUEST", known=rows)
    assert partstats(applied.text, BOB) == ["ACCEPTED", "ACCEPTED"]
    assert partstats(applied.text, CY) == ["DECLINED"]
    assert is_cancelled(read_parts(applied.text or b"").overrides[SECOND_MONDAY])


def test_an_answer_of_an_uninvited_person_does_not_count_after_a_later_invitation() -> None:
    rows = ["BEGIN:VEVENT", "UID:weekly@example.com", "DTSTAMP:20261110T080000Z", "SEQUENCE:0"]
    message = calendar("\n".join([*rows, attendee(DAN, "ACCEPTED"), "END:VEVENT", ""]), method="REPLY")
    crashed = receive(calendar(series()), message, me=[ANN], now=at(20, 12))
    assert (crashed.reason, crashed.marks) == ("party-crasher", ((DAN, None, 0, at(10, 8)),))
    asked = calendar(series(people=(attendee(ANN, "ACCEPTED"), attendee(DAN))))
    again = receive(asked, message, me=[ANN], now=at(20, 12), known=ledger(crashed.marks))
    assert (again.change, again.reason, again.text) == ("nothing", "duplicate", asked)


def test_a_refresh_names_who_asks_of_those_who_are_asked() -> None:
    asking = calendar(event(people=(attendee(BOB), attendee(DAN))), method="REFRESH")
    applied = receive(calendar(series()), asking, me=[ANN], now=at(20, 12))
    assert (applied.change, [answer.address for answer in applied.answers]) == ("refresh", [BOB])


CY_DECLINED = (attendee(ANN, "ACCEPTED"), attendee(BOB), attendee(CY, "DECLINED"))


@pytest.mark.parametrize(
    ("new", "only"),
    [
        (calendar(series()), True),
        (calendar(stamped(series(people=CY_DECLINED), 5)), True),
        (calendar(series(), second_monday(people=CY_DECLINED)), True),
        (calendar(series(people=(attendee(ANN, "ACCEPTED"), attendee(BOB, "ACCEPTED"), attendee(CY)))), False),
        (calendar(series(people=(attendee(ANN, "ACCEPTED"), attendee(BOB)))), False),
        (calendar(series().replace("Team Sync", "Talk")), False),
        (calendar(series(), second_monday(hour=14)), False),
        (calendar(series("EXDATE;TZID=Europe/Berlin:20261130T100000")), False),
        (calendar(second_monday()), False),
    ],
)
def test_others_answers_are_told_from_what_concerns_the_owner(new: bytes, only: bool) -> None:
    assert only_others_answered(calendar(series()), new, me=[BOB]) is only

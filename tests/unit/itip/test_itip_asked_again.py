"""Who is asked once more answers once more: RFC 6638 §3.2.7, §7.2; RFC 5546 §2.1.4."""

from __future__ import annotations

from datetime import datetime

from meeting_texts import (
    ANN,
    BOB,
    CY,
    EVERYONE,
    SECOND_MONDAY,
    at,
    attendee,
    calendar,
    partstats,
    second_monday,
    series,
)

from televent.ical.itip.asked import REMOVED, asked_anew
from televent.ical.itip.incoming import Applied, ledger, receive
from televent.ical.itip.organizer import above, prepare_organizer_put, without_force_send
from televent.ical.itip.outgoing import Letter, organizer_letters

ACCEPTED = (attendee(ANN, "ACCEPTED"), attendee(BOB, "ACCEPTED"), attendee(CY))
ALONE = (attendee(ANN, "ACCEPTED"), attendee(CY))
FORCED = (attendee(ANN, "ACCEPTED"), attendee(BOB, extra=";SCHEDULE-FORCE-SEND=REQUEST"), attendee(CY))


def to_bob(old: bytes | None, new: bytes | None) -> Letter:
    letters = organizer_letters(old, new, me=[ANN], dtstamp=at(20, 12))
    (found,) = [letter for letter in letters if letter.recipient == BOB]
    return found


def taken(letter: Letter, answered: datetime | None) -> Applied:
    """What it makes of the copy in which Bob has accepted."""
    copy = calendar(series(people=ACCEPTED))
    return receive(copy, letter.text, me=[BOB], now=at(20, 12), anew=letter.asks, answered=answered)


def test_a_forced_request_makes_him_answer_again() -> None:
    letter = to_bob(calendar(series(people=ACCEPTED)), calendar(series(people=FORCED)))
    assert letter.asks
    applied = taken(letter, answered=at(20, 11))
    assert (partstats(applied.text, BOB), applied.asks_again) == (["NEEDS-ACTION"], True)


def test_an_answer_that_he_sent_after_it_stands() -> None:
    letter = to_bob(calendar(series(people=ACCEPTED)), calendar(series(people=FORCED)))
    assert partstats(taken(letter, answered=at(20, 13)).text, BOB) == ["ACCEPTED"]


def test_other_words_ask_nobody_again() -> None:
    letter = to_bob(calendar(series(people=ACCEPTED)), calendar(series("LOCATION:Room 1", people=ACCEPTED)))
    assert not letter.asks
    assert partstats(taken(letter, answered=None).text, BOB) == ["ACCEPTED"]


def test_who_was_removed_and_is_invited_again_is_asked_again() -> None:
    letter = to_bob(calendar(series(people=ALONE)), calendar(series(people=EVERYONE)))
    assert (letter.kind, letter.asks) == ("invite", True)
    applied = taken(letter, answered=at(20, 11))
    assert (partstats(applied.text, BOB), applied.answer_stands) == (["NEEDS-ACTION"], False)


def test_an_answer_from_before_he_was_removed_is_none_to_the_new_invitation() -> None:
    before, after = calendar(series(people=ACCEPTED)), calendar(series(people=ALONE, sequence=1))
    marks = asked_anew(before, after, me=[ANN], dtstamp=at(20, 12))
    assert marks == ((BOB, None, 1, REMOVED),)
    again = calendar(series(people=EVERYONE, sequence=1))
    reply = calendar(series(people=(attendee(BOB, "DECLINED"),)), method="REPLY")
    override = calendar(second_monday(people=(attendee(BOB, "DECLINED"),)), method="REPLY")
    for late in (reply, override):
        assert receive(again, late, me=[ANN], now=at(20, 12), known=ledger(marks)).reason == "stale"
        assert receive(again, late, me=[ANN], now=at(20, 12)).change == "answered"
    fresh = reply.replace(b"SEQUENCE:0", b"SEQUENCE:1")
    assert receive(again, fresh, me=[ANN], now=at(20, 12), known=ledger(marks)).change == "answered"


def test_who_is_left_out_of_one_occurrence_is_remembered_for_that_one() -> None:
    before = calendar(series(people=ACCEPTED))
    after = calendar(series(people=ACCEPTED), second_monday(people=ALONE, sequence=1))
    prepared = prepare_organizer_put(before, after, me=[ANN])
    again = prepare_organizer_put(prepared, calendar(series(people=(attendee(ANN), attendee(CY)))), me=[ANN])
    assert [mark[:2] for mark in asked_anew(prepared, again, me=[ANN], dtstamp=at(20, 12)) if mark[0] == BOB] == [
        (BOB, None)
    ]
    there = calendar(series(people=ACCEPTED), second_monday(people=ACCEPTED))
    (mark,) = [row for row in asked_anew(there, after, me=[ANN], dtstamp=at(20, 12)) if row[0] == BOB]
    assert mark == (BOB, SECOND_MONDAY, 1, REMOVED)


def test_a_copy_that_was_thrown_away_comes_back_with_a_later_word_of_lower_sequence() -> None:
    """The organizer called it off, with a higher SEQUENCE, and made it again under its UID."""
    cancelled = ((ANN, None, 1, at(20, 12)),)
    letter = calendar(series().replace("DTSTAMP:20261101", "DTSTAMP:20261121"), method="REQUEST")
    applied = receive(None, letter, me=[BOB], now=at(21, 12), known=ledger(cancelled))
    assert applied.change == "invited"
    late = calendar(series(), method="REQUEST")
    assert receive(None, late, me=[BOB], now=at(21, 12), known=ledger(cancelled)).reason == "stale"


def test_a_meeting_made_again_counts_on_from_where_it_was() -> None:
    text = calendar(series(), second_monday())
    assert above(text, 3, me=[ANN]).count(b"SEQUENCE:3") == 2
    assert above(text, 0, me=[ANN]) is text
    by_bob = above(text, 3, me=[BOB])
    assert by_bob is text


def test_a_force_that_nobody_knows_is_noted_and_none_is_stored() -> None:
    asked = (attendee(BOB, extra=";SCHEDULE-FORCE-SEND=POSTCARD"), attendee(CY, extra=";SCHEDULE-FORCE-SEND=REQUEST"))
    text = without_force_send(calendar(series(people=asked))).replace(b"\r\n ", b"")
    assert b"FORCE-SEND" not in text
    assert text.count(b"SCHEDULE-STATUS") == text.count(b"SCHEDULE-STATUS=2.3:mailto:bob@") == 1

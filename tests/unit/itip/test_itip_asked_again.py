"""An attendee who is asked again answers again: RFC 6638 §3.2.7, §7.2; RFC 5546 §2.1.4."""

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

from support.as_bytes import (
    Applied,
    asked_again,
    attendee_messages,
    made_again,
    organizer_messages,
    prepare_organizer_put,
    receive,
    with_sequence_from,
    without_force_send,
)
from televent.ical.itip.receiving.incoming import ledger
from televent.ical.itip.sending.asked import REMOVED
from televent.ical.itip.sending.outgoing import OutgoingMessage

ACCEPTED = (attendee(ANN, "ACCEPTED"), attendee(BOB, "ACCEPTED"), attendee(CY))
ALONE = (attendee(ANN, "ACCEPTED"), attendee(CY))
FORCED = (attendee(ANN, "ACCEPTED"), attendee(BOB, extra=";SCHEDULE-FORCE-SEND=REQUEST"), attendee(CY))


def to_bob(old: bytes | None, new: bytes | None) -> OutgoingMessage:
    messages = organizer_messages(old, new, me=[ANN], dtstamp=at(20, 12))
    (found,) = [message for message in messages if message.recipient == BOB]
    return found


def taken(message: OutgoingMessage, answered: datetime | None) -> Applied:
    """The result of the message for the copy in which Bob has accepted."""
    copy = calendar(series(people=ACCEPTED))
    return receive(copy, message.text, me=[BOB], now=at(20, 12), again=message.asks, answered=answered)


def test_a_forced_request_makes_the_attendee_answer_again() -> None:
    message = to_bob(calendar(series(people=ACCEPTED)), calendar(series(people=FORCED)))
    assert message.asks
    applied = taken(message, answered=at(20, 11))
    assert (partstats(applied.text, BOB), applied.asks_again) == (["NEEDS-ACTION"], True)


def test_an_answer_sent_after_the_request_stays() -> None:
    message = to_bob(calendar(series(people=ACCEPTED)), calendar(series(people=FORCED)))
    assert partstats(taken(message, answered=at(20, 13)).text, BOB) == ["ACCEPTED"]


def test_another_place_asks_nobody_again() -> None:
    message = to_bob(calendar(series(people=ACCEPTED)), calendar(series("LOCATION:Room 1", people=ACCEPTED)))
    assert not message.asks
    assert partstats(taken(message, answered=None).text, BOB) == ["ACCEPTED"]


def test_who_was_removed_and_is_invited_again_is_asked_again() -> None:
    message = to_bob(calendar(series(people=ALONE)), calendar(series(people=EVERYONE)))
    assert (message.kind, message.asks) == ("invite", True)
    applied = taken(message, answered=at(20, 11))
    assert (partstats(applied.text, BOB), applied.keeps_answer) == (["NEEDS-ACTION"], False)


def test_an_answer_from_before_the_removal_is_no_answer_to_the_new_invitation() -> None:
    before, after = calendar(series(people=ACCEPTED)), calendar(series(people=ALONE, sequence=1))
    marks = asked_again(before, after, me=[ANN], dtstamp=at(20, 12))
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
    assert [mark[:2] for mark in asked_again(prepared, again, me=[ANN], dtstamp=at(20, 12)) if mark[0] == BOB] == [
        (BOB, None)
    ]
    there = calendar(series(people=ACCEPTED), second_monday(people=ACCEPTED))
    (mark,) = [row for row in asked_again(there, after, me=[ANN], dtstamp=at(20, 12)) if row[0] == BOB]
    assert mark == (BOB, SECOND_MONDAY, 1, REMOVED)


def test_a_deleted_copy_comes_back_with_a_later_message_of_lower_sequence() -> None:
    """The organizer cancelled it, with a higher SEQUENCE, and created it again with the same UID."""
    cancelled = ((ANN, None, 1, at(20, 12)),)
    message = calendar(series().replace("DTSTAMP:20261101", "DTSTAMP:20261121"), method="REQUEST")
    applied = receive(None, message, me=[BOB], now=at(21, 12), known=ledger(cancelled))
    assert applied.change == "invited"
    late = calendar(series(), method="REQUEST")
    assert receive(None, late, me=[BOB], now=at(21, 12), known=ledger(cancelled)).reason == "stale"


def test_a_meeting_made_again_counts_on_from_where_it_was() -> None:
    text = calendar(series(), second_monday())
    assert with_sequence_from(text, 3, me=[ANN]).count(b"SEQUENCE:3") == 2
    assert with_sequence_from(text, 0, me=[ANN]) is text
    by_bob = with_sequence_from(text, 3, me=[BOB])
    assert by_bob is text


def test_a_force_that_nobody_knows_is_noted_and_none_is_stored() -> None:
    asked = (attendee(BOB, extra=";SCHEDULE-FORCE-SEND=POSTCARD"), attendee(CY, extra=";SCHEDULE-FORCE-SEND=REQUEST"))
    text = without_force_send(calendar(series(people=asked))).replace(b"\r\n ", b"")
    assert b"FORCE-SEND" not in text
    assert text.count(b"SCHEDULE-STATUS") == text.count(b"SCHEDULE-STATUS=2.3:mailto:bob@") == 1


def test_an_answer_to_a_meeting_that_was_deleted_is_none_to_the_one_made_again() -> None:
    again = calendar(series(sequence=1))
    marks = made_again(again, 1, dtstamp=at(20, 12))
    late = calendar(series(people=(attendee(BOB, "ACCEPTED"),)).replace("20261101T08", "20261121T08"), method="REPLY")
    assert receive(again, late, me=[ANN], now=at(21, 12), known=ledger(marks)).reason == "stale"
    assert receive(again, late.replace(b"SEQUENCE:0", b"SEQUENCE:1"), me=[ANN], now=at(21, 12)).change == "answered"


def test_the_guests_know_the_meeting_by_its_first_address() -> None:
    mine, other = [ANN, "anna@example.com"], series().replace(f"mailto:{ANN}\n", "mailto:anna@example.com\n", 1)
    assert prepare_organizer_put(calendar(series()), calendar(other), me=mine) == calendar(series())
    # This meeting has no guests who could know it by an address.
    alone, hers = calendar(series(people=())), calendar(series(people=()).replace(ANN, "anna@example.com"))
    assert prepare_organizer_put(alone, hers, me=mine) is hers


def test_a_deleted_occurrence_is_declined_again_for_a_version_that_does_not_know_of_it() -> None:
    out = "EXDATE;TZID=Europe/Berlin:20261130T100000"
    copy = calendar(series(out, people=ACCEPTED))
    message = calendar(series(people=ACCEPTED, sequence=1).replace("20261101T08", "20261121T08"), method="REQUEST")
    applied = receive(copy, message, me=[BOB], now=at(21, 12))
    assert (applied.declined, applied.keeps_answer) == ((SECOND_MONDAY,), True)
    assert applied.text is not None
    assert out.encode() in applied.text
    (told,) = attendee_messages(None, applied.text, me=[BOB], dtstamp=at(21, 13), declined=applied.declined)
    assert told.recurrence_ids == (None, SECOND_MONDAY)
    assert partstats(told.text, BOB) == ["ACCEPTED", "DECLINED"]
    known = calendar(
        series(people=ACCEPTED, sequence=1).replace("20261101T08", "20261121T08"),
        second_monday(people=(attendee(ANN), attendee(BOB, "DECLINED"), attendee(CY)), sequence=1),
        method="REQUEST",
    )
    again = receive(copy, known, me=[BOB], now=at(21, 12))
    assert (again.declined, again.keeps_answer) == ((), False)


def test_a_moved_occurrence_that_the_attendee_deleted_stays_away_while_it_is_known_as_declined() -> None:
    """Bob's copy has no override of it any more, so its time, which differs from the series', is no change."""
    out = "EXDATE;TZID=Europe/Berlin:20261130T100000"
    declined = (attendee(ANN, "ACCEPTED"), attendee(BOB, "DECLINED"), attendee(CY))
    message = calendar(second_monday("LOCATION:Room 1", people=declined, hour=15, sequence=1), method="REQUEST")
    applied = receive(calendar(series(out, people=ACCEPTED)), message, me=[BOB], now=at(21, 12))
    assert applied.text is not None
    assert out.encode() in applied.text
    assert b"RECURRENCE-ID" not in applied.text


def test_an_attendee_asked_again_has_every_occurrence_again_but_those_known_as_declined() -> None:
    out = "EXDATE;TZID=Europe/Berlin:20261130T100000"
    copy = calendar(series(out, people=ACCEPTED))
    fresh = calendar(series(sequence=1).replace("20261101T08", "20261121T08"), method="REQUEST")
    applied = receive(copy, fresh, me=[BOB], now=at(21, 12), again=True, answered=at(30, 12))
    assert applied.text is not None
    assert b"EXDATE" not in applied.text
    assert (partstats(applied.text, BOB), applied.keeps_answer) == (["NEEDS-ACTION"], False)


def test_news_of_an_occurrence_that_the_attendee_deleted_is_not_remembered() -> None:
    """Otherwise a later REQUEST for the series would take that mark for a cancellation."""
    out = "EXDATE;TZID=Europe/Berlin:20261130T100000"
    stay = calendar(second_monday(people=ACCEPTED).replace("20261101T08", "20261122T08"), method="REQUEST")
    first = receive(calendar(series(out, people=ACCEPTED)), stay, me=[BOB], now=at(22, 12))
    assert (first.change, first.marks) == ("nothing", ())
    moved = series(sequence=1).replace("T10", "T12").replace("T11", "T13").replace("20261101T08", "20261121T08")
    second = receive(first.text, calendar(moved, method="REQUEST"), me=[BOB], now=at(22, 12), known=ledger(first.marks))
    assert second.text is not None
    assert b"EXDATE" not in second.text


def test_what_has_moved_meanwhile_is_back_and_not_told_as_declined() -> None:
    out = "EXDATE;TZID=Europe/Berlin:20261130T100000"
    message = calendar(
        series(people=ACCEPTED, sequence=1).replace("20261101T08", "20261121T08"),
        second_monday(hour=15, sequence=1).replace("20261101T08", "20261121T08"),
        method="REQUEST",
    )
    applied = receive(calendar(series(out, people=ACCEPTED)), message, me=[BOB], now=at(21, 12))
    assert applied.text is not None
    assert (applied.declined, applied.keeps_answer) == ((), False)
    assert b"EXDATE" not in applied.text
    assert partstats(applied.text, BOB) == ["ACCEPTED", "NEEDS-ACTION"]

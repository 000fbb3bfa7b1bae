"""COUNTER and DECLINECOUNTER: RFC 5546 §3.2.7, §3.2.8, and the example of §4.2.4."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta, timezone

from meeting_texts import (
    ALARM,
    ANN,
    BOB,
    CY,
    EVERYONE,
    SECOND_MONDAY,
    at,
    attendee,
    calendar,
    event,
    second_monday,
    series,
    unfolded,
)

from televent.ical.itip.message import read_message
from televent.ical.itip.moving import moved
from televent.ical.itip.precedence import ledger
from televent.ical.itip.receiving.incoming import Proposal, receive
from televent.ical.itip.sending.outgoing import OutgoingMessage
from televent.ical.itip.sending.proposing import Wish, counter_message, decline_message
from televent.ical.objects.calendar_text import CalendarText

MEETING = event(
    "LOCATION:Room 4", "DESCRIPTION:All of it", "X-OWN:mine", "CATEGORIES:Mine", people=EVERYONE, sequence=3
)
LATER = Wish(at(24, 13), at(24, 14), comment="I am away, sorry; later?")
ASKED = CalendarText(calendar(MEETING))


def propose(text: bytes, wish: Wish = LATER, rid: str | None = None, me: str = BOB) -> OutgoingMessage | None:
    return counter_message(CalendarText(text), wish, me=[me], recurrence_id=rid, dtstamp=at(20, 12))


def proposed(text: bytes, wish: Wish = LATER, rid: str | None = None) -> OutgoingMessage:
    message = propose(text, wish, rid)
    assert message is not None
    return message


def read(
    text: bytes, message: OutgoingMessage, known: tuple[tuple[str, str | None, int, datetime], ...] = ()
) -> Proposal:
    """The proposal as the organizer's copy has it."""
    applied = receive(CalendarText(text), read_message(message.text), me=[ANN], now=at(20, 13), known=ledger(known))
    assert (applied.change, applied.text) == ("counter", CalendarText(text))
    (found,) = applied.proposals
    return found


def test_a_counter_describes_the_alternate_event() -> None:
    message = proposed(
        calendar(MEETING.replace("END:VEVENT", f"{ALARM}\nEND:VEVENT")), Wish(at(24, 13), at(24, 14), "Room 5")
    )
    text = unfolded(message.text)
    assert (message.method, message.sender, message.recipient, message.recipient_cn) == ("COUNTER", BOB, ANN, "Ann")
    assert (message.kind, message.sequence, message.recurrence_ids) == ("counter", 3, (None,))
    assert "METHOD:COUNTER\n" in text
    # The SEQUENCE is that of the REQUEST, DTSTAMP is new.
    assert "SEQUENCE:3\n" in text
    assert "DTSTAMP:20261120T120000Z\n" in text
    assert "DTSTART;TZID=Europe/Berlin:20261124T140000\nDTEND;TZID=Europe/Berlin:20261124T150000\n" in text
    assert "LOCATION:Room 5\n" in text
    assert "DESCRIPTION:All of it\n" in text
    assert "BEGIN:VTIMEZONE\nTZID:Europe/Berlin\n" in text
    # Nothing of the attendee's own goes out.
    assert not any(word in text for word in ("VALARM", "X-OWN", "CATEGORIES", "SCHEDULE-"))


def test_only_the_proposer_has_an_answer_in_a_counter() -> None:
    """Another attendee who answered "maybe" must not be taken for the proposer."""
    people = (attendee(ANN, "ACCEPTED"), attendee(CY, "TENTATIVE"), attendee(BOB, extra=";RSVP=TRUE"))
    stored = calendar(event(people=people))
    text = unfolded(proposed(stored).text)
    assert f'ATTENDEE;CN="Bob";PARTSTAT=TENTATIVE:mailto:{BOB}\n' in text
    assert f'ATTENDEE;CN="Cy":mailto:{CY}\n' in text
    assert read(stored, proposed(stored)).address == BOB


def test_a_counter_is_read_as_it_was_meant() -> None:
    found = read(ASKED.raw, proposed(ASKED.raw))
    assert (found.address, found.recurrence_id, found.sequence) == (BOB, None, 3)
    assert (found.start, found.end, found.comment) == (at(24, 13), at(24, 14), "I am away, sorry; later?")
    assert not found.outdated


def test_a_counter_for_one_occurrence() -> None:
    message = proposed(calendar(series()), rid=SECOND_MONDAY)
    text = unfolded(message.text)
    assert "RECURRENCE-ID;TZID=Europe/Berlin:20261130T100000\n" in text
    assert "RRULE:" not in text.partition("BEGIN:VEVENT")[2]
    assert read(calendar(series()), message).recurrence_id == SECOND_MONDAY
    # The occurrence has a component of its own with another SEQUENCE.
    assert proposed(calendar(series(), second_monday(sequence=2)), rid=SECOND_MONDAY).sequence == 2


def test_a_counter_for_what_does_not_take_place_is_none() -> None:
    assert propose(calendar(series()), rid="20261201T090000Z") is None
    assert propose(calendar(series("EXDATE;TZID=Europe/Berlin:20261130T100000")), rid=SECOND_MONDAY) is None
    assert propose(ASKED.raw, me="eve@example.com") is None


def test_no_counter_where_the_client_sends_itself() -> None:
    agent = MEETING.replace('ORGANIZER;CN="Ann"', 'ORGANIZER;CN="Ann";SCHEDULE-AGENT=CLIENT')
    assert propose(calendar(agent)) is None


def test_a_time_is_written_in_the_zone_of_the_event_or_in_utc() -> None:
    away = timezone(timedelta(hours=-5))
    text = unfolded(proposed(ASKED.raw, Wish(datetime(2026, 11, 24, 8, tzinfo=away), at(24, 14))).text)
    assert "DTSTART;TZID=Europe/Berlin:20261124T140000\n" in text
    # 02:30 comes twice on that night; RFC 5545 §3.3.5 means the first.
    second = datetime(2027, 10, 31, 1, 30, tzinfo=UTC)
    repeated = proposed(ASKED.raw, Wish(second, second + timedelta(hours=1)))
    assert "DTSTART:20271031T013000Z\n" in unfolded(repeated.text)
    assert read(ASKED.raw, repeated).start == second
    days = proposed(ASKED.raw, Wish(date(2026, 11, 24), date(2026, 11, 26)))
    assert "DTSTART;VALUE=DATE:20261124\nDTEND;VALUE=DATE:20261126\n" in unfolded(days.text)
    assert read(ASKED.raw, days).end == date(2026, 11, 26)


def test_a_counter_that_crosses_a_reschedule_is_outdated() -> None:
    message = proposed(ASKED.raw)
    moved_since = calendar(MEETING.replace("T10", "T15").replace("T11", "T16").replace("SEQUENCE:3", "SEQUENCE:4"))
    assert read(moved_since, message).outdated
    # SEQUENCE rose because somebody else was removed. Bob got no message about that.
    others = calendar(MEETING.replace("SEQUENCE:3", "SEQUENCE:4"))
    assert not read(others, message).outdated
    # It moved away and came back: all were asked again at SEQUENCE 4.
    assert read(others, message, ((ANN, None, 4, at(20, 12)),)).outdated


def test_a_refusal_echoes_the_proposal() -> None:
    proposal = read(ASKED.raw, proposed(ASKED.raw))
    message = decline_message(ASKED, proposal, me=[ANN], comment="Sorry, no", dtstamp=at(20, 14))
    assert message is not None
    text = unfolded(message.text)
    assert (message.method, message.sender, message.recipient) == ("DECLINECOUNTER", ANN, BOB)
    assert "SEQUENCE:3\n" in text
    assert "COMMENT:Sorry\\, no\n" in text
    assert "DTSTART;TZID=Europe/Berlin:20261124T140000\n" in text
    assert text.count("ATTENDEE") == 1
    applied = receive(ASKED, read_message(message.text), me=[BOB], now=at(20, 15))
    assert (applied.change, applied.text) == ("counter-declined", ASKED)
    (declined,) = applied.proposals
    assert (declined.address, declined.start, declined.comment) == (BOB, at(24, 13), "Sorry, no")


def test_a_refusal_for_one_occurrence_names_it() -> None:
    stored = calendar(series())
    proposal = read(stored, proposed(stored, rid=SECOND_MONDAY))
    message = decline_message(CalendarText(stored), proposal, me=[ANN], comment=None, dtstamp=at(20, 14))
    assert message is not None
    assert "RECURRENCE-ID;TZID=Europe/Berlin:20261130T100000\n" in unfolded(message.text)
    (declined,) = receive(CalendarText(stored), read_message(message.text), me=[BOB], now=at(20, 15)).proposals
    assert declined.recurrence_id == SECOND_MONDAY


def test_only_the_organizer_declines() -> None:
    forged = calendar(event(people=(attendee(BOB),), organizer="eve@example.com"), method="DECLINECOUNTER")
    assert receive(ASKED, read_message(forged), me=[BOB], now=at(20, 15)).reason == "not-organizer"
    assert receive(
        ASKED, read_message(calendar(MEETING, method="DECLINECOUNTER")), me=[ANN], now=at(20, 15)
    ).reason == ("not-organizer")


def test_a_move_edits_the_lines_of_the_time_alone() -> None:
    text = moved(ASKED, None, start=at(24, 13), end=at(24, 14), dtstamp=at(20, 12)).raw.decode()
    wanted = ASKED.raw.decode().replace("T100000\r", "T140000\r").replace("T110000\r", "T150000\r")
    wanted = wanted.replace("20261123T1", "20261124T1").replace("DTSTAMP:20261101T080000Z", "DTSTAMP:20261120T120000Z")
    assert text == wanted


def test_a_move_of_one_occurrence_makes_an_override() -> None:
    stored = CalendarText(calendar(series()))
    text = moved(stored, SECOND_MONDAY, start=at(24, 13), end=at(24, 14), place="Room 5", dtstamp=at(20, 12))
    assert text.raw.startswith(stored.raw.removesuffix(b"END:VCALENDAR\r\n"))
    added = unfolded(text.raw.removeprefix(stored.raw.removesuffix(b"END:VCALENDAR\r\n")))
    assert "RECURRENCE-ID;TZID=Europe/Berlin:20261130T100000\n" in added
    assert "DTSTART;TZID=Europe/Berlin:20261124T140000\n" in added
    assert "LOCATION:Room 5\n" in added


def test_a_move_replaces_a_duration() -> None:
    lasting = event("DURATION:PT1H", people=EVERYONE).replace("DTEND;TZID=Europe/Berlin:20261123T110000\n", "")
    text = unfolded(
        moved(CalendarText(calendar(lasting)), None, start=at(24, 13), end=at(24, 15), dtstamp=at(20, 12)).raw
    )
    assert "DURATION" not in text
    assert "DTEND;TZID=Europe/Berlin:20261124T160000\n" in text

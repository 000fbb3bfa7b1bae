"""Given facts as decide() makes them, the history states them in plain English and parses no calendar text."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any, get_args
from uuid import UUID
from zoneinfo import ZoneInfo

from copies import ANN, BOB, CY, INVITED, ORGANIZED, SECOND, SERIES, Copy, meeting, override, says, series

from televent.application.event_store.envelope import Envelope
from televent.domain.calendar_object.commands import CalendarObjectCommand
from televent.domain.calendar_object.details import People, WhatChanged
from televent.domain.calendar_object.events import (
    AttendeeRemoved,
    CalendarObjectEvent,
    EventCancelled,
    EventDeleted,
    EventMoved,
    EventRescheduled,
    InvitationReceived,
    Outline,
    RsvpGiven,
    Splice,
)
from televent.domain.calendar_object.parked_mail import ParkMail
from televent.domain.calendar_object.proposals import AcceptProposal, DeclineProposal, ProposeTime
from televent.domain.calendar_object.state import CalendarObject, evolve
from televent.domain.ids import AccountId, StreamKey
from televent.projections.history import Entry, Word, entries_of, history
from televent.projections.history_words import say

KEY = StreamKey(AccountId(UUID(int=1)), UUID(int=2))
NOON = datetime(2026, 10, 20, 12, tzinfo=UTC)
ENVELOPE = Envelope(KEY, 1, 7, "event-created/1", "ann-id", "caldav", NOON, UUID(int=3), "request")
NAMES = {"ann-id": "Ann"}
PARIS = ZoneInfo("Europe/Paris")


def said(facts: Iterable[CalendarObjectEvent], zone: ZoneInfo | None = None) -> list[str]:
    told = [(fact, ENVELOPE) for fact in facts]
    return [say(entry, NAMES.__getitem__, zone) for entry in history(told)]


def when(copy: Copy, command: CalendarObjectCommand, zone: ZoneInfo | None = None) -> list[str]:
    return said(copy.when(command).facts, zone)


def test_an_entry_says_when_by_whom_and_through_which_door() -> None:
    (entry,) = entries_of(SERIES.facts[0], ENVELOPE)
    assert (entry.at, entry.actor, entry.door, entry.word) == (NOON, "ann-id", "caldav", "created")
    assert entry.now is not None
    assert entry.now.title == "Sync"
    assert said(SERIES.facts) == ['Ann created "Sync", Mon 26 Oct 10:00 to 11:00 (Europe/London)']


def test_another_time_is_told_once_for_the_day_and_the_zone() -> None:
    assert when(SERIES, SERIES.put(series(start="20261026T110000"))) == [
        "Ann moved it from Mon 26 Oct 10:00 to 11:00 (Europe/London)"
    ]
    assert when(SERIES, SERIES.put(series(start="20270105T110000"))) == [
        "Ann moved it from Mon 26 Oct 10:00 to Tue 5 Jan 2027 11:00 (Europe/London)"
    ]
    berlin = series().replace(b"Europe/London:20261026T10", b"Europe/Berlin:20261026T12")
    assert when(SERIES, SERIES.put(berlin)) == [
        "Ann moved it from Mon 26 Oct 10:00 (Europe/London) to Mon 26 Oct 12:00 (Europe/Berlin)"
    ]


def test_a_reader_sees_times_in_their_own_zone() -> None:
    assert when(SERIES, SERIES.put(series(start="20261026T110000")), PARIS) == [
        "Ann moved it from Mon 26 Oct 11:00 to 12:00 (Europe/Paris)"
    ]


def test_another_length_is_told() -> None:
    longer = series().replace(b"PT1H", b"PT2H")
    assert when(SERIES, SERIES.put(longer)) == [
        "Ann changed the end of it from Mon 26 Oct 11:00 to 12:00 (Europe/London)"
    ]
    both = series(start="20261026T110000").replace(b"PT1H", b"PT90M")
    assert when(SERIES, SERIES.put(both)) == [
        "Ann moved it from Mon 26 Oct 10:00 to 11:00 (Europe/London), now until 12:30"
    ]


def test_whole_days_have_no_clock_and_end_on_their_last_day() -> None:
    def days(first: str, after: str) -> bytes:
        rows = f"DTSTART;VALUE=DATE:{first}\r\nDTEND;VALUE=DATE:{after}"
        return series().replace(b"DTSTART;TZID=Europe/London:20261026T100000\r\nDURATION:PT1H", rows.encode())

    trip = Copy(ANN).given(Copy(ANN).put(days("20261026", "20261028")))
    assert said(trip.facts) == ['Ann created "Sync", Mon 26 Oct to Tue 27 Oct']
    assert when(trip, trip.put(days("20261027", "20261029")), PARIS) == ["Ann moved it from Mon 26 Oct to Tue 27 Oct"]


def test_title_place_rule_and_the_rest_are_told_each() -> None:
    text = series("LOCATION:Room 4", "DESCRIPTION:Cake", "BEGIN:VALARM", "ACTION:DISPLAY", "END:VALARM", title="Talk")
    assert when(SERIES, SERIES.put(text.replace(b"COUNT=5", b"COUNT=6"))) == [
        "Repetition was FREQ=WEEKLY;COUNT=5, is now FREQ=WEEKLY;COUNT=6",
        "Title was Sync, is now Talk",
        "Place was –, is now Room 4",
        "Ann changed the description and the reminders",
    ]


def test_an_occurrence_is_named() -> None:
    at = "the occurrence of Mon 2 Nov 10:00 (Europe/London)"
    moved = series(overrides=(override("20261102T100000", "20261103T140000", "LOCATION:Room 4", title="Talk"),))
    assert when(SERIES, SERIES.put(moved)) == [
        f"Ann moved {at} from Mon 2 Nov 10:00 to Tue 3 Nov 14:00 (Europe/London)",
        f"Title of {at} was Sync, is now Talk",
        f"Place of {at} was –, is now Room 4",
    ]
    gone = SERIES.given(SERIES.put(series("EXDATE;TZID=Europe/London:20261102T100000")))
    assert said(gone.facts[1:]) == [f"Ann removed {at}"]
    assert when(gone, gone.put(series())) == [f"Ann added {at}"]


def test_what_was_too_much_to_list_is_counted() -> None:
    days = [f"2027{month:02}{day:02}" for month in (1, 3) for day in range(1, 32)]
    many = tuple(override(f"{day}T100000", f"{day}T120000") for day in days)
    assert when(SERIES, SERIES.put(series(overrides=many)))[-1] == "12 more changed occurrences are not listed"


def test_guests_and_answers() -> None:
    assert said(ORGANIZED.facts)[1:] == [f"{BOB} was invited", f"{CY} was invited"]
    carol = f"ATTENDEE;CN=Carol:mailto:{CY}"
    alone = Copy(ANN).given(Copy(ANN).put(meeting(people=(carol,))))
    assert said(alone.facts)[1:] == ["Carol was invited"]
    assert when(alone, alone.put(meeting(people=()))) == ["Carol was removed"]
    reply = meeting("COMMENT:Late", people=(f"ATTENDEE;CN=Bob;PARTSTAT=ACCEPTED:mailto:{BOB}",), method="REPLY")
    assert when(ORGANIZED, ORGANIZED.receive(reply)) == ['Bob accepted: "Late"']
    stranger = meeting(people=(says("eve@example.com", "DECLINED"),), method="REPLY")
    assert when(ORGANIZED, ORGANIZED.receive(stranger, sender_name="Eve")) == ["Eve declined, but was not invited"]
    part = AttendeeRemoved(BOB, "Bob", (SECOND,), entirely=False)
    assert said([part]) == ["Bob was removed from the occurrence of Mon 2 Nov 10:00 (Europe/London)"]
    many = replace(part, unlisted=20)
    assert said([many]) == ["Bob was removed from the occurrences of Mon 2 Nov 10:00 (Europe/London) and 20 others"]
    assert said([AttendeeRemoved(BOB, "Bob", (), entirely=False)]) == ["Bob was removed from the series"]


def test_the_owners_own_answer_is_by_who_gave_it() -> None:
    assert when(INVITED, INVITED.answer("TENTATIVE")) == ["Ann tentatively accepted"]


def test_what_an_organizer_elsewhere_did_is_by_the_organizer() -> None:
    first = Copy(BOB).receive(meeting(method="REQUEST"), sender_name="Zoe")
    assert when(Copy(BOB), first) == ['Zoe sent an invitation to "Sync", Tue 1 Dec 10:00 to 11:00 (UTC)']
    later = meeting(method="REQUEST", sent="20261121T130000Z", sequence=1, hour=12, people=(BOB, says(CY, "ACCEPTED")))
    assert when(INVITED, INVITED.receive(later, sender_name="Zoe")) == [
        "Zoe moved it from Tue 1 Dec 10:00 to 12:00 (UTC)",
        f"{CY} accepted",
        "Zoe asks for an answer",
    ]
    off = meeting("STATUS:CANCELLED", sequence=1, sent="20261121T130005Z", method="CANCEL")
    assert when(INVITED, INVITED.receive(off)) == [f"{ANN} cancelled it"]


def test_a_cancelled_occurrence_is_named() -> None:
    people = ("ORGANIZER;CN=Zoe:mailto:ann@example.com", f"ATTENDEE:mailto:{BOB}")
    asked = series(*people).replace(b"BEGIN:VEVENT", b"METHOD:REQUEST\r\nBEGIN:VEVENT")
    copy = Copy(BOB).given(Copy(BOB).receive(asked))
    lines = ("RECURRENCE-ID:20261102T100000Z", "STATUS:CANCELLED", *people)
    off = (
        series(*lines).replace(b"BEGIN:VEVENT", b"METHOD:CANCEL\r\nBEGIN:VEVENT").replace(b"RRULE:FREQ", b"X-RULE:FREQ")
    )
    off = off.replace(b"20261001T080000Z", b"20261021T080000Z")
    assert when(copy, copy.receive(off)) == ["Zoe cancelled the occurrence of Mon 2 Nov 10:00 (Europe/London)"]


def test_a_proposal_is_told_with_what_it_would_replace() -> None:
    counter = meeting("LOCATION:Cafe", people=(says(BOB, "TENTATIVE"),), hour=15)
    message = counter.replace(b"VERSION:2.0", b"VERSION:2.0\r\nMETHOD:COUNTER")
    assert when(ORGANIZED, ORGANIZED.receive(message, sender_name="Bob")) == [
        "Bob proposed Tue 1 Dec 15:00 (UTC) instead of Tue 1 Dec 10:00 (UTC) and the place Cafe"
    ]


def test_the_end_and_another_place() -> None:
    facts = [*SERIES.when(SERIES.delete()).facts, EventMoved(UUID(int=2), "m.ics")]
    assert said(facts) == [
        'Ann deleted "Sync", Mon 26 Oct 10:00 to 11:00 (Europe/London)',
        "Ann moved it to another calendar or another name",
    ]


def test_a_parked_mail_is_told_with_its_sender() -> None:
    parked = ParkMail("reply-unproven", "REPLY", "eve@example.com", "5e88", (None,), NOON)
    because = "was kept and not applied, because nothing proves who sent it"
    assert when(ORGANIZED, parked) == [f"A mail from eve@example.com {because}"]
    assert when(ORGANIZED, replace(parked, sender="")) == [f"A mail from an unknown sender {because}"]


def test_what_is_no_news_to_people_has_no_entry() -> None:
    noted = ORGANIZED.given(ORGANIZED.note(bob="1.2"))
    assert said(noted.facts[-1:]) == []
    internal = series("X-MOZ-GENERATION:2")
    assert when(SERIES, SERIES.put(internal)) == []


def test_the_facts_of_an_erased_person_still_fold() -> None:
    outline = Outline("VEVENT", NOON, NOON, False, 0, "none", None, None, None, "")
    nothing, empty = Splice(0, 0, b""), WhatChanged(None, None)
    place = (UUID(int=1), "m.ics", "uid")
    facts: list[CalendarObjectEvent] = [
        EventRescheduled(outline, nothing, empty),
        InvitationReceived(*place, False, "", None, (), outline, nothing, empty, People()),
        EventCancelled(None, "", None, (), outline, nothing, empty),
        RsvpGiven("", "ACCEPTED", None, False, None, outline, nothing, None, None, None, None),
        EventDeleted(None),
    ]
    assert len(said(facts)) == 3


def garbled(fact: Any) -> CalendarObjectEvent:
    """The fact with bytes in it that no parser could read."""
    noise: dict[str, Any] = {}
    if hasattr(fact, "change"):
        noise["change"] = Splice(fact.change.offset, fact.change.removed, b"\xff\x00 no calendar")
    if hasattr(fact, "proposal"):
        noise["proposal"] = b"\xff\x00 no calendar"
    changed: CalendarObjectEvent = replace(fact, **noise)
    return changed


def test_neither_history_nor_replay_reads_a_calendar_text() -> None:
    counter = meeting("LOCATION:Cafe", people=(says(BOB, "TENTATIVE"),), hour=15)
    proposed = ORGANIZED.when(ORGANIZED.receive(counter.replace(b"VERSION:2.0", b"VERSION:2.0\r\nMETHOD:COUNTER")))
    moved = SERIES.given(SERIES.put(series(overrides=(override("20261102T100000", "20261103T140000"),))))
    for facts in (ORGANIZED.facts, (*ORGANIZED.facts, *proposed.facts), INVITED.facts, moved.facts):
        noise = [garbled(fact) for fact in facts]
        assert noise != list(facts)
        assert said(noise) == said(facts)
        state = CalendarObject()
        for fact in noise:
            state = evolve(state, fact)
        assert b"no calendar" in state.text.raw


def test_history_cannot_reach_a_parser() -> None:
    """Replay can, for the state holds the text as a CalendarText; the test above shows that it reads none."""
    program = (
        "import sys, televent.projections.history_words\n"
        "parsers = ('televent.ical', 'icalendar', 'vobject', 'dateutil')\n"
        "print([name for name in sys.modules if name.startswith(parsers)])"
    )
    run = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert run.stdout.strip() == "[]"


def test_every_word_can_be_said_of_an_entry_that_knows_nothing() -> None:
    for word in get_args(Word):
        assert say(Entry(NOON, "ann-id", "bot", word), NAMES.__getitem__)


def test_a_proposal_and_its_answer_are_told_on_both_sides() -> None:
    three = datetime(2026, 12, 1, 15, tzinfo=UTC)
    wish = ProposeTime(INVITED.me.addresses, None, three, three + timedelta(hours=1), None, "I am away", NOON)
    assert when(INVITED, wish) == ['Ann proposed Tue 1 Dec 15:00 (UTC) instead of Tue 1 Dec 10:00 (UTC): "I am away"']
    (counter,) = INVITED.when(wish).messages
    organizer = ORGANIZED.given(ORGANIZED.receive(counter.text, sender_name="Bob"))
    key = organizer.state.proposals[0].key
    answer = DeclineProposal(organizer.me.addresses, key, "I cannot", NOON)
    assert when(organizer, answer) == ['Ann declined the time that Bob proposed, Tue 1 Dec 15:00 (UTC): "I cannot"']
    (refusal,) = organizer.when(answer).messages
    heard = INVITED.given(wish).when(INVITED.receive(refusal.text, sender_name="Ann"))
    assert said(heard.facts) == [f'Ann declined the time that {BOB} proposed, Tue 1 Dec 15:00 (UTC): "I cannot"']
    accepted = organizer.when(AcceptProposal(organizer.me.addresses, key, NOON))
    assert said(accepted.facts) == [
        "Ann accepted the time that Bob proposed, Tue 1 Dec 15:00 (UTC)",
        "Ann moved it from Tue 1 Dec 10:00 to 15:00 (UTC)",
    ]


def test_a_delegation_names_the_delegate() -> None:
    line = f'ATTENDEE;PARTSTAT=DELEGATED;DELEGATED-TO="mailto:{CY}":mailto:{BOB}'
    reply = meeting("COMMENT:I am away", people=(line,), method="REPLY", sent="20261121T130000Z")
    assert when(ORGANIZED, ORGANIZED.receive(reply, sender_name="Bob")) == [f'Bob delegated it to {CY}: "I am away"']

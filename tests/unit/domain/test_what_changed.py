"""Given facts, when a command, then the facts say in plain values what changed, for the event and for occurrences."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TypeVar

import msgspec
from copies import (
    ALONE,
    ANN,
    BOB,
    CY,
    EVE,
    INVITED,
    ORGANIZED,
    SECOND,
    SERIES,
    Copy,
    kinds,
    meeting,
    override,
    says,
    series,
)

from televent.domain.calendar_object.decision import Decision
from televent.domain.calendar_object.details import Details, Guest, When
from televent.domain.calendar_object.differences import MAX_OCCURRENCES, MAX_PROPERTIES, MAX_TEXT
from televent.domain.calendar_object.events import (
    AttendeeInvited,
    AttendeeRemoved,
    CounterProposed,
    EventCancelled,
    EventCreated,
    EventDeleted,
    EventRescheduled,
    EventRevised,
    InvitationReceived,
    MessageSetAside,
    RsvpGiven,
)
from televent.domain.calendar_object.people import MAX_PEOPLE

F = TypeVar("F")


def the(kind: type[F], decision: Decision) -> F:
    """The one fact of that kind."""
    (found,) = (fact for fact in decision.facts if isinstance(fact, kind))
    return found


def at(hour: int, day: int = 1) -> When:
    return When(f"202612{day:02}T{hour:02}0000", "UTC", datetime(2026, 12, day, hour, tzinfo=UTC))


def test_a_new_event_says_what_it_is() -> None:
    created = the(EventCreated, Copy(ANN).when(Copy(ANN).put(meeting("LOCATION:Room\\, 4", people=(), organizer=None))))
    assert created.what.was is None
    assert created.what.now == Details(at(10), at(11), None, "Sync", "Room, 4", None)
    assert (created.what.occurrences, created.what.properties) == ((), ())


def test_another_time_says_both() -> None:
    moved = the(EventRescheduled, ALONE.when(ALONE.put(meeting(people=(), organizer=None, hour=12))))
    assert moved.what.was is not None
    assert moved.what.now is not None
    assert (moved.what.was.start, moved.what.was.end) == (at(10), at(11))
    assert (moved.what.now.start, moved.what.now.end) == (at(12), at(13))


def test_whole_days_floating_and_zoned_times_are_told_apart() -> None:
    def start(line: str) -> When | None:
        text = series().replace(b"DTSTART;TZID=Europe/London:20261026T100000\r\nDURATION:PT1H", line.encode())
        now = the(EventCreated, Copy(ANN).when(Copy(ANN).put(text))).what.now
        assert now is not None
        return now.start

    assert start("DTSTART;VALUE=DATE:20261026") == When("20261026", None, None)
    assert start("DTSTART:20261026T100000") == When("20261026T100000", None, None)
    eight = datetime(2026, 7, 6, 8, tzinfo=UTC)
    assert start("DTSTART;TZID=Europe/Berlin:20260706T100000") == When("20260706T100000", "Europe/Berlin", eight)
    # A Windows zone name is stated as the name that every zone database has.
    windows = start("DTSTART;TZID=W. Europe Standard Time:20260706T100000")
    assert windows == When("20260706T100000", "Europe/Berlin", eight)


def test_the_same_instant_in_another_zone_is_another_time_to_people() -> None:
    berlin = series().replace(b"Europe/London:20261026T100000", b"Europe/Berlin:20261026T110000")
    what = the(EventRevised, SERIES.when(SERIES.put(berlin))).what
    assert what.was is not None
    assert what.now is not None
    assert [each.start.zone for each in (what.was, what.now) if each.start] == ["Europe/London", "Europe/Berlin"]


def test_a_moved_occurrence_is_named_and_says_both_times() -> None:
    text = series(overrides=(override("20261102T100000", "20261103T140000", "LOCATION:Room 4"),))
    what = the(EventRescheduled, SERIES.when(SERIES.put(text))).what
    assert what.was == what.now
    (moved,) = what.occurrences
    assert moved.occurrence == SECOND
    assert moved.was is not None
    assert moved.now is not None
    assert (moved.was.start, moved.was.place) == (SECOND.original, "")
    assert moved.was.end == When("20261102T110000", "Europe/London", datetime(2026, 11, 2, 11, tzinfo=UTC))
    assert moved.now.start == When("20261103T140000", "Europe/London", datetime(2026, 11, 3, 14, tzinfo=UTC))
    assert moved.now.place == "Room 4"
    back = SERIES.given(SERIES.put(text))
    (again,) = the(EventRescheduled, back.when(back.put(series()))).what.occurrences
    assert (again.was, again.now) == (moved.now, moved.was)


def test_an_occurrence_that_is_excluded_takes_place_no_more_and_can_come_back() -> None:
    out = SERIES.given(SERIES.put(series("EXDATE;TZID=Europe/London:20261102T100000")))
    (gone,) = the(EventRevised, SERIES.when(SERIES.put(out.state.text.raw))).what.occurrences
    assert (gone.occurrence, gone.now) == (SECOND, None)
    assert gone.was is not None
    assert gone.was.start == SECOND.original
    (back,) = the(EventRevised, out.when(out.put(series()))).what.occurrences
    assert (back.was, back.now) == (None, gone.was)


def test_an_exclusion_written_otherwise_is_no_difference() -> None:
    out = SERIES.given(SERIES.put(series("EXDATE;TZID=Europe/London:20261102T100000")))
    same = series("EXDATE:20261102T100000Z", title="Talk")
    assert the(EventRevised, out.when(out.put(same))).what.occurrences == ()


def test_an_extra_date_comes_and_goes() -> None:
    more = SERIES.given(SERIES.put(series("RDATE;TZID=Europe/London:20261104T090000")))
    (extra,) = the(EventRevised, SERIES.when(SERIES.put(more.state.text.raw))).what.occurrences
    assert extra.was is None
    assert extra.now is not None
    assert extra.now.start == When("20261104T090000", "Europe/London", datetime(2026, 11, 4, 9, tzinfo=UTC))
    (less,) = the(EventRevised, more.when(more.put(series()))).what.occurrences
    assert (less.was, less.now) == (extra.now, None)


def test_a_series_that_moves_as_a_whole_lists_no_plain_occurrence() -> None:
    standing = SERIES.given(SERIES.put(series("EXDATE;TZID=Europe/London:20261102T100000")))
    moved = series("EXDATE;TZID=Europe/London:20261102T110000", start="20261026T110000")
    what = the(EventRescheduled, standing.when(standing.put(moved))).what
    assert what.occurrences == ()
    assert what.was != what.now


def test_other_properties_are_named() -> None:
    text = series(
        "DESCRIPTION:Bring cake",
        "CATEGORIES:FUN",
        "ATTACH:https://example.com/a.pdf",
        "X-MOZ-GENERATION:4",
        "BEGIN:VALARM",
        "ACTION:DISPLAY",
        "TRIGGER:-PT10M",
        "END:VALARM",
    )
    what = the(EventRevised, SERIES.when(SERIES.put(text))).what
    assert what.properties == ("ATTACH", "CATEGORIES", "DESCRIPTION", "VALARM")
    edited = SERIES.given(SERIES.put(text))
    folded = text.replace(b"DESCRIPTION:Bring cake", b"DESCRIPTION:Bring\r\n  cake").replace(b"-PT10M", b"-PT15M")
    assert the(EventRevised, edited.when(edited.put(folded))).what.properties == ("VALARM",)


def test_what_a_stranger_can_blow_up_is_bounded() -> None:
    days = [f"202{year}{month:02}{day:02}" for year in range(7, 9) for month in (1, 3, 5) for day in range(1, 32)]
    many = tuple(override(f"{day}T100000", f"{day}T120000", title="x" * 2000) for day in days)
    extra = [f"X-NOISE-{number}:1" for number in range(200)]
    what = the(EventRescheduled, SERIES.when(SERIES.put(series(*extra, overrides=many, title="y" * 5000)))).what
    assert (len(what.occurrences), what.unlisted) == (MAX_OCCURRENCES, len(days) - MAX_OCCURRENCES)
    assert len(what.properties) == MAX_PROPERTIES
    assert what.now is not None
    assert len(what.now.title) == MAX_TEXT
    assert len(msgspec.msgpack.encode(what)) < 100_000


def test_a_guest_asked_to_many_occurrences_is_told_with_a_few_of_them() -> None:
    guest = ("ORGANIZER:mailto:ann@example.com", f"ATTENDEE:mailto:{EVE}")
    days = [f"202701{day:02}T100000" for day in range(1, 31)]
    text = series("ORGANIZER:mailto:ann@example.com", overrides=tuple(override(day, day, *guest) for day in days))
    invited = the(AttendeeInvited, SERIES.when(SERIES.put(text)))
    assert (len(invited.occurrences), invited.unlisted) == (10, 20)


def test_a_deleted_event_says_what_it_was() -> None:
    assert the(EventDeleted, ALONE.when(ALONE.delete())).was == Details(at(10), at(11), None, "Sync", "", None)
    lone = series().replace(b"RRULE:FREQ=WEEKLY;COUNT=5\r\n", b"RECURRENCE-ID;TZID=Europe/London:20261026T100000\r\n")
    only = Copy(ANN).given(Copy(ANN).put(lone))
    assert the(EventDeleted, only.when(only.delete())).was == Details(None, None, None, "Sync", "", None)


def test_guests_who_come_and_go_have_names_and_occurrences() -> None:
    def people(*names: str) -> list[str]:
        return [
            "ORGANIZER:mailto:ann@example.com",
            *(f"ATTENDEE;CN={name}:mailto:{name}@example.com" for name in names),
        ]

    standing = Copy(ANN).given(Copy(ANN).put(series(*people("bob"))))
    one = series(*people("bob"), overrides=(override("20261102T100000", "20261102T100000", *people("bob", "eve")),))
    decision = standing.when(standing.put(one))
    assert the(AttendeeInvited, decision) == AttendeeInvited(EVE, "eve", (SECOND,))
    both = standing.given(standing.put(one))
    all_of_it = series(
        *people("bob", "eve"), overrides=(override("20261102T100000", "20261102T100000", *people("eve")),)
    )
    decision = both.when(both.put(all_of_it))
    assert the(AttendeeInvited, decision) == AttendeeInvited(EVE, "eve")
    assert the(AttendeeRemoved, decision) == AttendeeRemoved(BOB, "bob", (SECOND,), entirely=False)
    wide = both.given(both.put(all_of_it))
    assert the(AttendeeRemoved, wide.when(wide.put(series(*people("bob"))))) == AttendeeRemoved(EVE, "eve")


def test_an_update_of_an_invitation_says_who_came_went_and_answered() -> None:
    first = INVITED.state
    assert first.details == Details(at(10), at(11), None, "Sync", "", None)
    lines = (BOB, f"ATTENDEE;CN=Eve;PARTSTAT=NEEDS-ACTION:mailto:{EVE}", says(ANN, "ACCEPTED"))
    message = meeting(people=lines, method="REQUEST", sent="20261121T130000Z", title="Talk")
    received = the(InvitationReceived, INVITED.when(INVITED.receive(message)))
    assert received.people.invited == (Guest(EVE, "Eve"),)
    assert received.people.removed == (Guest(CY, None),)
    assert (received.what.was, received.what.now) == (first.details, Details(at(10), at(11), None, "Talk", "", None))


def test_a_quiet_update_says_what_others_answered() -> None:
    message = meeting(people=(BOB, says(CY, "DECLINED")), method="REQUEST", sent="20261121T130000Z")
    received = the(InvitationReceived, INVITED.when(INVITED.receive(message)))
    assert received.only_answers
    (answer,) = received.people.answered
    assert (answer.address, answer.was, answer.now, answer.occurrence) == (CY, "NEEDS-ACTION", "DECLINED", None)


def test_people_in_an_attendees_copy_are_bounded() -> None:
    crowd = tuple(f"guest{number}@example.com" for number in range(200))
    message = meeting(people=(BOB, *crowd), method="REQUEST", sent="20261121T130000Z")
    people = the(InvitationReceived, INVITED.when(INVITED.receive(message))).people
    assert (len(people.invited), people.unlisted) == (MAX_PEOPLE, 200 - MAX_PEOPLE)


def test_the_organizers_name_is_the_senders_else_what_the_text_says() -> None:
    named = meeting(method="REQUEST").replace(b"ORGANIZER:", b"ORGANIZER;CN=Ann A.:")
    assert the(InvitationReceived, Copy(BOB).when(Copy(BOB).receive(named))).organizer_name == "Ann A."
    by_mail = Copy(BOB).receive(named, sender_name="Ann at work")
    assert the(InvitationReceived, Copy(BOB).when(by_mail)).organizer_name == "Ann at work"
    assert the(InvitationReceived, Copy(BOB).when(Copy(BOB).receive(meeting(method="REQUEST")))).organizer_name is None


def test_a_cancellation_says_by_whom_and_of_what() -> None:
    message = meeting("STATUS:CANCELLED", sequence=1, sent="20261121T130005Z", method="CANCEL")
    cancelled = the(EventCancelled, INVITED.when(INVITED.receive(message, sender_name="Ann")))
    assert (cancelled.organizer, cancelled.organizer_name) == (ANN, "Ann")
    assert cancelled.what.now == Details(at(10), at(11), None, "Sync", "", "CANCELLED")


def test_an_answer_says_who_gave_it_instead_of_which() -> None:
    reply = meeting("COMMENT:Late", people=(says(BOB, "ACCEPTED").replace(";", ";CN=Bob;", 1),), method="REPLY")
    given = the(RsvpGiven, ORGANIZED.when(ORGANIZED.receive(reply)))
    assert (given.name, given.was, given.partstat, given.comment) == ("Bob", "NEEDS-ACTION", "ACCEPTED", "Late")
    own = the(RsvpGiven, INVITED.when(INVITED.answer("TENTATIVE", comment="Perhaps")))
    assert (own.was, own.partstat, own.comment, own.occurrence) == ("NEEDS-ACTION", "TENTATIVE", "Perhaps", None)


def test_an_answer_to_an_occurrence_names_it_in_the_zone_of_the_series() -> None:
    asked = series("ORGANIZER:mailto:ann@example.com", f"ATTENDEE;PARTSTAT=NEEDS-ACTION:mailto:{BOB}")
    copy = Copy(BOB).given(Copy(BOB).receive(asked.replace(b"BEGIN:VEVENT", b"METHOD:REQUEST\r\nBEGIN:VEVENT")))
    given = the(RsvpGiven, copy.when(copy.answer("DECLINED", SECOND.recurrence_id)))
    assert (given.recurrence_id, given.occurrence) == (SECOND.recurrence_id, SECOND)


def test_an_answer_of_somebody_who_was_not_asked_says_whose_it_is() -> None:
    reply = meeting(people=(says(EVE, "ACCEPTED"),), method="REPLY")
    aside = the(MessageSetAside, ORGANIZED.when(ORGANIZED.receive(reply, sender_name="Eve")))
    assert [(each.address, each.name, each.now) for each in aside.uninvited] == [(EVE, "Eve", "ACCEPTED")]
    assert aside.summary == "Sync"


def test_a_proposal_says_what_it_would_change() -> None:
    counter = meeting("LOCATION:Cafe", "COMMENT:Rather\\, later", people=(says(BOB, "TENTATIVE"),), hour=15)
    message = counter.replace(b"VERSION:2.0", b"VERSION:2.0\r\nMETHOD:COUNTER")
    decision = ORGANIZED.when(ORGANIZED.receive(message))
    assert kinds(decision) == ["CounterProposed"]
    proposed = the(CounterProposed, decision)
    assert proposed.was == Details(at(10), at(11), None, "Sync", "", None)
    assert proposed.now == Details(at(15), at(16), None, "Sync", "Cafe", None)
    assert (proposed.attendee, proposed.comment) == (BOB, "Rather, later")

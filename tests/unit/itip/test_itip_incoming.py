"""An iTIP message is applied to an attendee's or organizer's copy: RFC 5546 §2.1.5, §3.2; RFC 6638 §4; SPEC B6."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from meeting_texts import (
    ALARM,
    ANN,
    BOB,
    CY,
    DAN,
    EVERYONE,
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
    wire,
)

from support.as_bytes import Applied, apply_answer, read_parts, receive
from televent.ical.itip.parts import is_cancelled
from televent.ical.itip.people import attendees_of
from televent.ical.itip.precedence import Trust
from televent.ical.itip.receiving.called_off import MAX_SHOWN
from televent.ical.itip.receiving.incoming import ledger

BOB_ACCEPTED = (attendee(ANN, "ACCEPTED"), attendee(BOB, "ACCEPTED"), attendee(CY))


def reply(
    stored: bytes, *lines: str, known: Applied | None = None, sequence: int | None = 0, who: str = BOB
) -> Applied:
    """Ann's copy receives an answer: "ACCEPTED", unless *lines* have an ATTENDEE."""
    body = list(lines)
    if not any("ATTENDEE" in each for each in body):
        body.append(attendee(who, "ACCEPTED"))
    if not any(each.startswith("DTSTAMP") for each in body):
        body.append("DTSTAMP:20261110T080000Z")
    numbered = [] if sequence is None else [f"SEQUENCE:{sequence}"]
    rows = ["BEGIN:VEVENT", "UID:weekly@example.com", *numbered, *body, "END:VEVENT", ""]
    message = calendar("\n".join(rows), method="REPLY")
    return receive(stored, message, me=[ANN], now=at(20, 12), known=ledger(known.marks if known is not None else ()))


def test_an_invitation_makes_a_copy_that_waits_for_an_answer() -> None:
    applied = ask(None, series(ALARM))
    assert (applied.change, applied.asks_again, applied.reason) == ("invited", True, None)
    text = unfolded(applied.text or b"")
    assert "METHOD" not in text
    assert "VALARM" not in text
    assert "TRANSP:TRANSPARENT" in text
    assert "BEGIN:VTIMEZONE" in text
    assert applied.marks == ((ANN, None, 0, at(1, 8)),)


def test_the_same_invitation_twice_is_one() -> None:
    first = ask(None, series())
    again = ask(first.text, series(), known=first)
    assert (again.change, again.reason, again.text) == ("nothing", "duplicate", first.text)


def test_an_older_request_changes_nothing() -> None:
    newer = ask(None, stamped(series(sequence=2), 5))
    late = ask(newer.text, stamped(series(sequence=1), 6), known=newer)
    assert (late.change, late.reason, late.text) == ("nothing", "stale", newer.text)
    late = ask(newer.text, stamped(series(sequence=2), 4), known=newer)
    assert late.reason == "stale"


def test_a_new_title_keeps_what_is_the_attendees_own() -> None:
    first = ask(None, series())
    mine = (first.text or b"").replace(
        b"SUMMARY", b"X-MINE:1\r\nCATEGORIES:Work\r\nEXDATE;TZID=Europe/Berlin:20261207T100000\r\nSUMMARY"
    )
    mine = mine.replace(b"END:VEVENT", wire(ALARM) + b"END:VEVENT")
    mine = apply_answer(mine, me=[BOB], partstat="ACCEPTED", recurrence_id=None, now=at(2, 1))
    second = ask(mine, stamped(series().replace("Team Sync", "Team Talk"), 5), known=first)
    assert (second.change, second.asks_again) == ("revised", False)
    text = unfolded(second.text or b"")
    for line in ("X-MINE:1", "CATEGORIES:Work", "EXDATE;TZID=Europe/Berlin:20261207T100000", "TRIGGER:-PT15M"):
        assert line in text
    assert "SUMMARY:Team Talk" in text
    assert partstats(second.text, BOB) == ["ACCEPTED"]


def test_an_update_touches_only_the_lines_that_say_something_else() -> None:
    first = ask(None, series())
    second = ask(first.text, stamped(series().replace("Team Sync", "Team Talk"), 5), known=first)
    was, now = (first.text or b"").splitlines(), (second.text or b"").splitlines()
    assert [(a[:7], b[:7]) for a, b in zip(was, now, strict=True) if a != b] == [
        (b"DTSTAMP", b"DTSTAMP"),
        (b"SUMMARY", b"SUMMARY"),
    ]


def test_another_time_asks_again() -> None:
    first = ask(None, series())
    accepted = apply_answer(first.text or b"", me=[BOB], partstat="ACCEPTED", recurrence_id=None, now=at(2, 1))
    moved = stamped(series(sequence=1).replace("T110000", "T120000"), 5)
    second = ask(accepted, moved, known=first)
    assert (second.change, second.asks_again) == ("rescheduled", True)
    assert partstats(second.text, BOB) == ["NEEDS-ACTION"]


def test_an_answer_that_stands_against_a_higher_sequence_is_told_again() -> None:
    first = ask(None, series())
    accepted = apply_answer(first.text or b"", me=[BOB], partstat="ACCEPTED", recurrence_id=None, now=at(2, 1))
    second = ask(accepted, stamped(series(sequence=1), 5), known=first)
    assert partstats(second.text, BOB) == ["ACCEPTED"]
    assert second.keeps_answer
    assert not second.asks_again


def test_one_occurrence_can_be_moved() -> None:
    first = ask(None, series())
    accepted = apply_answer(first.text or b"", me=[BOB], partstat="ACCEPTED", recurrence_id=None, now=at(2, 1))
    second = ask(accepted, stamped(second_monday(hour=15, sequence=1), 5), known=first)
    assert (second.change, second.recurrence_ids) == ("rescheduled", (SECOND_MONDAY,))
    assert partstats(second.text, BOB) == ["ACCEPTED", "NEEDS-ACTION"]


def test_one_occurrence_named_in_utc_is_the_same_occurrence() -> None:
    first = ask(None, series(), second_monday(hour=12))
    moved = second_monday(hour=15, sequence=1).replace(
        "RECURRENCE-ID;TZID=Europe/Berlin:20261130T100000", "RECURRENCE-ID:20261130T090000Z"
    )
    second = ask(first.text, stamped(moved, 5), known=first)
    assert unfolded(second.text or b"").count("BEGIN:VEVENT") == 2
    assert "DTSTART;TZID=Europe/Berlin:20261130T150000" in unfolded(second.text or b"")


def test_an_invitation_to_one_occurrence_stands_alone_until_the_series_comes() -> None:
    only = ask(None, second_monday())
    assert (only.change, only.recurrence_ids) == ("invited", (SECOND_MONDAY,))
    both = ask(only.text, stamped(series(), 5), stamped(second_monday(), 5), known=only)
    assert unfolded(both.text or b"").count("BEGIN:VEVENT") == 2
    assert unfolded(both.text or b"").count("UID:weekly@example.com") == 2


def test_a_cancelled_occurrence_stays_in_the_copy_as_cancelled() -> None:
    first = ask(None, series())
    gone = stamped(second_monday("STATUS:CANCELLED", sequence=1), 5)
    applied = ask(first.text, gone, known=first, method="CANCEL")
    assert (applied.change, applied.recurrence_ids) == ("occurrence-cancelled", (SECOND_MONDAY,))
    assert "EXDATE" not in unfolded(applied.text or b"")
    parts = read_parts(applied.text or b"")
    assert parts.master is not None
    assert not is_cancelled(parts.master)
    assert is_cancelled(parts.overrides[SECOND_MONDAY])
    assert attendees_of(parts.overrides[SECOND_MONDAY]).keys() == {BOB}


def test_only_so_many_cancelled_occurrences_are_shown() -> None:
    first = ask(None, series().replace(WEEKLY, "RRULE:FREQ=DAILY;COUNT=60"))
    days = [datetime(2026, 11, 23, 9, tzinfo=UTC) + timedelta(days=day) for day in range(60)]
    rids = [f"{day:%Y%m%dT%H%M%SZ}" for day in days]
    one = stamped(second_monday("STATUS:CANCELLED", sequence=1), 5)
    gone = [one.replace("20261130T10", f"{day:%Y%m%d}T10") for day in days]
    applied = ask(first.text, *gone, known=first, method="CANCEL")
    parts = read_parts(applied.text or b"")
    assert parts.master is not None
    assert len(parts.overrides) == MAX_SHOWN
    assert parts.overrides.keys() | parts.moments(parts.master, "EXDATE") == set(rids)


def test_a_cancelled_meeting_does_not_come_back_with_a_late_message() -> None:
    first = ask(None, series())
    off = ask(first.text, stamped(series("STATUS:CANCELLED", sequence=1), 5), known=first, method="CANCEL")
    assert off.change == "cancelled"
    assert "STATUS:CANCELLED" in unfolded(off.text or b"")
    late = ask(off.text, stamped(series().replace("Sync", "Talk"), 4), known=off)
    assert (late.change, late.reason) == ("nothing", "stale")


def test_who_was_removed_can_be_invited_again() -> None:
    first = ask(None, series())
    out = ask(first.text, stamped(series(people=(attendee(BOB),), sequence=1), 5), known=first, method="CANCEL")
    assert out.change == "removed"
    again = ask(out.text, stamped(series(), 6), known=out)
    assert (again.change, again.asks_again) == ("rescheduled", True)
    assert "STATUS:CANCELLED" not in unfolded(again.text or b"")


def test_a_cancellation_that_names_everybody_is_one_for_all() -> None:
    """Thunderbird sends no STATUS:CANCELLED with it."""
    guests = tuple(each for each in EVERYONE if each != attendee(ANN, "ACCEPTED"))
    first = ask(None, series(people=guests))
    for people, change in ((guests, "cancelled"), ((attendee(BOB),), "removed")):
        off = ask(first.text, stamped(series(people=people), 5), known=first, method="CANCEL", trust=Trust.T2)
        assert off.change == change
        assert "STATUS:CANCELLED" in unfolded(off.text or b"")
    # The organizer's own line stays, so somebody is left. Between people here the sender knows.
    for everybody, trust in ((EVERYONE, Trust.T2), (guests, Trust.T3)):
        first = ask(None, series(people=everybody))
        off = ask(first.text, stamped(series(people=guests), 5), known=first, method="CANCEL", trust=trust)
        assert off.change == "removed"


def test_the_rest_of_a_series_can_be_cancelled() -> None:
    first = ask(None, series(), second_monday(hour=12))
    gone = second_monday("STATUS:CANCELLED", sequence=1).replace("RECURRENCE-ID;", "RECURRENCE-ID;RANGE=THISANDFUTURE;")
    applied = ask(first.text, stamped(gone, 5), known=first, method="CANCEL")
    assert "RRULE:FREQ=WEEKLY;UNTIL=20261130T085959Z" in unfolded(applied.text or b"")
    assert unfolded(applied.text or b"").count("BEGIN:VEVENT") == 1


@pytest.mark.parametrize("method", ["REQUEST", "CANCEL"])
def test_another_organizer_changes_nothing(method: str) -> None:
    first = ask(None, series())
    foreign = stamped(series(sequence=3).replace("mailto:ann@", "mailto:eve@"), 5)
    assert ask(first.text, foreign, known=first, method=method).reason == "not-organizer"


def test_nobody_cancels_what_the_owner_organizes() -> None:
    applied = receive(
        calendar(series()), calendar(series("STATUS:CANCELLED", sequence=9), method="CANCEL"), me=[ANN], now=at(20, 12)
    )
    assert applied.reason == "own-event"


def test_a_cancel_of_the_unknown_is_remembered_but_makes_nothing() -> None:
    applied = ask(None, series("STATUS:CANCELLED", sequence=1), method="CANCEL")
    assert (applied.text, applied.change, applied.reason) == (None, "nothing", "unknown-uid")
    assert applied.marks


def test_what_was_declined_and_deleted_is_not_brought_back_by_others_answers() -> None:
    applied = ask(None, series(people=(attendee(ANN), attendee(BOB, "DECLINED"))))
    assert (applied.text, applied.reason) == (None, "declined")


def test_a_reply_counts_for_its_attendee() -> None:
    applied = reply(calendar(series()), attendee(BOB, "ACCEPTED", ";RSVP=TRUE"), "COMMENT:With\\, pleasure")
    assert applied.change == "answered"
    (answer,) = applied.answers
    assert (answer.address, answer.partstat, answer.recurrence_id, answer.comment) == (
        BOB,
        "ACCEPTED",
        None,
        "With, pleasure",
    )
    assert partstats(applied.text, BOB) == ["ACCEPTED"]
    assert "SCHEDULE-STATUS=2.0" in unfolded(applied.text or b"")
    assert "Accepted" not in unfolded(reply(calendar(series()), "SUMMARY:Accepted: x").text or b"")


def test_an_out_of_date_reply_changes_nothing() -> None:
    stored = calendar(series(sequence=2))
    applied = reply(stored, sequence=1)
    assert (applied.change, applied.reason, applied.text) == ("nothing", "stale", stored)


def test_replies_out_of_order_leave_the_later_answer() -> None:
    stored = calendar(series())
    later = reply(stored, attendee(BOB, "DECLINED"), "DTSTAMP:20261112T080000Z")
    earlier = reply(later.text or b"", attendee(BOB, "ACCEPTED"), "DTSTAMP:20261111T080000Z", known=later)
    assert (earlier.reason, partstats(earlier.text, BOB)) == ("stale", ["DECLINED"])
    twice = reply(later.text or b"", attendee(BOB, "DECLINED"), "DTSTAMP:20261112T080000Z", known=later)
    assert twice.reason == "duplicate"


def test_a_reply_needs_neither_organizer_nor_sequence() -> None:
    assert partstats(reply(calendar(series(sequence=3)), sequence=None).text, BOB) == ["ACCEPTED"]


def test_a_reply_to_one_occurrence_makes_its_override() -> None:
    applied = reply(calendar(series()), "RECURRENCE-ID:20261130T090000Z", attendee(BOB, "DECLINED"))
    assert [answer.recurrence_id for answer in applied.answers] == [SECOND_MONDAY]
    text = unfolded(applied.text or b"")
    assert "RECURRENCE-ID;TZID=Europe/Berlin:20261130T100000" in text
    assert "DTEND;TZID=Europe/Berlin:20261130T110000" in text
    assert partstats(applied.text, BOB) == ["NEEDS-ACTION", "DECLINED"]


def test_a_reply_to_the_series_answers_occurrences_that_others_set_apart() -> None:
    """Cy answered one occurrence; Bob's program may not know yet that it has a component of its own."""
    stored = apply_answer(calendar(series()), me=[CY], partstat="DECLINED", recurrence_id=SECOND_MONDAY, now=at(2, 1))
    applied = reply(stored, attendee(BOB, "ACCEPTED"))
    assert partstats(applied.text, BOB) == ["ACCEPTED", "ACCEPTED"]
    assert partstats(applied.text, CY) == ["NEEDS-ACTION", "DECLINED"]


def test_a_reply_to_the_series_leaves_what_was_moved_or_answered_by_itself() -> None:
    moved = reply(calendar(series(), second_monday(hour=14)), attendee(BOB, "ACCEPTED"))
    assert partstats(moved.text, BOB) == ["ACCEPTED", "NEEDS-ACTION"]
    declined = reply(calendar(series()), "RECURRENCE-ID:20261130T090000Z", attendee(BOB, "DECLINED"))
    later = reply(declined.text or b"", attendee(BOB, "ACCEPTED"), "DTSTAMP:20261112T080000Z", known=declined)
    assert partstats(later.text, BOB) == ["ACCEPTED", "DECLINED"]


def test_a_reply_to_an_occurrence_that_does_not_exist_is_dropped() -> None:
    applied = reply(calendar(series()), "RECURRENCE-ID:20261201T090000Z", attendee(BOB, "DECLINED"))
    assert (applied.change, applied.reason) == ("nothing", "no-such-occurrence")


def test_a_party_crasher_is_not_let_in() -> None:
    stored = calendar(series())
    applied = reply(stored, who=DAN)
    assert (applied.text, applied.change, applied.reason) == (stored, "nothing", "party-crasher")
    assert applied.answers[0].address == DAN


def test_a_reply_for_an_unknown_event_is_dropped() -> None:
    message = calendar(event(people=(attendee(BOB, "ACCEPTED"),)), method="REPLY")
    assert receive(None, message, me=[ANN], now=at(20, 12)).reason == "unknown-uid"


def test_a_delegation_is_noted() -> None:
    line = attendee(BOB, "DELEGATED", f';DELEGATED-TO="mailto:{DAN}"')
    applied = reply(calendar(series()), line)
    assert applied.answers[0].delegated_to == DAN
    assert f'DELEGATED-TO="mailto:{DAN}"' in unfolded(applied.text or b"")


def test_a_counter_is_a_proposal_that_leaves_the_text() -> None:
    stored = calendar(series(sequence=1))
    message = calendar(
        event(
            "COMMENT:Later?",
            people=(attendee(BOB, "TENTATIVE"),),
            sequence=1,
            start=":20261123T130000Z",
            end=":20261123T140000Z",
        ),
        method="COUNTER",
    )
    applied = receive(stored, message, me=[ANN], now=at(20, 12))
    assert (applied.change, applied.text) == ("counter", stored)
    (proposal,) = applied.proposals
    assert (proposal.address, proposal.start, proposal.end) == (BOB, at(23, 13), at(23, 14))


def test_a_counter_to_an_older_version_is_outdated() -> None:
    message = calendar(event(people=(attendee(BOB, "TENTATIVE"),)), method="COUNTER")
    applied = receive(calendar(series(sequence=1)), message, me=[ANN], now=at(20, 12))
    assert [each.outdated for each in applied.proposals] == [True]


def test_an_added_instance_joins_the_series() -> None:
    first = ask(None, series())
    extra = event(
        people=EVERYONE,
        sequence=1,
        start=";TZID=Europe/Berlin:20261125T160000",
        end=";TZID=Europe/Berlin:20261125T170000",
    )
    applied = ask(first.text, stamped(extra, 5), known=first, method="ADD")
    assert applied.change == "rescheduled"
    assert "RDATE;TZID=Europe/Berlin:20261125T160000" in unfolded(applied.text or b"")

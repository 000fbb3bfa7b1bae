"""Answers to "this and all following", and answers of a delegate: RFC 5545 §3.2.13; RFC 5546 §3.2.2.3, §3.2.3."""

from __future__ import annotations

import pytest
from meeting_texts import ANN, BOB, CY, DAN, WEEKLY, at, attendee, calendar, partstats, second_monday, series, unfolded

from support.as_bytes import Applied, read_parts, receive
from televent.ical.itip.people import attendees_of
from televent.ical.itip.receiving.delegating import waiting_delegates
from televent.ical.itip.receiving.incoming import ledger

THIRD, FOURTH, FIFTH, SIXTH = (f"202612{day:02}T090000Z" for day in (7, 14, 21, 28))
ACCEPTED = (attendee(ANN, "ACCEPTED"), attendee(BOB, "ACCEPTED"), attendee(CY))


def ranged(partstat: str, day: int = 20, rid: str = "20261207T100000") -> bytes:
    """Bob's answer to the third Monday and all that follow."""
    text = second_monday(people=(attendee(BOB, partstat),)).replace("20261130T100000", rid, 1)
    text = text.replace("RECURRENCE-ID;", "RECURRENCE-ID;RANGE=THISANDFUTURE;").replace("20261130T", f"{rid[:8]}T")
    return calendar(text.replace("DTSTAMP:20261101", f"DTSTAMP:202611{day}"), method="REPLY")


def answered(stored: bytes, message: bytes, *known: Applied) -> Applied:
    marks = [mark for each in known for mark in each.marks]
    return receive(stored, message, me=[ANN], now=at(20, 12), known=ledger(marks), admits=True)


def said(text: bytes | None) -> dict[str | None, str | None]:
    """Bob's answer by occurrence."""
    assert text is not None
    return {rid: attendees_of(each)[BOB].param("PARTSTAT") for rid, each in read_parts(text).items()}


def test_each_occurrence_from_there_on_is_answered() -> None:
    applied = answered(calendar(series(people=ACCEPTED)), ranged("DECLINED"))
    assert applied.change == "answered"
    assert [answer.recurrence_id for answer in applied.answers] == [THIRD]
    assert said(applied.text) == {None: "ACCEPTED"} | dict.fromkeys((THIRD, FOURTH, FIFTH, SIXTH), "DECLINED")
    assert {mark[1] for mark in applied.marks} == {THIRD, FOURTH, FIFTH, SIXTH}


def test_the_same_answer_again_changes_nothing_and_a_later_one_stays() -> None:
    first = answered(calendar(series(people=ACCEPTED)), ranged("DECLINED"))
    assert first.text is not None
    assert answered(first.text, ranged("DECLINED"), first).change == "nothing"
    one = calendar(second_monday(people=(attendee(BOB, "TENTATIVE"),)), method="REPLY")
    one = one.replace(b"20261130T", b"20261214T").replace(b"DTSTAMP:20261101", b"DTSTAMP:20261125")
    second = answered(first.text, one, first)
    assert second.text is not None
    third = answered(second.text, ranged("ACCEPTED", day=22), first, second)
    assert said(third.text) == {None: "ACCEPTED", THIRD: "ACCEPTED", FOURTH: "TENTATIVE"} | dict.fromkeys(
        (FIFTH, SIXTH), "ACCEPTED"
    )


def test_what_is_excluded_or_called_off_is_not_answered() -> None:
    off = second_monday("STATUS:CANCELLED", people=ACCEPTED).replace("20261130T", "20261221T")
    stored = calendar(series("EXDATE;TZID=Europe/Berlin:20261214T100000", people=ACCEPTED), off)
    text = answered(stored, ranged("DECLINED")).text
    assert said(text) == {None: "ACCEPTED", FIFTH: "ACCEPTED", THIRD: "DECLINED", SIXTH: "DECLINED"}


def test_of_a_series_without_end_the_series_is_answered_and_what_was_before_set_apart() -> None:
    endless = calendar(series(people=ACCEPTED).replace(WEEKLY, "RRULE:FREQ=WEEKLY"))
    before = dict.fromkeys(("20261123T090000Z", "20261130T090000Z"), "ACCEPTED")
    assert said(answered(endless, ranged("DECLINED")).text) == {None: "DECLINED", THIRD: "DECLINED"} | before
    # An answer from the first occurrence on is an answer to the series.
    whole = answered(endless, ranged("DECLINED", rid="20261123T100000"))
    assert said(whole.text) == {None: "DECLINED", "20261123T090000Z": "DECLINED"}


@pytest.mark.parametrize("rule", ["FREQ=SECONDLY", "FREQ=MINUTELY;COUNT=9999999", "FREQ=DAILY;BYMONTH=2;BYMONTHDAY=31"])
def test_a_rule_that_runs_away_costs_a_bounded_answer(rule: str) -> None:
    hostile = calendar(series(people=ACCEPTED).replace(WEEKLY, f"RRULE:{rule}"))
    first = calendar(series(people=(attendee(BOB, "DECLINED"),)), method="REPLY").replace(
        b"SUMMARY", b"RECURRENCE-ID;RANGE=THISANDFUTURE;TZID=Europe/Berlin:20261123T100000\r\nSUMMARY"
    )
    applied = answered(hostile, first)
    assert applied.text is not None
    assert len(read_parts(applied.text).overrides) <= 61


def delegated(to: str = DAN, partstat: str = "DELEGATED", who: str = BOB) -> bytes:
    line = attendee(who, partstat, f';DELEGATED-TO="mailto:{to}"' if to else "")
    return calendar(series(people=(line,)).replace("DTSTAMP:20261101", "DTSTAMP:20261120"), method="REPLY")


def test_a_delegate_is_asked_in_the_attendees_place() -> None:
    applied = answered(calendar(series(), second_monday()), delegated())
    assert applied.text is not None
    for _, component in read_parts(applied.text).items():
        people = attendees_of(component)
        assert people[BOB].param("PARTSTAT") == "DELEGATED"
        assert people[BOB].param("DELEGATED-TO") == f"mailto:{DAN}"
        assert (people[DAN].param("PARTSTAT"), people[DAN].param("RSVP")) == ("NEEDS-ACTION", "TRUE")
        assert people[DAN].param("DELEGATED-FROM") == f"mailto:{BOB}"


def test_a_delegate_waits_where_the_organizer_asks_first() -> None:
    stored = calendar(series())
    applied = receive(stored, delegated(), me=[ANN], now=at(20, 12))
    assert applied.text is not None
    assert partstats(applied.text, BOB) == ["DELEGATED"]
    assert f"mailto:{DAN}\n" not in unfolded(applied.text)
    assert waiting_delegates(read_parts(applied.text)) == {DAN: BOB}


def test_who_is_asked_already_is_not_asked_twice() -> None:
    applied = answered(calendar(series()), delegated(CY))
    assert applied.text is not None
    assert unfolded(applied.text).count(f"mailto:{CY}\n") == 1
    assert partstats(applied.text, CY) == ["NEEDS-ACTION"]


@pytest.mark.parametrize("to", [ANN, BOB, "urn:uuid:1", ""])
def test_nobody_delegates_to_the_organizer_to_themselves_or_to_no_address(to: str) -> None:
    applied = answered(calendar(series()), delegated(to))
    assert applied.text is not None
    assert unfolded(applied.text).count("ATTENDEE") == unfolded(calendar(series())).count("ATTENDEE")
    assert partstats(applied.text, BOB) == ["DELEGATED"]


def test_a_delegate_delegates_to_nobody() -> None:
    first = answered(calendar(series()), delegated())
    assert first.text is not None
    second = answered(first.text, delegated("eve@example.com", who=DAN), first)
    assert second.text is not None
    assert partstats(second.text, DAN) == ["DELEGATED"]
    assert "eve@example.com:" not in unfolded(second.text).replace('eve@example.com":', "")


def test_who_comes_after_all_delegates_no_more() -> None:
    first = answered(calendar(series()), delegated())
    assert first.text is not None
    later = delegated("", "ACCEPTED").replace(b"DTSTAMP:20261120", b"DTSTAMP:20261121")
    second = answered(first.text, later, first)
    assert second.text is not None
    assert "DELEGATED-TO" not in unfolded(second.text)

"""A series that now ends earlier, and occurrences that do not exist: RFC 6638 §3.2.8, §3.2.2.1."""

from __future__ import annotations

import pytest
from meeting_texts import ANN, BOB, CY, WEEKLY, at, attendee, calendar, event, second_monday, series, unfolded

from support.as_bytes import mend_attendee_put, organizer_messages, prepare_organizer_put, read_parts, receive
from televent.ical.itip.series import MAX_SPREAD, around, planned

ACCEPTED = (attendee(ANN, "ACCEPTED"), attendee(BOB, "ACCEPTED"), attendee(CY))
DECLINED = (attendee(ANN, "ACCEPTED"), attendee(BOB, "DECLINED"), attendee(CY))
FOURTH, SIXTH, SEVENTH = "20261214T090000Z", "20261228T090000Z", "20270104T090000Z"


def ending(rule: str, people: tuple[str, ...] = ACCEPTED) -> bytes:
    """Ann's series with another rule."""
    return calendar(series(people=people).replace(WEEKLY, f"RRULE:{rule}"))


def reset(old: str, new: str) -> bool:
    """Whether Bob's answer is void when one rule takes the place of another."""
    text = prepare_organizer_put(ending(old), ending(new), me=[ANN])
    return 'CN="Bob";PARTSTAT=ACCEPTED' not in unfolded(text)


@pytest.mark.parametrize(
    ("old", "new", "asks"),
    [
        ("FREQ=WEEKLY;COUNT=6", "FREQ=WEEKLY;UNTIL=20261206T225959Z", False),
        ("FREQ=WEEKLY;COUNT=6", "FREQ=WEEKLY;UNTIL=20261228T090000Z", False),
        ("FREQ=WEEKLY;COUNT=6", "FREQ=WEEKLY;UNTIL=20270104T090000Z", True),
        ("FREQ=WEEKLY;COUNT=6", "FREQ=WEEKLY", True),
        ("FREQ=WEEKLY;UNTIL=20261228T090000Z", "FREQ=WEEKLY;COUNT=6", False),
        ("FREQ=WEEKLY;UNTIL=20261228T090000Z", "FREQ=WEEKLY;COUNT=7", True),
        ("FREQ=WEEKLY", "FREQ=WEEKLY;COUNT=2", False),
        ("FREQ=WEEKLY;COUNT=6", "FREQ=DAILY;UNTIL=20261206T225959Z", True),
        ("FREQ=SECONDLY;COUNT=999999", "FREQ=SECONDLY;UNTIL=20361206T225959Z", True),
    ],
)
def test_only_new_occurrences_make_answers_void(old: str, new: str, asks: bool) -> None:
    assert reset(old, new) is asks


def test_an_answer_to_an_occurrence_beyond_the_end_is_not_put_back() -> None:
    """The client shortened the series before it had read that answer."""
    stored = calendar(series(people=ACCEPTED), second_monday(people=DECLINED))
    text = prepare_organizer_put(stored, ending("FREQ=WEEKLY;UNTIL=20261124T000000Z"), me=[ANN])
    assert "RECURRENCE-ID" not in unfolded(text)
    kept = prepare_organizer_put(stored, ending("FREQ=WEEKLY;UNTIL=20261201T000000Z"), me=[ANN])
    assert "RECURRENCE-ID" in unfolded(kept)


def test_an_override_of_the_attendees_own_goes_with_the_end_of_the_series() -> None:
    copy = calendar(series(people=ACCEPTED), second_monday(people=DECLINED))
    shorter = ending("FREQ=WEEKLY;UNTIL=20261124T000000Z")
    (message,) = [
        each
        for each in organizer_messages(calendar(series(people=ACCEPTED)), shorter, me=[ANN], dtstamp=at(20, 12))
        if each.recipient == BOB
    ]
    applied = receive(copy, message.text, me=[BOB], now=at(20, 12))
    assert applied.text is not None
    assert "RECURRENCE-ID" not in unfolded(applied.text)
    assert not applied.keeps_answer


def test_an_attendee_invents_no_occurrence() -> None:
    stored = calendar(series(people=ACCEPTED))
    real = calendar(series(people=ACCEPTED), second_monday(people=DECLINED))
    assert mend_attendee_put(stored, real, me=[BOB]) is real
    tuesday = second_monday(people=DECLINED).replace("20261130", "20261201")
    assert mend_attendee_put(stored, calendar(series(people=ACCEPTED), tuesday), me=[BOB]) == stored


def test_an_answer_leaves_no_rsvp_in_the_attendees_own_copy() -> None:
    asked = (attendee(ANN), attendee(BOB, extra=";RSVP=TRUE"))
    answered = (attendee(ANN), attendee(BOB, "ACCEPTED", ";RSVP=TRUE"))
    mended = mend_attendee_put(calendar(series(people=asked)), calendar(series(people=answered)), me=[BOB])
    assert "RSVP" not in unfolded(mended)
    as_asked = calendar(series("X-MINE:1", people=asked))
    assert mend_attendee_put(calendar(series(people=asked)), as_asked, me=[BOB]) is as_asked


def test_an_attendee_of_one_occurrence_asked_to_the_series_is_free_until_they_answer() -> None:
    override = second_monday(people=ACCEPTED)
    message = calendar(series(), override, method="REQUEST")
    applied = receive(calendar(override), message, me=[BOB], now=at(20, 12))
    assert applied.text is not None
    parts = read_parts(applied.text)
    assert parts.master is not None
    assert parts.master.value("TRANSP") == "TRANSPARENT"
    assert parts.overrides["20261130T090000Z"].value("TRANSP") is None


def test_what_the_series_has_is_told_from_what_overrides_say() -> None:
    parts = read_parts(calendar(series("EXDATE;TZID=Europe/Berlin:20261214T100000"), second_monday(hour=15)))
    assert [planned(parts, rid) for rid in (FOURTH, SIXTH, SEVENTH, "20261130T090000Z", "20261130")] == [
        True,
        True,
        False,
        True,
        False,
    ]
    earlier, later = around(parts, "20261207T090000Z")
    assert earlier == ["20261123T090000Z", "20261130T090000Z"]
    assert later == ["20261207T090000Z", "20261221T090000Z", SIXTH]


def test_a_series_without_end_has_no_list_of_what_follows() -> None:
    endless = read_parts(ending("FREQ=DAILY"))
    earlier, later = around(endless, "20290101T090000Z")
    assert (len(earlier), later) == (MAX_SPREAD, None)
    # A rule without end costs no more than any other.
    assert around(read_parts(ending("FREQ=SECONDLY")), "20290101T090000Z") == ([], None)


def test_a_single_event_has_no_occurrences() -> None:
    single = read_parts(calendar(event(people=ACCEPTED)))
    assert not planned(single, "20261123T090000Z")

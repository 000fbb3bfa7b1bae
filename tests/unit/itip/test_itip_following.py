"""An answer to an occurrence and all that follow, and notes with an answer: RFC 5546 §3.2.3."""

from __future__ import annotations

import pytest
from meeting_texts import ANN, BOB, SECOND_MONDAY, at, attendee, calendar, series, unfolded

from support.as_bytes import apply_answer, read_parts
from televent.ical.itip.people import attendees_of
from televent.ical.itip.sending.outgoing import attendee_messages
from televent.ical.objects.calendar_text import CalendarText
from televent.ical.text.errors import TooManyInstances


def given(text: bytes) -> dict[str | None, str | None]:
    """Bob's answer by occurrence; None is the series."""
    return {rid: attendees_of(each)[BOB].param("PARTSTAT") for rid, each in read_parts(text).items()}


LATER = [f"202612{day:02}T090000Z" for day in (14, 21, 28)]
"""The fourth Monday and those after it."""


def test_a_tap_for_this_and_all_following_answers_each_of_them() -> None:
    stored = calendar(series(people=(attendee(ANN, "ACCEPTED"), attendee(BOB, "ACCEPTED"))))
    text = apply_answer(stored, me=[BOB], partstat="DECLINED", recurrence_id=LATER[0], now=at(2, 1), following=True)
    assert given(text) == {None: "ACCEPTED"} | dict.fromkeys(LATER, "DECLINED")
    again = apply_answer(text, me=[BOB], partstat="DECLINED", recurrence_id=LATER[0], now=at(2, 2), following=True)
    assert again is text


def test_of_an_endless_series_the_dates_before_keep_their_answer() -> None:
    endless = series(people=(attendee(ANN, "ACCEPTED"), attendee(BOB, "ACCEPTED"))).replace(";COUNT=6", "")
    stored = calendar(endless)
    text = apply_answer(stored, me=[BOB], partstat="DECLINED", recurrence_id=LATER[0], now=at(2, 1), following=True)
    kept = ("20261123T090000Z", SECOND_MONDAY, "20261207T090000Z")
    assert given(text) == {None: "DECLINED"} | dict.fromkeys(kept, "ACCEPTED")
    # The organizer is told both, so that the earlier dates stay accepted there too.
    (reply,) = replies(stored, text)
    assert given(reply) == {None: "DECLINED"} | dict.fromkeys(kept, "ACCEPTED")


@pytest.mark.parametrize("rule", ["FREQ=WEEKLY", "FREQ=DAILY"])
def test_what_the_organizer_cannot_be_told_is_no_answer(rule: str) -> None:
    partstat = "NEEDS-ACTION" if rule == "FREQ=WEEKLY" else "ACCEPTED"
    people = (attendee(ANN, "ACCEPTED"), attendee(BOB, partstat))
    stored = calendar(series(people=people).replace("FREQ=WEEKLY;COUNT=6", rule))
    rid = LATER[0] if rule == "FREQ=WEEKLY" else "20270401T080000Z"
    with pytest.raises(TooManyInstances):
        apply_answer(stored, me=[BOB], partstat="DECLINED", recurrence_id=rid, now=at(2, 1), following=True)
    # Nothing comes before the first date, so it can be answered with all that follow.
    first = apply_answer(
        stored, me=[BOB], partstat="DECLINED", recurrence_id="20261123T090000Z", now=at(2, 1), following=True
    )
    assert given(first)[None] == "DECLINED"


def replies(before: bytes, after: bytes) -> list[bytes]:
    sent = attendee_messages(CalendarText(before), CalendarText(after), me=[BOB], dtstamp=at(3, 1))
    return [each.text for each in sent]


def test_a_note_is_sent_once_and_not_with_the_next_answer() -> None:
    stored = calendar(series("COMMENT:Bring a pen"))
    accepted = apply_answer(stored, me=[BOB], partstat="ACCEPTED", recurrence_id=None, now=at(2, 1))
    (first,) = replies(stored, accepted)
    assert "COMMENT" not in unfolded(first), "it is the organizer's own comment"
    noted = apply_answer(accepted, me=[BOB], partstat="ACCEPTED", recurrence_id=None, now=at(2, 2), comment="Late")
    (second,) = replies(accepted, noted)
    assert "COMMENT:Late" in unfolded(second)
    assert "PARTSTAT=ACCEPTED" in unfolded(second)
    declined = apply_answer(noted, me=[BOB], partstat="DECLINED", recurrence_id=None, now=at(2, 3))
    (third,) = replies(noted, declined)
    assert "COMMENT" not in unfolded(third)

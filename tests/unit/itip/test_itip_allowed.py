"""The changes that an attendee's PUT may make: RFC 6638 §3.2.2.1."""

from __future__ import annotations

import pytest
from meeting_texts import ALARM, ANN, BOB, CY, SECOND_MONDAY, attendee, calendar, second_monday, series, unfolded

from support.as_bytes import mend_attendee_put, role
from televent.ical.itip.precedence import Mark

ACCEPTED = (attendee(ANN, "ACCEPTED"), attendee(BOB, "ACCEPTED"), attendee(CY))
EXDATE = "EXDATE;TZID=Europe/Berlin:20261130T100000"


def mend(stored: bytes, new: bytes) -> bytes:
    return mend_attendee_put(stored, new, me=[BOB])


@pytest.mark.parametrize(
    "new",
    [
        calendar(series(people=ACCEPTED)),
        calendar(series(ALARM, "TRANSP:TRANSPARENT", "X-MINE:1", "CATEGORIES:Work", "COLOR:red", "COMMENT:Hm")),
        calendar(series(EXDATE)),
        calendar(series(), second_monday(people=ACCEPTED)),
        calendar(series().replace("DTSTAMP:20261101T080000Z", "DTSTAMP:20261102T080000Z\nCREATED:20261101T080000Z")),
    ],
    ids=["partstat", "personal", "exdate", "own override", "stamps"],
)
def test_lines_that_an_attendee_may_change_stay_as_put(new: bytes) -> None:
    assert mend(calendar(series()), new) is new


@pytest.mark.parametrize(
    ("was", "put"),
    [
        ("SUMMARY:Team Sync", "SUMMARY:My Sync"),
        ("T110000", "T120000"),
        ("SEQUENCE:0", "SEQUENCE:5"),
        ("COUNT=6", "COUNT=2"),
        ('"Cy";PARTSTAT=NEEDS-ACTION', '"Cy";PARTSTAT=ACCEPTED'),
        ("mailto:ann@example.com\nATT", "mailto:bob@example.com\nATT"),
        ("SUMMARY:", "LOCATION:Elsewhere\nSUMMARY:"),
    ],
)
def test_what_is_the_organizers_is_restored(was: str, put: str) -> None:
    stored = series()
    assert was in stored
    new = calendar(series(people=ACCEPTED).replace(was, put, 1))
    assert unfolded(mend(calendar(stored), new)) == unfolded(calendar(series(people=ACCEPTED)))


def test_an_added_guest_is_taken_off_again() -> None:
    new = calendar(series(people=(*ACCEPTED, attendee("dan@example.com"))))
    assert mend(calendar(series()), new) == calendar(series(people=ACCEPTED))


def test_an_override_that_the_attendee_moved_goes_back_to_its_time_with_its_answer() -> None:
    new = calendar(series(), second_monday(people=ACCEPTED, hour=15, summary="Later"))
    assert mend(calendar(series()), new) == calendar(series(), second_monday(people=ACCEPTED))


def test_an_override_of_the_organizer_comes_back_unless_an_exdate_takes_its_place() -> None:
    stored = calendar(series(), second_monday(hour=12))
    assert unfolded(mend(stored, calendar(series()))).count("BEGIN:VEVENT") == 2
    declined = calendar(series(EXDATE))
    assert mend(stored, declined) is declined


def test_an_exclusion_of_the_organizer_stays_and_one_of_the_attendee_may_go() -> None:
    stored, new = calendar(series(EXDATE)), calendar(series())
    assert EXDATE in unfolded(mend(stored, new))
    known: dict[tuple[str | None, str], Mark] = {(None, ANN): Mark(0, None)}
    assert mend_attendee_put(stored, new, me=[BOB], known=known) is new
    assert EXDATE in unfolded(
        mend_attendee_put(stored, new, me=[BOB], known={**known, (SECOND_MONDAY, ANN): Mark(1, None)})
    )


def test_accepting_makes_the_time_busy() -> None:
    stored = calendar(series("TRANSP:TRANSPARENT"))
    assert "TRANSP:OPAQUE" in unfolded(mend(stored, calendar(series("TRANSP:TRANSPARENT", people=ACCEPTED))))
    intended = "X-MICROSOFT-CDO-INTENDEDSTATUS:FREE"
    free = calendar(series("TRANSP:TRANSPARENT", intended, people=ACCEPTED))
    assert mend(calendar(series("TRANSP:TRANSPARENT", intended)), free) is free


def test_a_role_is_found_without_regard_to_case() -> None:
    text = calendar(series())
    assert role(text, ["MAILTO:Ann@Example.COM"]) == "organizer"
    assert role(text, ["Bob@Example.com"]) == "attendee"
    assert role(text, ["dan@example.com"]) == "none"
    assert role(calendar(series().replace("ORGANIZER", "X-ORGANIZER")), [BOB]) == "none"

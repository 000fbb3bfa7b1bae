"""A guest is told once of each change of one occurrence, with the time before and now."""

from typing import Any

import pytest

from support.town import Person, Town, meeting
from televent.application.conditions import Conditions

WEEKLY = "RRULE:FREQ=WEEKLY;COUNT=4"
SECOND = "20261208T100000Z"
BOB = ("bob@example.com",)


@pytest.fixture
def ann(town: Town) -> Person:
    return town.person("ann")


@pytest.fixture
def bob(town: Town) -> Person:
    return town.person("bob")


def series(*lines: str, hour: int | None = None) -> bytes:
    """The weekly meeting; *hour* moves its second occurrence."""
    text = meeting(WEEKLY, *lines, people=BOB)
    if hour is None:
        return text
    times = (f"DTSTART:20261208T{hour}0000Z", f"DTEND:20261208T{hour + 1}0000Z", f"RECURRENCE-ID:{SECOND}")
    override = meeting(*times, people=BOB)
    override = override[override.index(b"BEGIN:VEVENT") : override.index(b"END:VCALENDAR")]
    return text.replace(b"END:VCALENDAR", override + b"END:VCALENDAR")


def told(town: Town, bob: Person, before: int) -> list[dict[str, Any]]:
    """Bob's cards after the first ones."""
    stream = str(bob.row().stream_id)
    return [each for each in town.owed("invite_notification") if each["stream_id"] == stream][before:]


def test_an_occurrence_that_is_moved_back_is_told_once_with_both_times(town: Town, ann: Person, bob: Person) -> None:
    ann.put(series())
    bob.answer("ACCEPTED")
    ann.put(series(hour=11))
    bob.answer("ACCEPTED", SECOND)
    before = len(told(town, bob, 0))
    ann.put(series())
    (card,) = told(town, bob, before)
    assert card["what"] == "invited"
    news = town.news(bob, after=card["version"] - 1)
    (change,) = news.dates
    assert news.was is None
    assert change.occurrence.recurrence_id == SECOND
    assert change.was is not None
    assert change.now is not None
    assert change.was.start is not None
    assert change.now.start is not None
    assert (change.was.start.local, change.now.start.local) == ("20261208T110000", "20261208T100000")


def test_a_date_that_is_called_off_with_a_new_title_is_told_once(town: Town, ann: Person, bob: Person) -> None:
    ann.put(series())
    bob.answer("ACCEPTED")
    before = len(told(town, bob, 0))
    ann.put(series(f"EXDATE:{SECOND}", "SUMMARY:Fewer"))
    (card,) = told(town, bob, before)
    assert card["what"] == "revised"
    news = town.news(bob, after=card["version"] - 1)
    assert news.was is not None
    assert news.now is not None
    assert (news.was.title, news.now.title) == ("Sync", "Fewer")
    assert [each.occurrence.recurrence_id for each in news.dates] == [SECOND]


def test_who_is_asked_again_without_a_change_is_told_once(town: Town, ann: Person, bob: Person) -> None:
    ann.put(series())
    bob.answer("ACCEPTED")
    before = len(told(town, bob, 0))
    ann.put(series(), conditions=Conditions(if_match=(ann.row().etag,)))
    assert bob.says(bob) == "NEEDS-ACTION"
    (card,) = told(town, bob, before)
    news = town.news(bob, after=card["version"] - 1)
    assert (card["what"], news.asks, news.changed) == ("invited", True, False)

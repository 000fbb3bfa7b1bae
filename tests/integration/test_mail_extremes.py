"""Mails with the first and the last times that can be written: each has a result at its first attempt."""

import psycopg
import pytest

from support.post import PostOffice, itip_mail, message
from support.town import UID, Person, Town, meeting

ZED = "zed@example.net"
THEIRS = "theirs@example.net"
EXTREMES = ("99991231T235959Z", "99991231", "99981230T000000Z", "00010101T000000Z", "00010101", "00010102T000000")

NAMES = ("RECURRENCE-ID", "RECURRENCE-ID;RANGE=THISANDFUTURE", "RECURRENCE-ID;TZID=Europe/London")


@pytest.fixture
def ann(town: Town) -> Person:
    return town.person("ann")


def results(town: Town) -> set[tuple[str, int]]:
    """States and attempts of all mails."""
    with psycopg.connect(town.url) as connection:
        return {(row[0], row[1]) for row in connection.execute("SELECT state, attempts FROM inbound_mail")}


@pytest.mark.parametrize("moment", EXTREMES)
@pytest.mark.parametrize(
    "named", ["RECURRENCE-ID", "RECURRENCE-ID;RANGE=THISANDFUTURE", "RECURRENCE-ID;TZID=Europe/London"]
)
def test_an_answer_for_an_extreme_occurrence(
    town: Town, post: PostOffice, ann: Person, moment: str, named: str
) -> None:
    ann.put(meeting("RRULE:FREQ=DAILY", people=(ZED,)))
    for method in ("REPLY", "COUNTER"):
        lines = (f"ATTENDEE;PARTSTAT=ACCEPTED:mailto:{ZED}", f"{named}:{moment}")
        post.send(itip_mail(message(method, *lines, uid=UID), message_id=method), post.token(ann, ZED, UID))
    assert results(town) <= {("ignored", 1), ("applied", 1), ("parked", 1)}


@pytest.mark.parametrize("moment", EXTREMES)
@pytest.mark.parametrize(
    "named", ["RECURRENCE-ID", "RECURRENCE-ID;RANGE=THISANDFUTURE", "RECURRENCE-ID;TZID=Europe/London"]
)
def test_a_change_at_the_end_of_time(town: Town, post: PostOffice, ann: Person, moment: str, named: str) -> None:
    people = (f"ORGANIZER:mailto:{ZED}", f"ATTENDEE:mailto:{ann.address}")
    first = message("REQUEST", *people, "RRULE:FREQ=DAILY", uid=THEIRS)
    post.send(itip_mail(first, proven=True), ann.address)
    for number, method in enumerate(("CANCEL", "REQUEST", "ADD"), 1):
        text = message(
            method, *people, f"{named}:{moment}", uid=THEIRS, sequence=number, stamp=f"20261122T13000{number}Z"
        )
        post.send(itip_mail(text, proven=True, message_id=f"{number}"), ann.address)
    assert results(town) <= {("ignored", 1), ("applied", 1), ("parked", 1)}

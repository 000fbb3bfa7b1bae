"""Mails with the first and the last times, and with characters that no database stores: each has a result at its first
attempt."""

import psycopg
import pytest

from support.post import PostOffice, itip_mail, message
from support.town import UID, Person, Town, meeting

ZED = "zed@example.net"
THEIRS = "theirs@example.net"
TAKEN = {("ignored", 1), ("applied", 1), ("parked", 1)}
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
@pytest.mark.parametrize("named", NAMES)
def test_an_answer_for_an_extreme_occurrence(
    town: Town, post: PostOffice, ann: Person, moment: str, named: str
) -> None:
    ann.put(meeting("RRULE:FREQ=DAILY", people=(ZED,)))
    for method in ("REPLY", "COUNTER"):
        lines = (f"ATTENDEE;PARTSTAT=ACCEPTED:mailto:{ZED}", f"{named}:{moment}")
        post.send(itip_mail(message(method, *lines, uid=UID), message_id=method), post.token(ann, ZED, UID))
    assert results(town) <= TAKEN


@pytest.mark.parametrize("moment", EXTREMES)
@pytest.mark.parametrize("named", NAMES)
def test_a_change_at_the_end_of_time(town: Town, post: PostOffice, ann: Person, moment: str, named: str) -> None:
    people = (f"ORGANIZER:mailto:{ZED}", f"ATTENDEE:mailto:{ann.address}")
    first = message("REQUEST", *people, "RRULE:FREQ=DAILY", uid=THEIRS)
    post.send(itip_mail(first, proven=True), ann.address)
    for number, method in enumerate(("CANCEL", "REQUEST", "ADD"), 1):
        text = message(
            method, *people, f"{named}:{moment}", uid=THEIRS, sequence=number, stamp=f"20261122T13000{number}Z"
        )
        post.send(itip_mail(text, proven=True, message_id=f"{number}"), ann.address)
    assert results(town) <= TAKEN


UNSTORABLE = ("\0", "\udcff", "\udced\udca0\udc80", "\x1b", "\r")
"""In the form of a header's text: a byte that is not ASCII is a lone surrogate."""


@pytest.mark.parametrize("odd", UNSTORABLE, ids=ascii)
@pytest.mark.parametrize(
    "line",
    [
        "From: Z{}ed <zed@example.net>",
        "From: z{}ed@example.net",
        "From: zed@example.net{}",
        "Message-ID: <{}@example.net>",
        "Authentication-Results: mx.televent.app; dmarc=pass header.from=exam{}ple.net",
    ],
)
def test_a_character_in_a_header_that_cannot_be_stored(
    town: Town, post: PostOffice, ann: Person, line: str, odd: str
) -> None:
    people = (f"ORGANIZER:mailto:{ZED}", f"ATTENDEE:mailto:{ann.address}")
    name = line.partition(":")[0].encode()
    whole = itip_mail(message("REQUEST", *people, uid=THEIRS))
    kept = b"\r\n".join(each for each in whole.split(b"\r\n") if not each.startswith(name))
    post.send(line.format(odd).encode("utf-8", "surrogateescape") + b"\r\n" + kept, ann.address)
    assert results(town) == {("applied", 1)}
    ann.put(meeting(people=(ZED,)))
    answer = message("REPLY", f"ATTENDEE;PARTSTAT=ACCEPTED:mailto:{ZED}", uid=UID)
    kept = b"\r\n".join(each for each in itip_mail(answer).split(b"\r\n") if not each.startswith(name))
    post.send(line.format(odd).encode("utf-8", "surrogateescape") + b"\r\n" + kept, ann.address)
    assert results(town) <= TAKEN


@pytest.mark.parametrize(
    "name", ["=?utf-7?q?+2AA-?=", "=?utf-16?b?2AAAAA==?=", "=?unicode_escape?q?=5Cud800?=", "=?utf-8?q?=00?="]
)
def test_a_name_that_cannot_be_stored(town: Town, post: PostOffice, ann: Person, name: str) -> None:
    people = (f"ORGANIZER:mailto:{ZED}", f"ATTENDEE:mailto:{ann.address}")
    whole = itip_mail(message("REQUEST", *people, uid=THEIRS))
    post.send(
        whole.replace(b"From: zed@", f"From: {name} <zed@".encode()).replace(b"net\r\nTo", b"net>\r\nTo"), ann.address
    )
    assert results(town) == {("applied", 1)}


@pytest.mark.parametrize("odd", UNSTORABLE, ids=ascii)
@pytest.mark.parametrize("method", ["{}", "REQUEST{}", "RE{}QUEST"])
def test_a_method_that_cannot_be_stored(town: Town, post: PostOffice, ann: Person, method: str, odd: str) -> None:
    people = (f"ORGANIZER:mailto:{ZED}", f"ATTENDEE:mailto:{ann.address}")
    text = message("REQUEST", *people, uid=THEIRS).encode()
    given = method.format(odd).encode("utf-8", "surrogateescape")
    head = b"From: zed@example.net\r\nContent-Type: text/calendar; method=%b\r\n\r\n"
    post.send(head % given + text, ann.address)
    post.send(head % given + text.replace(b"METHOD:REQUEST\r\n", b""), ann.address)
    post.send(head % b"REQUEST" + text.replace(b"METHOD:REQUEST", b"METHOD:" + given), ann.address)
    assert results(town) <= TAKEN

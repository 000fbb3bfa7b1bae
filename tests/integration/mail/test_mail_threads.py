"""An answer refers to the mail that asked, so that it stands below it (imip/SPEC A2; RFC 5322 §3.6.4)."""

from datetime import UTC, datetime, timedelta
from email.message import EmailMessage

import pytest

from support.outgoing_mail import send
from support.post import EDGE, OtherServer, PostOffice, itip_mail, message
from support.sent_mail import parse_mail
from support.town import Person, Town
from televent.application.use_cases.scheduling.answer_invitation import answer_invitation
from televent.application.use_cases.scheduling.proposals import propose_time

ZED, OUT = "zed@example.net", "out@example.net"
PROVEN = [("Authentication-Results", f"{EDGE}; dmarc=pass header.from=example.net")]
SERIES = "RRULE:FREQ=DAILY;COUNT=5"
THIRD = "20261203T100000Z"


@pytest.fixture
def bob(town: Town, post: PostOffice) -> Person:
    return town.person("bob")


def asked(*lines: str, sequence: int = 0, minute: int = 0) -> str:
    people = (f"ORGANIZER:mailto:{ZED}", "ATTENDEE;RSVP=TRUE:mailto:bob@example.com")
    return message("REQUEST", *people, *lines, uid=OUT, sequence=sequence, stamp=f"20261121T13{minute:02}00Z")


def take(post: PostOffice, bob: Person, text: str, message_id: str) -> str:
    return post.take(itip_mail(text, message_id=message_id, headers=PROVEN), bob.address).state


def answer(town: Town, other: OtherServer, bob: Person, partstat: str, rid: str | None = None) -> EmailMessage:
    """The mail of an answer."""
    stream = bob.row(OUT).stream_id
    answer_invitation(town.core.backend, bob.context(), stream_id=stream, partstat=partstat, recurrence_id=rid)
    send(town, other)
    mail = parse_mail(other.mails[-1].raw)
    assert mail["In-Reply-To"] == mail["References"]
    return mail


def test_an_answer_refers_to_the_newest_mail_that_asked(
    town: Town, post: PostOffice, other: OtherServer, bob: Person
) -> None:
    assert take(post, bob, asked(), "CAF+Ab=c_9@mail.example.net") == "applied"
    assert answer(town, other, bob, "ACCEPTED")["In-Reply-To"] == "<CAF+Ab=c_9@mail.example.net>"
    town.now += timedelta(minutes=1)
    later = asked(sequence=1, minute=5).replace("T10", "T15").replace("T11", "T16")
    assert take(post, bob, later, "two@mail_1.example.net") == "applied"
    assert answer(town, other, bob, "DECLINED")["In-Reply-To"] == "<two@mail_1.example.net>"
    town.now += timedelta(minutes=1)
    assert take(post, bob, asked(), "stale@example.net") == "ignored"
    assert answer(town, other, bob, "TENTATIVE")["In-Reply-To"] == "<two@mail_1.example.net>"


def test_an_answer_to_one_date_refers_to_the_mail_about_it(
    town: Town, post: PostOffice, other: OtherServer, bob: Person
) -> None:
    take(post, bob, asked(SERIES), "series@example.net")
    town.now += timedelta(minutes=1)
    third = asked(f"RECURRENCE-ID:{THIRD}", minute=5).replace("20261201T1", "20261203T1").replace("T11", "T12")
    assert take(post, bob, third, "third@example.net") == "applied"
    assert answer(town, other, bob, "ACCEPTED", THIRD)["In-Reply-To"] == "<third@example.net>"
    assert answer(town, other, bob, "DECLINED", "20261204T100000Z")["In-Reply-To"] == "<series@example.net>"


def test_a_proposal_refers_to_the_invitation(town: Town, post: PostOffice, other: OtherServer, bob: Person) -> None:
    take(post, bob, asked(), "one@example.net")
    start = datetime(2026, 12, 2, 15, tzinfo=UTC)
    stream = bob.row(OUT).stream_id
    end = start + timedelta(hours=1)
    propose_time(town.core.backend, bob.context(), stream_id=stream, start=start, end=end)
    send(town, other)
    mail = parse_mail(other.mails[-1].raw)
    assert mail["Subject"].startswith("New time proposed")
    assert mail["In-Reply-To"] == "<one@example.net>"


@pytest.mark.parametrize(
    "evil",
    [
        "a@example.net>\r\n <b@example.net", "x@example.net>\tBcc: eve@example.org", "a b@example.net", "no-at-sign",
        "ü@example.net", "a@example.net\x00", "x" * 201 + "@example.net", f"a@{'x' * 256}", "", "=?utf-8?q?a?=@b>c",
    ],
)  # fmt: skip
def test_an_id_that_is_none_is_not_repeated(
    town: Town, post: PostOffice, other: OtherServer, bob: Person, evil: str
) -> None:
    raw = itip_mail(asked(), message_id="good@example.net", headers=PROVEN)
    raw = raw.replace(b"Message-ID: <good@example.net>", f"Message-ID: <{evil}>".encode())
    assert post.take(raw, bob.address).state == "applied"
    mail = answer(town, other, bob, "ACCEPTED")
    assert mail["In-Reply-To"] is None
    assert mail["Bcc"] is None


def test_of_two_ids_none_is_repeated(town: Town, post: PostOffice, other: OtherServer, bob: Person) -> None:
    raw = itip_mail(asked(), message_id="good@example.net", headers=PROVEN)
    post.take(b"Message-ID: <other@example.net>\r\n" + raw, bob.address)
    assert answer(town, other, bob, "ACCEPTED")["In-Reply-To"] is None


def test_a_mail_that_nobody_applied_takes_no_place(
    town: Town, post: PostOffice, other: OtherServer, bob: Person
) -> None:
    take(post, bob, asked(), "one@example.net")
    forged = itip_mail(asked(sequence=1, minute=9).replace("T10", "T15"), message_id="forged@example.org")
    assert post.take(forged, bob.address).state == "parked"
    assert answer(town, other, bob, "ACCEPTED")["In-Reply-To"] == "<one@example.net>"


def test_an_answer_says_the_place(town: Town, post: PostOffice, other: OtherServer, bob: Person) -> None:
    take(post, bob, asked(SERIES, "LOCATION:Room 2"), "one@example.net")
    for rid in (None, THIRD):
        body = answer(town, other, bob, "ACCEPTED" if rid is None else "DECLINED", rid).get_body(("plain",))
        assert body is not None
        assert "Room 2" in body.get_content()

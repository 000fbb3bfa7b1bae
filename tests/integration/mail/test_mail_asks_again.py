"""A part of a meeting that the person does not have: the organizer is asked for the whole one (SPEC B6)."""

from datetime import timedelta

import pytest

from support.mail_cards import without_chat
from support.outgoing_mail import send
from support.post import EDGE, OtherServer, PostOffice, itip_mail, message
from support.sent_mail import parse_mail
from support.town import UID, Person, Town, meeting
from televent.ical.itip.people import address_of, attendees_of
from televent.ical.text.tree import Component, parse

ZED, OUT = "zed@example.net", "out@example.net"
PROVEN = [("Authentication-Results", f"{EDGE}; dmarc=pass header.from=example.net")]


@pytest.fixture
def bob(town: Town, post: PostOffice) -> Person:
    return town.person("bob")


def added(number: int = 0, *, to: str = "bob@example.com", uid: str = OUT, proven: bool = True) -> bytes:
    lines = (f"ORGANIZER;CN=Zed:mailto:{ZED}", f"ATTENDEE;RSVP=TRUE:mailto:{to}")
    text = message("ADD", *lines, uid=uid, sequence=number + 1)
    return itip_mail(text, message_id=f"{number}-{uid}", headers=PROVEN if proven else ())


def asked(other: OtherServer) -> list[Component]:
    """The events of the REFRESHs that left."""
    found = []
    for mail in other.mails:
        parts = [part for part in parse_mail(mail.raw).walk() if part.get_content_type() == "text/calendar"]
        text = parts[0].get_payload(decode=True)
        assert isinstance(text, bytes)
        assert parts[0].get_param("method") == "REFRESH"
        assert mail.recipients == [ZED]
        found.append(parse(text).components("VEVENT")[0])
    return found


def test_the_organizer_is_asked_once_in_an_hour(town: Town, post: PostOffice, other: OtherServer, bob: Person) -> None:
    reasons = [post.take(added(number), bob.address).reason for number in range(3)]
    wanted = "unknown-uid: the organizer is asked for the meeting"
    assert reasons == [wanted, *["unknown-uid: the organizer was asked lately"] * 2]
    assert post.take(added(uid="second@example.net"), bob.address).reason == wanted
    send(town, other)
    first, second = asked(other)
    assert sorted({prop.name for prop in first.properties}) == ["ATTENDEE", "DTSTAMP", "ORGANIZER", "UID"]
    assert (first.value("UID"), second.value("UID")) == (OUT, "second@example.net")
    assert list(attendees_of(first)) == [bob.address]
    organizer = first.get("ORGANIZER")
    assert organizer is not None
    assert address_of(organizer) == ZED
    assert other.mails[0].sender.startswith("bounce+")
    assert parse_mail(other.mails[0].raw)["Subject"] == "Bob asks for a meeting again"
    town.now += timedelta(hours=1)
    assert post.take(added(4), bob.address).reason == wanted


def test_a_plus_address_asks_as_itself(town: Town, post: PostOffice, other: OtherServer, bob: Person) -> None:
    post.take(added(to="bob+work@example.com"), "bob+work@example.com")
    send(town, other)
    assert list(attendees_of(asked(other)[0])) == ["bob+work@example.com"]


def test_nobody_is_asked_for_what_nothing_proves(town: Town, post: PostOffice, other: OtherServer, bob: Person) -> None:
    """Else anybody could make this server write to anybody."""
    verdict = post.take(added(proven=False), bob.address)
    assert (verdict.state, verdict.reason) == ("ignored", "unknown-uid")
    foreign = added().replace(b"From: zed@example.net", b"From: eve@example.net")
    assert post.take(foreign, bob.address).reason == "unknown-uid"
    send(town, other)
    assert other.mails == []


def test_the_mail_is_in_the_language_of_the_person(town: Town, post: PostOffice, other: OtherServer) -> None:
    cy = without_chat(town, "cy", locale="ru")
    post.take(added(to=cy.address), cy.address)
    send(town, other)
    assert "просит прислать встречу" in parse_mail(other.mails[0].raw)["Subject"]


def test_our_own_request_answers_such_a_mail(town: Town, post: PostOffice, other: OtherServer) -> None:
    """The other direction: the guest is sent the meeting as it is."""
    ann = town.person("ann")
    ann.put(meeting(people=(ZED,)))
    send(town, other)
    other.mails.clear()
    text = message("REFRESH", "ORGANIZER:mailto:ann@example.com", f"ATTENDEE:mailto:{ZED}", uid=UID)
    bare = "\r\n".join(line for line in text.split("\r\n") if not line.startswith(("DTSTART", "DTEND", "SUMMARY")))
    for number in range(2):
        post.take(itip_mail(bare, message_id=f"{number}@example.net"), post.token(ann, ZED, UID))
    send(town, other)
    (mail,) = other.mails
    assert mail.recipients == [ZED]
    assert b"Sync" in mail.raw

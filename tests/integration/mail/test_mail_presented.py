"""A mail shows what the event has, in every program: the time, a title, the link of a conference (SPEC A4)."""

from email.message import EmailMessage

import pytest

from support.outgoing_mail import send
from support.post import PostOffice, itip_mail, message, open_other_server
from support.sent_mail import parse_mail
from support.town import Person, Town, meeting
from televent.application.use_cases.scheduling.answer_invitation import answer_invitation

ZED = "zed@example.net"


@pytest.fixture
def ann(town: Town) -> Person:
    return town.person("ann")


def sent(town: Town) -> EmailMessage:
    """The one mail that leaves, whenever it is due within a minute."""
    with open_other_server() as other:
        send(town, other)
        (mail,) = other.mails
    return parse_mail(mail.raw)


def part(mail: EmailMessage, kind: str) -> str:
    (found,) = [each for each in mail.walk() if each.get_content_type() == kind]
    data = found.get_payload(decode=True)
    assert isinstance(data, bytes)
    return data.decode().replace("\r\n ", "")


LINK = "https://meet.example.com/abc?x=1&y=2"


def test_an_invitation_names_the_link_of_its_conference(town: Town, ann: Person) -> None:
    ann.put(meeting(f"CONFERENCE;VALUE=URI;FEATURE=VIDEO:{LINK}", people=(ZED,)))
    mail = sent(town)
    assert f"Join: {LINK}" in part(mail, "text/plain")
    assert "Join: https://meet.example.com/abc?x=1&amp;y=2" in part(mail, "text/html")


def test_no_other_kind_of_link_is_named(town: Town, ann: Person) -> None:
    ann.put(meeting("CONFERENCE;VALUE=URI:javascript:alert(1)", people=(ZED,)))
    assert "Join" not in part(sent(town), "text/plain")


def test_an_invitation_leaves_with_a_zone_and_a_title(town: Town, ann: Person) -> None:
    text = meeting(people=(ZED,)).replace(b"DTSTART:20261201T100000Z", b"DTSTART:20261201T100000")
    text = text.replace(b"DTEND:20261201T110000Z", b"DURATION:PT1H").replace(b"SUMMARY:Sync", b"SUMMARY:")
    ann.put(text)
    found = part(sent(town), "text/calendar")
    assert "\r\nSUMMARY:(no title)\r\n" in found
    assert "DURATION" not in found
    assert "\r\nDTSTART:20261201T100000Z\r\n" in found
    assert "\r\nDTEND:20261201T110000Z\r\n" in found
    assert b"DURATION:PT1H" in ann.text()


def test_an_answer_names_the_place(town: Town, post: PostOffice) -> None:
    bob = town.person("bob")
    lines = (f"ORGANIZER:mailto:{ZED}", f"ATTENDEE;RSVP=TRUE:mailto:{bob.address}", "LOCATION:Room 5")
    post.take(itip_mail(message("REQUEST", *lines, uid="out@example.net")), bob.address)
    row = bob.row("out@example.net")
    answer_invitation(town.core.backend, bob.context(), stream_id=row.stream_id, partstat="ACCEPTED")
    mail = sent(town)
    assert "Location: Room 5" in part(mail, "text/plain")
    assert "\r\nLOCATION:Room 5\r\n" in part(mail, "text/calendar")

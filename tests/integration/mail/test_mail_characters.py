"""RFC 6047 §2.4, RFC 5545 §3.1: the calendar of a mail is mended and never refused for its characters. The copy that
it makes is the same text for GET and for a report."""

import base64

import pytest

from integration.mail.test_mail_mended import OUT, WHOLE
from support.as_bytes import read
from support.post import PostOffice
from support.town import Person, Town
from televent.ical.text.characters import check_characters

TEXT = WHOLE.replace("Lunch\\, at last", "%")
OLD = f"""BEGIN:VCALENDAR
VERSION:1.0
BEGIN:VEVENT
UID:{OUT}
DTSTART:20261201T100000Z
DTEND:20261201T110000Z
SUMMARY;ENCODING=QUOTED-PRINTABLE:T=01e=EF=BF=BFa=7F
ATTENDEE;ROLE=ORGANIZER:Zed <zed@example.net>
ATTENDEE;STATUS=NEEDS ACTION;RSVP=YES:Bob <bob@example.com>
END:VEVENT
END:VCALENDAR
"""
CASES = {
    "control characters": (TEXT.replace("%", "T\x00\x01e\x0ba\x7f").encode(), "utf-8", "Tea"),
    "no characters of XML": (TEXT.replace("%", "T\ufffee\uffffa").encode(), "utf-8", "Tea"),
    "latin-1 as utf-8": (TEXT.replace("%", "Café").encode("latin-1"), "utf-8", "Café"),
    "latin-1": (TEXT.replace("%", "Café").encode("latin-1"), "iso-8859-1", "Café"),
    "utf-16": (TEXT.replace("%", "Café").encode("utf-16"), "utf-16", "Café"),
    "a lone surrogate in utf-7": (TEXT.replace("%", "T+2AA-ea").encode(), "utf-7", "T+2AA-ea"),
    "a fold inside a character": (TEXT.encode().replace(b"%", b"Caf\xc3\n \xa9"), "", "Café"),
}


def take(post: PostOffice, bob: Person, text: bytes, kind: str) -> str:
    """The verdict on a mail with this calendar part, taken in as by the listener."""
    head = (
        f"From: Zed <zed@example.net>\r\nTo: {bob.address}\r\nMessage-ID: <a@example.net>\r\nContent-Type: {kind}\r\n"
    )
    raw = f"{head}Content-Transfer-Encoding: base64\r\n\r\n".encode() + base64.encodebytes(text)
    verdict = post.take(raw, bob.address)
    return f"{verdict.state}: {verdict.reason}"


def summary(bob: Person) -> str:
    check_characters(bob.text(OUT))
    master = read(bob.text(OUT)).master
    assert master is not None
    return master.summary


@pytest.fixture
def bob(town: Town) -> Person:
    return town.person("bob")


@pytest.mark.parametrize("name", CASES)
def test_an_invitation_with_odd_characters_is_in_the_calendar(post: PostOffice, bob: Person, name: str) -> None:
    text, charset, title = CASES[name]
    kind = f"text/calendar; method=REQUEST; charset={charset}" if charset else "text/calendar; method=REQUEST"
    assert take(post, bob, text, kind).startswith("applied: REQUEST new")
    assert summary(bob) == title


def test_an_old_vcalendar_with_odd_characters_is_in_the_calendar(post: PostOffice, bob: Person) -> None:
    assert take(post, bob, OLD.encode(), "text/x-vcalendar").startswith("applied: REQUEST new")
    assert summary(bob) == "Tea"

"""An iTIP message as it is mailed: RFC 5545 §3.1, RFC 6638 §7, imip/SPEC A3 and A4."""

from dataclasses import replace

import pytest

from support.as_bytes import as_attendee, as_organizer
from televent.adapters.email.outgoing.wire import Identity, outside, people_here
from televent.ical.itip.people import address_of, attendees_of
from televent.ical.objects.calendar_text import CalendarText
from televent.ical.text.tree import Component, parse

IDENTITY = Identity(
    name="Ann Önska",
    organizer="rsvp+0123456789abcdef0123456789abcdef@televent.app",
    human="ann@example.com",
    internal_domain="televent.internal",
    mail_domain="televent.app",
)


def message(*lines: str, method: str = "REQUEST") -> bytes:
    rows = ["BEGIN:VCALENDAR", "VERSION:2.0", "PRODID:-//Televent//Calendar 1.0//EN", f"METHOD:{method}"]
    rows += ["BEGIN:VEVENT", "UID:1@example.com", "DTSTAMP:20261121T120000Z", "DTSTART:20261201T100000Z", *lines]
    return ("\r\n".join([*rows, "END:VEVENT", "END:VCALENDAR"]) + "\r\n").encode()


def event(text: bytes) -> Component:
    return parse(text).components("VEVENT")[0]


def test_the_organizer_is_an_address_that_we_receive_for() -> None:
    text = as_organizer(
        message("ORGANIZER;CN=tg:mailto:tg_7@televent.internal", "ATTENDEE:mailto:z@example.net"), IDENTITY
    )
    organizer = event(text).get("ORGANIZER")
    assert organizer is not None
    assert (address_of(organizer), organizer.param("CN")) == (IDENTITY.organizer, "Ann Önska")


def test_the_person_behind_it_stands_among_the_attendees_once() -> None:
    lines = ("ORGANIZER:mailto:tg_7@televent.internal", "ATTENDEE:mailto:z@example.net")
    own = "ATTENDEE;PARTSTAT=ACCEPTED:mailto:tg_7@televent.internal"
    for text in (message(*lines), message(*lines, own)):
        people = attendees_of(event(as_organizer(text, IDENTITY)))
        assert sorted(people) == ["ann@example.com", "z@example.net"]
        assert people["ann@example.com"].param("PARTSTAT") == "ACCEPTED"


@pytest.mark.parametrize(
    "line",
    [
        "ATTENDEE;EMAIL=tg_8@televent.internal:mailto:tg_8@televent.internal",
        'ATTENDEE;DELEGATED-FROM="mailto:tg_8@televent.internal":mailto:z@example.net',
        'ATTENDEE;SENT-BY="mailto:tg_8@Televent.Internal":mailto:z@example.net',
        'ATTENDEE;MEMBER="mailto:tg_8@televent.internal","mailto:all@example.net":mailto:z@example.net',
        "ATTENDEE;CN=tg_8@televent.internal:mailto:z@example.net",
        "ATTENDEE:mailto:somebody@televent.internal",
        "DESCRIPTION:Write to tg_8@televent.internal\\, or to tg_9@TELEVENT.INTERNAL.",
        "CONTACT:" + "x" * 50 + " tg_8@televent.internal",
        "X-ANYTHING;X-P=tg_8@televent.internal:mailto:tg_8@televent.internal",
    ],
)
def test_no_internal_address_leaves(line: str) -> None:
    text = message("ORGANIZER:mailto:tg_7@televent.internal", line)
    for sent in (as_organizer(text, IDENTITY), as_attendee(text, IDENTITY)):
        assert b"televent.internal" not in sent.replace(b"\r\n ", b"").lower()


GUEST = "guest+0123456789abcdef0123456789abcdef@televent.app"
ID = "7e57d004-2b97-4e7a-b45f-5387367791cd"


@pytest.mark.parametrize(
    "private",
    ["tg_8@televent.internal", "8@televent.app", f"{ID}@televent.app", f"urn:uuid:{ID}", f"/caldav/{ID}/"],
)
def test_people_here_are_known_by_an_address_that_names_nobody(private: str) -> None:
    text = CalendarText(message(f"ATTENDEE;CN=Eve:{'mailto:' if '@' in private else ''}{private}"))
    assert people_here(text, "televent.internal", "televent.app", reply=False) == {private}
    identity = replace(IDENTITY, guests={private: GUEST})
    sent = event(as_organizer(text.raw, identity))
    assert set(attendees_of(sent)) == {GUEST}
    assert private not in as_organizer(text.raw, identity).replace(b"\r\n ", b"").decode()


def test_nobodys_address_is_no_address() -> None:
    assert outside("tg_08@televent.internal", IDENTITY) == "noreply@televent.app"
    assert outside("z@example.net", IDENTITY) == "z@example.net"
    assert outside("z@nottelevent.internal", IDENTITY) == "z@nottelevent.internal"
    assert outside("7x@televent.app", IDENTITY) == "7x@televent.app"


def test_an_answer_repeats_the_id_by_which_the_organizer_invited() -> None:
    text = message("ORGANIZER:mailto:zed@example.net", "ATTENDEE:mailto:7@televent.app", method="REPLY")
    assert people_here(CalendarText(text), "televent.internal", "televent.app", reply=True) == frozenset()
    assert set(attendees_of(event(as_attendee(text, IDENTITY)))) == {"7@televent.app"}


def test_an_event_keeps_its_uid() -> None:
    text = message("ORGANIZER:mailto:tg_7@televent.internal").replace(b"UID:1@example.com", b"UID:1@televent.app")
    assert event(as_organizer(text, IDENTITY)).value("UID") == "1@televent.app"


def test_a_reply_goes_as_the_invitation_addressed_it() -> None:
    people = ("ORGANIZER;CN=Zed:mailto:zed@example.net", "ATTENDEE;PARTSTAT=ACCEPTED:mailto:ann@example.com")
    text = message(*people, "SUMMARY:Sync", method="REPLY")
    assert as_attendee(text, IDENTITY) == text


def test_a_clients_long_lines_are_folded() -> None:
    long = ("DESCRIPTION:" + "ö" * 100, "ATTENDEE;CN=" + "z" * 90 + ":mailto:z@example.net")
    sent = as_organizer(message("ORGANIZER:mailto:tg_7@televent.internal", *long), IDENTITY)
    assert max(len(line) for line in sent.split(b"\r\n")) <= 75
    assert event(sent).value("DESCRIPTION") == "ö" * 100
    sent.decode()


def test_the_first_version_says_that_it_is_the_first() -> None:
    lines = ("ORGANIZER:mailto:tg_7@televent.internal", "ATTENDEE:mailto:z@example.net")
    assert event(as_organizer(message(*lines), IDENTITY)).value("SEQUENCE") == "0"
    assert event(as_organizer(message(*lines, "SEQUENCE:3"), IDENTITY)).value("SEQUENCE") == "3"


def test_the_ids_of_attachments_stay_here_and_their_urls_leave() -> None:
    """RFC 8607 §4.3, §3.12.7: on another server it is an unmanaged attachment."""
    line = "ATTACH;MANAGED-ID=1d;FMTTYPE=text/plain;SIZE=3:https://cal.example.com/a/1d/x.txt"
    for sent in (as_organizer(message(line), IDENTITY), as_attendee(message(line), IDENTITY)):
        (attached,) = event(sent).all("ATTACH")
        assert attached.params == (("FMTTYPE", ("text/plain",)), ("SIZE", ("3",)))
        assert attached.value == "https://cal.example.com/a/1d/x.txt"


def test_an_attachment_leaves_with_the_public_url_and_not_with_the_address_at_home() -> None:
    here, elsewhere = "/caldav/7/attachments/1d/x.txt", "https://files.example.net/1d/x.txt"
    lines = (f"ATTACH;MANAGED-ID=1d:http://192.168.1.5:3000{here}", f"ATTACH:{elsewhere}")
    for public_url in ("https://cal.example.com", "https://example.com/cal"):
        sent = as_organizer(message(*lines), replace(IDENTITY, public_url=public_url))
        assert [each.value for each in event(sent).all("ATTACH")] == [public_url + here, elsewhere]
    unknown = as_organizer(message(*lines), IDENTITY)
    assert event(unknown).all("ATTACH")[0].value == f"http://192.168.1.5:3000{here}"

"""An address that a person removed: their meetings stay, and no new one comes by it (ADR 64)."""

import smtplib

import pytest

from support.outgoing_mail import send
from support.post import EDGE, OtherServer, PostOffice, itip_mail, message
from support.sent_mail import parse_mail
from support.town import Person, Town, meeting
from televent.application.use_cases.people.accounts import prefer_address, remove_address, verify_address
from televent.application.use_cases.scheduling.answer_invitation import answer_invitation

ZED, OUT = "zed@example.net", "out@example.net"
OLD, NEW = "bob@example.com", "bob@example.org"
PROVEN = [("Authentication-Results", f"{EDGE}; dmarc=pass header.from=example.net")]


@pytest.fixture
def bob(town: Town, post: PostOffice) -> Person:
    """Bob, with two verified addresses."""
    bob = town.person("bob")
    verify_address(town.core.backend, bob.context(), address=NEW, code=None)
    return bob


def asked(address: str, *, uid: str = OUT, sequence: int = 0, minute: int = 0) -> bytes:
    lines = (f"ORGANIZER;CN=Zed:mailto:{ZED}", f"ATTENDEE;RSVP=TRUE:mailto:{address}")
    text = message("REQUEST", *lines, uid=uid, sequence=sequence, stamp=f"20261121T13{minute:02}00Z")
    return itip_mail(text, message_id=f"{uid}-{sequence}-{address}", headers=PROVEN)


def remove(town: Town, bob: Person, address: str) -> None:
    remove_address(town.core.backend, bob.context(), address=address)


def reply(town: Town, other: OtherServer, bob: Person, partstat: str) -> str:
    """The calendar and the header of the answer that leaves, unfolded."""
    stream = bob.row(OUT).stream_id
    answer_invitation(town.core.backend, bob.context(), stream_id=stream, partstat=partstat)
    send(town, other)
    mail = parse_mail(other.mails[-1].raw)
    (text,) = [part.get_payload(decode=True) for part in mail.walk() if part.get_content_type() == "text/calendar"]
    assert isinstance(text, bytes)
    return f"Reply-To: {mail['Reply-To']}\n{text.decode()}".replace("\r\n ", "")


@pytest.mark.parametrize("invited", [OLD, NEW, "bob+work@example.org"])
def test_an_invitation_to_any_address_is_received_once_and_answered_as_it_was_addressed(
    town: Town, post: PostOffice, other: OtherServer, bob: Person, invited: str
) -> None:
    assert post.take(asked(invited), invited).state == "applied"
    assert post.take(asked(invited), OLD).state == "ignored"
    assert len(bob.rows(OUT)) == 1
    sent = reply(town, other, bob, "ACCEPTED")
    assert f"PARTSTAT=ACCEPTED:mailto:{invited}\r" in sent


def test_a_person_invited_by_two_addresses_has_one_meeting(town: Town, post: PostOffice, bob: Person) -> None:
    lines = (f"ORGANIZER:mailto:{ZED}", f"ATTENDEE:mailto:{OLD}", f"ATTENDEE:mailto:{NEW}")
    for number, address in enumerate((OLD, NEW)):
        raw = itip_mail(message("REQUEST", *lines, uid=OUT), message_id=f"{number}@example.net", headers=PROVEN)
        post.take(raw, address)
    assert [state for state, _ in post.verdicts()].count("applied") == 1
    assert len(bob.rows(OUT)) == 1


def test_a_meeting_of_a_removed_address_is_changed_and_answered_by_it(
    town: Town, post: PostOffice, other: OtherServer, bob: Person
) -> None:
    assert post.take(asked(OLD), OLD).state == "applied"
    remove(town, bob, OLD)
    later = asked(OLD, sequence=1, minute=5)
    assert post.take(later, OLD).state == "applied"
    sent = reply(town, other, bob, "ACCEPTED")
    assert f"PARTSTAT=ACCEPTED:mailto:{OLD}\r" in sent
    assert NEW in sent.partition("\n")[0]
    assert OLD not in sent.partition("\n")[0]


def test_no_new_meeting_comes_by_a_removed_address(town: Town, post: PostOffice, bob: Person) -> None:
    remove(town, bob, OLD)
    for address in (OLD, "bob+work@example.com"):
        verdict = post.take(asked(address), address)
        assert (verdict.state, verdict.reason) == ("ignored", "an address that the person removed")
    assert bob.rows(OUT) == []


def test_an_address_that_somebody_else_verified_is_theirs_alone(town: Town, post: PostOffice, bob: Person) -> None:
    assert post.take(asked(OLD), OLD).state == "applied"
    remove(town, bob, OLD)
    eve = town.person("eve")
    verify_address(town.core.backend, eve.context(), address=OLD, code=None)
    row = town.core.reads.account(bob.tenant)
    assert row is not None
    assert row.former == ()
    before = bob.text(OUT)
    post.take(asked(OLD, sequence=1, minute=5), OLD)
    assert bob.text(OUT) == before
    assert len(eve.rows(OUT)) == 1


def test_an_organizer_here_still_reaches_them(town: Town, post: PostOffice, other: OtherServer, bob: Person) -> None:
    ann = town.person("ann")
    ann.put(meeting(people=(OLD, ZED)))
    town.carry()
    remove(town, bob, OLD)
    ann.put(meeting("DTSTART:20261201T120000Z", "DTEND:20261201T130000Z", people=(OLD, ZED)))
    town.carry()
    assert b"DTSTART:20261201T120000Z" in bob.text()
    ann.put(meeting(people=(OLD, ZED), uid="new@example.com"), "new.ics")
    town.carry()
    send(town, other)
    assert bob.rows("new@example.com") == []
    assert [OLD] in [mail.recipients for mail in other.mails]


def test_the_primary_address_is_the_one_of_the_person(town: Town, post: PostOffice, bob: Person) -> None:
    backend = town.core.backend
    assert prefer_address(backend, bob.context(), address=NEW).addresses == (NEW, OLD)
    remove(town, bob, NEW)
    row = town.core.reads.account(bob.tenant)
    assert row is not None
    assert (row.addresses, row.former) == ((OLD,), (NEW,))
    verify_address(backend, bob.context(), address=NEW, code=None)
    row = town.core.reads.account(bob.tenant)
    assert row is not None
    assert (row.addresses, row.former) == ((OLD, NEW), ())


def test_nobody_signs_in_by_a_removed_address(town: Town, post: PostOffice, bob: Person) -> None:
    remove(town, bob, OLD)
    assert town.core.backend.people.account_of_name(OLD) is None
    with pytest.raises(smtplib.SMTPRecipientsRefused):
        post.send(asked(OLD), "nobody@example.com")

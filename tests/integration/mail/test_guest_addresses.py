"""Guests from Telegram appear to people elsewhere by an address that names nobody, and are found by it (ADR 64)."""

import re
import smtplib
from email.message import EmailMessage
from uuid import uuid4

import pytest

from support.outgoing_mail import send
from support.post import EDGE, OtherServer, PostOffice, itip_mail, message
from support.sent_mail import parse_mail
from support.town import UID, Person, Town, meeting
from televent.application.use_cases.people.accounts import open_account
from televent.application.use_cases.scheduling.answer_invitation import answer_invitation
from televent.application.use_cases.scheduling.proposals import open_proposals
from televent.domain.ids import AccountId
from televent.ical.itip.people import attendees_of
from televent.ical.text.tree import parse

ZED, YAN, OUT = "zed@example.net", "yan@example.net", "out@example.net"
PROVEN = [("Authentication-Results", f"{EDGE}; dmarc=pass header.from=example.net")]
_GUEST = re.compile(r"guest\+[0-9a-f]{32}@televent\.app\Z")


@pytest.fixture
def ann(town: Town) -> Person:
    return town.person("ann")


@pytest.fixture
def bob(town: Town) -> Person:
    return town.person("bob")


def inside(person: Person) -> str:
    row = person.town.core.reads.account(person.tenant)
    assert row is not None
    return f"tg_{row.telegram_id}@televent.internal"


def unaddressed(town: Town) -> Person:
    """A person from Telegram without a verified address."""
    person = Person(town, AccountId(uuid4()), "")
    open_account(town.core.backend, person.context(), telegram_id=7700000008, name="Dan")
    return person


def calendar_of(mail: EmailMessage) -> bytes:
    (text,) = [part.get_payload(decode=True) for part in mail.walk() if part.get_content_type() == "text/calendar"]
    assert isinstance(text, bytes)
    return text


def guests_in(raw: bytes) -> list[str]:
    """The addresses in a mail by which it shows people from Telegram."""
    people = attendees_of(parse(calendar_of(parse_mail(raw))).components("VEVENT")[0])
    return [each for each in people if _GUEST.match(each)]


def address_of_bob(town: Town, other: OtherServer, ann: Person, bob: Person, uid: str = UID) -> str:
    """The address that Zed sees for Bob, after Ann has invited both."""
    ann.put(meeting(people=(ZED, inside(bob)), uid=uid), f"{uid}.ics")
    town.carry()
    send(town, other)
    (guest,) = guests_in(other.mails[-1].raw)
    return guest


def text_to(address: str, text: str = "See you there") -> bytes:
    mail = EmailMessage()
    mail["From"], mail["To"], mail["Subject"], mail["Message-ID"] = ZED, address, "Lunch?", "<t1@example.net>"
    mail.set_content(text)
    return mail.as_bytes()


def test_one_meeting_has_one_address_and_another_meeting_another(
    town: Town, other: OtherServer, ann: Person, bob: Person
) -> None:
    ann.put(meeting(people=(ZED, YAN, inside(bob))))
    send(town, other)
    seen = {guest for mail in other.mails for guest in guests_in(mail.raw)}
    assert len(other.mails) == 2
    assert len(seen) == 1
    ann.put(meeting("DTSTART:20261201T110000Z", "DTEND:20261201T120000Z", people=(ZED, YAN, inside(bob))))
    send(town, other)
    assert {guest for mail in other.mails[2:] for guest in guests_in(mail.raw)} == seen
    assert address_of_bob(town, other, ann, bob, "other@example.com") not in seen


def test_the_answer_of_an_outlook_that_copies_every_line_is_its_senders(
    town: Town, other: OtherServer, ann: Person, bob: Person, post: PostOffice
) -> None:
    guest = address_of_bob(town, other, ann, bob)
    lines = (f"ATTENDEE;PARTSTAT=ACCEPTED:mailto:{guest}", f"ATTENDEE;PARTSTAT=DECLINED:mailto:{ZED}")
    post.take(itip_mail(message("REPLY", *lines, uid=UID)), post.token(ann, ZED, UID))
    assert post.verdicts() == [("applied", "REPLY T3")]
    assert (ann.says(ZED), ann.says(inside(bob))) == ("DECLINED", "NEEDS-ACTION")


def test_a_guests_address_answers_for_nobody(
    town: Town, other: OtherServer, ann: Person, bob: Person, post: PostOffice
) -> None:
    """Every guest elsewhere has read it, so it proves nothing."""
    guest = address_of_bob(town, other, ann, bob)
    text = message("REPLY", f"ATTENDEE;PARTSTAT=DECLINED:mailto:{guest}", uid=UID)
    token = guest.partition("+")[2]
    post.take(itip_mail(text, headers=PROVEN), post.token(ann, ZED, UID))
    assert post.verdicts()[0][0] == "parked"
    for address in (f"rsvp+{token}", f"bounce+{token}"):
        with pytest.raises(smtplib.SMTPRecipientsRefused):
            post.send(itip_mail(text, message_id="two@example.net"), address)
    verdict = post.take(itip_mail(text, headers=PROVEN, message_id="three@example.net"), guest)
    assert (verdict.state, verdict.reason) == ("ignored", "not-organizer")
    assert ann.says(inside(bob)) == "NEEDS-ACTION"


def test_a_proposal_that_lists_everybody_is_its_senders(
    town: Town, other: OtherServer, ann: Person, bob: Person, post: PostOffice
) -> None:
    guest = address_of_bob(town, other, ann, bob)
    lines = (f"ATTENDEE;PARTSTAT=NEEDS-ACTION:mailto:{guest}", f"ATTENDEE;PARTSTAT=TENTATIVE:mailto:{ZED}")
    text = message("COUNTER", "ORGANIZER:mailto:ann@example.com", *lines, uid=UID, stamp="20261121T140000Z")
    post.take(itip_mail(text.replace("T10", "T15").replace("T11", "T16")), post.token(ann, ZED, UID))
    assert post.verdicts() == [("applied", "COUNTER T3")]
    (standing,) = open_proposals(town.core.backend, ann.tenant, ann.row().stream_id)
    assert standing.proposal.attendee == ZED


def test_a_guest_elsewhere_delegates_to_a_person_here(
    town: Town, other: OtherServer, ann: Person, bob: Person, post: PostOffice
) -> None:
    guest = address_of_bob(town, other, ann, bob)
    text = message("REPLY", f'ATTENDEE;PARTSTAT=DELEGATED;DELEGATED-TO="mailto:{guest}":mailto:{ZED}', uid=UID)
    post.take(itip_mail(text), post.token(ann, ZED, UID))
    assert post.verdicts() == [("applied", "REPLY T3")]
    assert ann.says(ZED, name="DELEGATED-TO") == f"mailto:{inside(bob)}"
    assert ann.says(inside(bob), name="DELEGATED-FROM") == f"mailto:{ZED}"


def test_an_address_of_another_meeting_is_no_person_in_this_one(
    town: Town, other: OtherServer, ann: Person, bob: Person, post: PostOffice
) -> None:
    """An organizer must not learn from it who the guest of somebody else's meeting is."""
    cy = town.person("cy")
    guest = address_of_bob(town, other, ann, bob)
    cy.put(meeting(people=(ZED,), organizer=cy.address, uid="cy@example.com"))
    line = f'ATTENDEE;PARTSTAT=DELEGATED;DELEGATED-TO="mailto:{guest}":mailto:{ZED}'
    text = message("REPLY", line, uid="cy@example.com")
    post.take(itip_mail(text), post.token(cy, ZED, "cy@example.com"))
    assert inside(bob).encode() not in cy.text("cy@example.com")


def test_an_invitation_to_the_address_reaches_the_person_and_is_answered_by_it(
    town: Town, post: PostOffice, other: OtherServer, ann: Person, bob: Person
) -> None:
    guest = address_of_bob(town, other, ann, bob)
    lines = (f"ORGANIZER;CN=Zed:mailto:{ZED}", f"ATTENDEE;RSVP=TRUE:mailto:{guest}", f"ATTENDEE:mailto:{YAN}")
    post.take(itip_mail(message("REQUEST", *lines, uid=OUT), headers=PROVEN), guest)
    assert post.verdicts() == [("applied", "REQUEST new")]
    other.mails.clear()
    answer_invitation(town.core.backend, bob.context(), stream_id=bob.row(OUT).stream_id, partstat="ACCEPTED")
    send(town, other)
    (mail,) = other.mails
    assert mail.recipients == [ZED]
    assert guests_in(mail.raw) == [guest]
    assert b"internal" not in calendar_of(parse_mail(mail.raw))


def test_a_text_to_the_address_reaches_the_person(
    town: Town, other: OtherServer, ann: Person, bob: Person, post: PostOffice
) -> None:
    guest = address_of_bob(town, other, ann, bob)
    verdict = post.take(text_to(guest), guest)
    assert verdict.state == "parked"
    (told,) = [each for each in town.owed("telegram_notification") if each["text_key"] == "wrote-to-you"]
    assert told["values"] == {"sender": ZED, "title": "Sync", "subject": "Lunch?", "text": "See you there"}


def test_a_person_who_has_not_come_yet_takes_no_mail(
    town: Town, other: OtherServer, ann: Person, post: PostOffice
) -> None:
    ann.put(meeting(people=(ZED, "tg_7700000009@televent.internal")))
    send(town, other)
    (guest,) = guests_in(other.mails[0].raw)
    with pytest.raises(smtplib.SMTPRecipientsRefused, match="no mail here yet"):
        post.send(text_to(guest), guest)
    with pytest.raises(smtplib.SMTPRecipientsRefused, match="nobody of that name"):
        post.send(text_to(guest), f"guest+{'0' * 32}@televent.app")


def test_an_organizer_without_an_address_has_such_an_address_too(
    town: Town, other: OtherServer, post: PostOffice
) -> None:
    dan = unaddressed(town)
    dan.put(meeting(people=(ZED,), organizer="tg_7700000008@televent.internal"))
    send(town, other)
    (mail,) = other.mails
    assert b"7700000008" not in mail.raw + calendar_of(parse_mail(mail.raw))
    (own,) = guests_in(mail.raw)
    assert post.take(text_to(own), own).state == "parked"


def test_an_id_in_an_address_still_reaches_the_person(town: Town, post: PostOffice, bob: Person) -> None:
    """Mails from before ADR 64 had it."""
    number = inside(bob).partition("@")[0].removeprefix("tg_")
    lines = (f"ORGANIZER;CN=Zed:mailto:{ZED}", f"ATTENDEE;RSVP=TRUE:mailto:{number}@televent.app")
    post.take(itip_mail(message("REQUEST", *lines, uid=OUT), headers=PROVEN), f"{number}@televent.app")
    assert post.verdicts() == [("applied", "REQUEST new")]


def test_a_client_that_copies_such_an_address_is_told_that_no_mail_leaves(
    town: Town, other: OtherServer, ann: Person, bob: Person
) -> None:
    guest = address_of_bob(town, other, ann, bob)
    other.mails.clear()
    ann.put(meeting(people=(guest,), uid="copy@example.com"), "copy.ics")
    send(town, other)
    assert other.mails == []
    line = attendees_of(parse(ann.text("copy@example.com")).components("VEVENT")[0])[guest]
    assert line.param("SCHEDULE-STATUS") == "3.7"

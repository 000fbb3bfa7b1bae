"""Mail that takes a detour, or is written carelessly, is applied all the same (SPEC B3, B5, B6)."""

import smtplib
from datetime import timedelta
from email.message import EmailMessage
from email.policy import SMTP

import pytest

from support.post import EDGE, PostOffice, itip_mail, message, open_other_server, run_on
from support.sent_mail import parse_mail
from support.town import UID, Person, Town, meeting
from televent.adapters.email.outgoing.connections import SmtpRoute
from televent.adapters.email.outgoing.outbound import MailIdentity, MailSender
from televent.adapters.email.outgoing.smtp import SmtpMailer
from televent.application.messages.mail import CalendarReply
from televent.application.use_cases.scheduling.answer_invitation import answer_invitation
from televent.application.use_cases.scheduling.proposals import open_proposals

ZED, OUT = "zed@example.net", "out@example.net"


@pytest.fixture
def bob(town: Town) -> Person:
    return town.person("bob")


def asked(*people: str, method: str = "REQUEST", sequence: int = 0, hour: int = 13) -> str:
    lines = (f"ORGANIZER;CN=Zed:mailto:{ZED}", *(f"ATTENDEE;RSVP=TRUE:mailto:{each}" for each in people))
    return message(method, *lines, uid=OUT, sequence=sequence, stamp=f"20261121T{hour}0000Z")


def reply(town: Town) -> str:
    """The calendar of the one REPLY that leaves by mail, unfolded."""
    with open_other_server() as other:
        identity = MailIdentity("noreply@televent.app", "televent.app", "televent.internal")
        sender = MailSender(
            SmtpMailer(SmtpRoute("127.0.0.1", other.port, tls="none")), town.core.mail_book, identity, lambda: town.now
        )
        (claimed,) = town.core.outbox.claim(town.now + timedelta(minutes=1), kinds=(CalendarReply,))
        run_on(other.loop, sender.handle(claimed))
        town.core.outbox.complete(claimed, town.now)
        (mail,) = other.mails
    assert mail.recipients == [ZED]
    (part,) = [each for each in parse_mail(mail.raw).walk() if each.get_content_type() == "text/calendar"]
    data = part.get_payload(decode=True)
    assert isinstance(data, bytes)
    return data.decode().replace("\r\n ", "")


def answer(town: Town, person: Person, partstat: str) -> None:
    row = person.row(OUT)
    answer_invitation(town.core.backend, person.context(), stream_id=row.stream_id, partstat=partstat)


def test_an_invitation_by_a_list_is_answered_with_the_address_it_came_to(
    town: Town, post: PostOffice, bob: Person
) -> None:
    post.send(itip_mail(asked("team@example.net")), bob.address)
    copy = bob.row(OUT)
    assert copy.text.reading.attendee({bob.address}) is not None
    answer(town, bob, "ACCEPTED")
    text = reply(town)
    assert "ATTENDEE;PARTSTAT=ACCEPTED:mailto:bob@example.com" in text
    assert "team@example.net" not in text

    later = asked("team@example.net", sequence=1, hour=14).replace("T10", "T15").replace("T11", "T16")
    post.send(itip_mail(later, proven=True, message_id="two@example.net"), bob.address)
    assert b"DTSTART:20261201T150000Z" in bob.text(OUT)
    mine = bob.row(OUT).text.reading.attendee({bob.address})
    assert mine is not None
    assert mine.partstat == "NEEDS-ACTION"


def test_a_plus_address_is_its_owners_and_answers_as_it_was_invited(town: Town, post: PostOffice, bob: Person) -> None:
    post.send(itip_mail(asked("bob+work@example.com")), "bob+work@example.com")
    assert post.verdicts() == [("applied", "REQUEST new")]
    answer(town, bob, "DECLINED")
    text = reply(town)
    assert "mailto:bob+work@example.com" in text
    assert "X-TELEVENT" not in text
    assert "mailto:bob@example.com" not in text


def test_a_plus_address_of_nobody_is_refused(town: Town, post: PostOffice, bob: Person) -> None:
    for address in ("eve+work@example.com", "+bob@example.com", "tg_1+x@televent.internal"):
        with pytest.raises(smtplib.SMTPRecipientsRefused):
            post.send(itip_mail(asked()), address)
    assert post.verdicts() == []


def test_an_organizer_gets_no_line_in_a_message_of_their_own(town: Town, post: PostOffice, bob: Person) -> None:
    text = asked("team@example.net").replace(f"mailto:{ZED}", "mailto:bob@example.com")
    verdict = post.take(itip_mail(text), bob.address)
    assert verdict.state == "ignored"
    assert bob.rows(OUT) == []


def proposal(*lines: str, method: str = "COUNTER") -> str:
    text = message(method, "ORGANIZER:mailto:ann@example.com", *lines, uid=UID, stamp="20261121T140000Z")
    return text.replace("T10", "T15").replace("T11", "T16")


GUESTS = (ZED, "yan@example.net")
PROVEN = [("Authentication-Results", f"{EDGE}; dmarc=pass header.from=example.net")]


@pytest.fixture
def ann(town: Town) -> Person:
    ann = town.person("ann")
    ann.put(meeting(people=GUESTS))
    return ann


@pytest.mark.parametrize("partstat", ["ACCEPTED", "NEEDS-ACTION"])
def test_a_counter_that_lists_all_attendees_is_its_proven_senders(
    town: Town, post: PostOffice, ann: Person, partstat: str
) -> None:
    lines = [f"ATTENDEE;PARTSTAT={partstat}:mailto:{GUESTS[1]}", f"ATTENDEE;PARTSTAT=TENTATIVE:mailto:{ZED}"]
    verdict = post.take(itip_mail(proposal(*lines), sender=ZED, headers=PROVEN), ann.address)
    assert (verdict.state, verdict.reason) == ("applied", "COUNTER T2")
    (found,) = open_proposals(town.core.backend, ann.tenant, ann.row().stream_id)
    assert found.proposal.attendee == ZED


def test_a_refresh_that_lists_all_attendees_is_its_proven_senders(town: Town, post: PostOffice, ann: Person) -> None:
    lines = [f"ATTENDEE;PARTSTAT=ACCEPTED:mailto:{GUESTS[1]}", f"ATTENDEE:mailto:{ZED}"]
    verdict = post.take(itip_mail(proposal(*lines, method="REFRESH"), sender=ZED, headers=PROVEN), ann.address)
    assert (verdict.state, verdict.reason) == ("applied", "REFRESH T2")
    assert town.owed("calendar_update")[-1]["recipient"] == ZED


def test_a_counter_of_an_attendee_without_a_partstat_counts(town: Town, post: PostOffice, ann: Person) -> None:
    verdict = post.take(itip_mail(proposal(f"ATTENDEE:mailto:{ZED}"), sender=ZED, headers=PROVEN), ann.address)
    assert (verdict.state, verdict.reason) == ("applied", "COUNTER T2")
    (found,) = open_proposals(town.core.backend, ann.tenant, ann.row().stream_id)
    assert found.proposal.attendee == ZED


def test_a_token_counts_more_than_an_unproven_sender(town: Town, post: PostOffice, ann: Person) -> None:
    lines = [f"ATTENDEE:mailto:{ZED}", f"ATTENDEE:mailto:{GUESTS[1]}"]
    token = post.token(ann, GUESTS[1], UID)
    verdict = post.take(itip_mail(proposal(*lines), sender=ZED), token)
    assert (verdict.state, verdict.reason) == ("applied", "COUNTER T3")
    (found,) = open_proposals(town.core.backend, ann.tenant, ann.row().stream_id)
    assert found.proposal.attendee == GUESTS[1]


def mail_with(*parts: bytes) -> bytes:
    mail = EmailMessage(policy=SMTP)
    mail["From"], mail["To"], mail["Subject"], mail["Message-ID"] = ZED, "bob@example.com", "Sync", "<one@example.net>"
    mail.set_content("See below.\n")
    for part in parts:
        mail.add_attachment(part, maintype="text", subtype="calendar", params={"method": "REQUEST"})
    return mail.as_bytes()


def test_a_broken_first_part_does_not_hide_a_good_second_one(post: PostOffice, bob: Person) -> None:
    broken = b"BEGIN:VCALENDAR\r\nVERSION:2.0\r\nMETHOD:REQUEST\r\nEND:VCALENDAR\r\n"
    verdict = post.take(mail_with(broken, asked(bob.address).encode()), bob.address)
    assert (verdict.state, verdict.reason) == ("applied", "REQUEST new")
    assert len(bob.rows(OUT)) == 1


def test_only_some_broken_parts_are_read(post: PostOffice, bob: Person) -> None:
    broken = b"BEGIN:VCALENDAR\r\nVERSION:2.0\r\nMETHOD:REQUEST\r\nEND:VCALENDAR\r\n"
    verdict = post.take(mail_with(*[broken] * 3, asked(bob.address).encode()), bob.address)
    assert verdict.state == "ignored"
    assert verdict.reason.startswith("unreadable calendar")


@pytest.mark.parametrize("codec", ["utf-16", "utf-16-le", "utf-16-be", "utf-8-sig"])
def test_utf_16_needs_no_label(post: PostOffice, bob: Person, codec: str) -> None:
    text = asked(bob.address).replace("SUMMARY:Sync", "SUMMARY:Плавающее время")
    verdict = post.take(mail_with(text.encode(codec)), bob.address)
    assert (verdict.state, verdict.reason) == ("applied", "REQUEST new")
    assert bob.row(OUT).text.reading.instances()[0].summary == "Плавающее время"


def test_vcalendar_1_is_an_invitation_where_it_says_so(post: PostOffice, bob: Person) -> None:
    lines = ["BEGIN:VCALENDAR", "VERSION:1.0", "METHOD:REQUEST", "BEGIN:VEVENT", f"UID:{OUT}", "SUMMARY:Sync"]
    lines += ["DTSTART:20261201T100000Z", "DTEND:20261201T110000Z", f"ORGANIZER:MAILTO:{ZED}"]
    lines += [f"ATTENDEE;ROLE=ATTENDEE;STATUS=NEEDS ACTION:MAILTO:{bob.address}", "END:VEVENT", "END:VCALENDAR", ""]
    verdict = post.take(mail_with("\r\n".join(lines).encode()), bob.address)
    assert (verdict.state, verdict.reason.partition(";")[0]) == ("applied", "REQUEST new")

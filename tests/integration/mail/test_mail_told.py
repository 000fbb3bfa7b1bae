"""Mail that changes no calendar by itself is told to a person: at most some of one kind in an hour (SPEC B6)."""

from datetime import timedelta
from email.message import EmailMessage
from email.policy import SMTP

import pytest

from support.mail_cards import without_chat
from support.post import OtherServer, PostOffice, itip_mail, message, open_other_server, run_on
from support.sent_mail import parse_mail
from support.town import UID, Person, Town, meeting
from televent.adapters.email.meetings.notices import NoticeMailSender
from televent.adapters.email.outgoing.connections import SmtpRoute
from televent.adapters.email.outgoing.outbound import MailIdentity
from televent.adapters.email.outgoing.smtp import SmtpMailer
from televent.application.use_cases.mail.tell_person import MAX_OFFERS, MAX_WRITTEN

ZED = "zed@example.net"


def text_mail(
    text: str = "Can we meet later?", *headers: tuple[str, str], number: int = 1, rich: bool = False
) -> bytes:
    mail = EmailMessage(policy=SMTP)
    mail["From"], mail["To"], mail["Subject"] = f"Zed <{ZED}>", "ann@example.com", "Re: Sync"
    mail["Message-ID"] = f"<{number}@example.net>"
    for name, value in headers:
        mail[name] = value
    mail.set_content(text, subtype="html" if rich else "plain")
    return mail.as_bytes()


@pytest.fixture
def ann(town: Town) -> Person:
    ann = town.person("ann")
    ann.put(meeting(people=(ZED,)))
    return ann


def route(post: PostOffice, ann: Person) -> str:
    return post.token(ann, ZED, UID)


def test_a_text_to_the_reply_address_is_forwarded_once(town: Town, post: PostOffice, ann: Person) -> None:
    text = "Can we meet later?\r\n\r\n\r\n\r\n<b>Zed\r\n\r\n> Come.\r\n> Now.\r\n"
    for _ in range(2):
        post.take(text_mail(text), route(post, ann))
    assert post.verdicts() == [("parked", "forwarded to the organizer")]
    (told,) = town.owed("telegram_notification")
    assert told["text_key"] == "guest-wrote"
    assert told["values"] == {
        "sender": ZED, "title": "Sync", "subject": "Re: Sync", "text": "Can we meet later?\n\n<b>Zed",
    }  # fmt: skip


def test_html_is_forwarded_as_text_within_bounds(town: Town, post: PostOffice, ann: Person) -> None:
    text = "<style>p {}</style><p>Hello &amp; bye</p><script>evil()</script><p>" + "x" * 10_000 + "</p>"
    post.take(text_mail(text, rich=True), route(post, ann))
    (told,) = town.owed("telegram_notification")
    said = told["values"]["text"]
    assert said.startswith("Hello & bye\nxxx")
    assert said.endswith("…")
    assert len(said) == 1500


@pytest.mark.parametrize(
    "header",
    [("Auto-Submitted", "auto-replied"), ("Precedence", "bulk"), ("List-Id", "<a.example.net>")],
)
def test_an_automatic_text_is_not_forwarded(town: Town, post: PostOffice, ann: Person, header: tuple[str, str]) -> None:
    verdict = post.take(text_mail("I am away.", header), route(post, ann))
    assert (verdict.state, verdict.reason) == ("ignored", "an automatic answer without a calendar")
    assert town.owed("telegram_notification") == []


def test_a_text_to_another_address_is_not_forwarded(town: Town, post: PostOffice, ann: Person) -> None:
    assert post.take(text_mail(), ann.address).reason == "no calendar in it"
    assert town.owed("telegram_notification") == []


def test_some_texts_an_hour_are_forwarded(town: Town, post: PostOffice, ann: Person) -> None:
    told = [post.take(text_mail(number=n), route(post, ann)).reason for n in range(MAX_WRITTEN + 2)]
    assert told == ["forwarded to the organizer"] * MAX_WRITTEN + ["told-lately"] * 2
    town.now += timedelta(hours=1)
    assert post.take(text_mail(number=99), route(post, ann)).reason == "forwarded to the organizer"


def test_some_offers_an_hour_are_made(town: Town, post: PostOffice) -> None:
    bob = town.person("bob")
    reasons = []
    for number in range(MAX_OFFERS + 1):
        text = message("PUBLISH", uid=f"{number}@example.net")
        reasons.append(post.take(itip_mail(text, message_id=f"{number}@example.net"), bob.address).reason)
    assert reasons == ["offered"] * MAX_OFFERS + ["told-lately"]
    assert len(town.owed("calendar_offer")) == MAX_OFFERS


def test_a_bounce_is_told_once_a_day(town: Town, post: PostOffice, ann: Person) -> None:
    bounce = route(post, ann).replace("rsvp", "bounce")
    for number in range(2):
        post.take(report(number), bounce, sender="<>")
    (told,) = town.owed("telegram_notification")
    assert (told["text_key"], told["values"]) == ("guest-undeliverable", {"address": ZED, "title": "Sync"})


def report(number: int) -> bytes:
    lines = [
        "From: MAILER-DAEMON@example.net", f"Subject: Undelivered {number}", f"Message-ID: <r{number}@example.net>",
        "MIME-Version: 1.0", 'Content-Type: multipart/report; report-type=delivery-status; boundary="B"', "",
        "--B", "Content-Type: message/delivery-status", "", f"Final-Recipient: rfc822; {ZED}", "Action: failed",
        "Status: 5.1.1", "", "--B--", "",
    ]  # fmt: skip
    return "\r\n".join(lines).encode()


def sent(town: Town, other: OtherServer) -> list[EmailMessage]:
    """The notices that leave by mail."""
    identity = MailIdentity("noreply@televent.app", "televent.app", "televent.internal")
    mailer = SmtpMailer(SmtpRoute("127.0.0.1", other.port, tls="none"))
    sender = NoticeMailSender(mailer, town.core.backend, identity)
    for each in town.core.outbox.claim(town.now + timedelta(minutes=1), kinds=sender.kinds):
        run_on(other.loop, sender.handle(each))
        town.core.outbox.complete(each, town.now)
    return [parse_mail(each.raw) for each in other.mails]


@pytest.mark.parametrize("locale", ["en", "ru"])
def test_a_person_without_a_chat_is_told_by_mail(town: Town, post: PostOffice, locale: str) -> None:
    cy = without_chat(town, "cy", locale=locale)
    cy.put(meeting(people=(ZED,)).replace(b"ann@example.com", b"cy@example.com"))
    post.take(text_mail("Can we <b> meet?"), route(post, cy))
    post.take(report(1), route(post, cy).replace("rsvp", "bounce"), sender="<>")
    with open_other_server() as other:
        mails = sent(town, other)
    assert len(mails) == 2
    assert {mail["To"].addresses[0].addr_spec for mail in mails} == {cy.address}
    assert {mail["Auto-Submitted"] for mail in mails} == {"auto-generated"}
    bodies = []
    for mail in mails:
        part = mail.get_body(("plain",))
        assert part is not None
        bodies.append(str(part.get_content()))
    for word in ("Can we <b> meet?", "Sync", ZED):
        assert any(word in body for body in bodies)
    assert not any("{" in body for body in bodies)

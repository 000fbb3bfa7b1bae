"""Reports about our own mails: RFC 3464, imip/SPEC B2."""

from datetime import UTC, datetime, timedelta

import pytest

from support.outgoing_mail import send
from support.post import EDGE, OtherServer, PostOffice, itip_mail, message
from support.town import UID, Person, Town, meeting
from televent.application.use_cases.scheduling.answer_invitation import answer_invitation
from televent.application.use_cases.scheduling.proposals import propose_time

ZED = "zed@example.net"


@pytest.fixture
def ann(town: Town) -> Person:
    ann = town.person("ann")
    ann.put(meeting(people=(ZED,)))
    return ann


def report(
    action: str = "failed", *, status: str = "5.1.1", kind: str = "delivery-status", returned: str = ""
) -> bytes:
    """A delivery status notification as Postfix writes it."""
    lines = [
        "From: MAILER-DAEMON@example.net",
        "Subject: Undelivered Mail Returned to Sender",
        "Message-ID: <report@example.net>",
        "Auto-Submitted: auto-replied",
        "MIME-Version: 1.0",
        f'Content-Type: multipart/report; report-type={kind}; boundary="B"',
        "",
        "--B",
        "Content-Type: text/plain",
        "",
        "This is the mail system.",
        "",
        "--B",
        f"Content-Type: message/{kind}",
        "",
        "Reporting-MTA: dns; mx.example.net",
        "",
        f"Final-Recipient: rfc822; {ZED}",
        f"Action: {action}",
        f"Status: {status}",
        "",
        "--B",
        "Content-Type: message/rfc822",
        "",
        returned or "Subject: Invitation\r\n\r\nCome.",
        "",
        "--B--",
        "",
    ]
    return "\r\n".join(lines).encode()


def test_a_failed_delivery_shows_in_the_organizers_copy(post: PostOffice, ann: Person) -> None:
    etag = ann.row().etag
    post.send(report(), post.token(ann, ZED, UID).replace("rsvp", "bounce"), sender="<>")
    assert post.verdicts() == [("applied", "undeliverable")]
    assert ann.says(ZED, name="SCHEDULE-STATUS") == "5.1"
    assert ann.row().etag != etag


def test_a_delivery_that_is_only_late_says_nothing(post: PostOffice, ann: Person) -> None:
    for action in ("delayed", "relayed", "delivered"):
        mail = report(action, status="4.4.1", returned=f"Subject: {action}\r\n\r\nCome.")
        post.send(mail, post.token(ann, ZED, UID).replace("rsvp", "bounce"), sender="<>")
    assert {reason for _, reason in post.verdicts()} == {"a report of no failure"}
    assert ann.says(ZED, name="SCHEDULE-STATUS") == "1.1"


def test_who_is_away_is_not_undeliverable(post: PostOffice, ann: Person) -> None:
    away = b"From: zed@example.net\r\nAuto-Submitted: auto-replied\r\nSubject: Away\r\n\r\nI am away.\r\n"
    post.send(away, post.token(ann, ZED, UID).replace("rsvp", "bounce"), sender="<>")
    post.send(away.replace(b"Away", b"Out"), post.token(ann, ZED, UID))
    assert {state for state, _ in post.verdicts()} == {"ignored"}
    assert ann.says(ZED, name="SCHEDULE-STATUS") == "1.1"


def test_a_read_receipt_says_nothing(post: PostOffice, ann: Person) -> None:
    post.send(report(kind="disposition-notification"), post.token(ann, ZED, UID))
    assert post.verdicts() == [("ignored", "a report of no failure")]


def test_the_meeting_is_known_by_what_was_returned(post: PostOffice, ann: Person) -> None:
    token = post.token(ann, ZED, UID)
    returned = f"Return-Path: <{token.replace('rsvp', 'bounce')}>\r\nSubject: Invitation\r\n\r\nCome."
    post.send(report(returned=returned), ann.address, sender="<>")
    assert ann.says(ZED, name="SCHEDULE-STATUS") == "5.1"


def test_a_token_at_another_domain_is_not_ours(post: PostOffice, ann: Person) -> None:
    token = post.token(ann, ZED, UID).replace("televent.app", "example.org")
    post.send(report(returned=f"Return-Path: <{token}>\r\n\r\nx"), ann.address, sender="<>")
    assert post.verdicts() == [("ignored", "a report about nothing of ours")]


def test_a_calendar_in_a_report_is_no_message(post: PostOffice, ann: Person) -> None:
    answer = itip_mail(message("REPLY", f"ATTENDEE;PARTSTAT=ACCEPTED:mailto:{ZED}", uid=UID)).decode()
    post.send(report(returned=answer), post.token(ann, ZED, UID), sender="<>")
    assert ann.says(ZED) == "NEEDS-ACTION"
    # An answer with an empty envelope sender does not count either.
    post.send(answer.encode(), post.token(ann, ZED, UID), sender="<>")
    assert ann.says(ZED) == "NEEDS-ACTION"


def test_our_own_mail_that_comes_back_is_no_message(post: PostOffice, ann: Person) -> None:
    answer = message("REPLY", f"ATTENDEE;PARTSTAT=ACCEPTED:mailto:{ZED}", uid=UID)
    post.send(itip_mail(answer, message_id="abc@televent.app"), post.token(ann, ZED, UID))
    assert post.verdicts() == [("ignored", "our own mail")]
    assert ann.says(ZED) == "NEEDS-ACTION"


PROVEN = [("Authentication-Results", f"{EDGE}; dmarc=pass header.from=example.net")]


@pytest.mark.parametrize("kind", ["answer", "proposal", "refresh"])
def test_the_bounce_of_an_attendees_mail_is_told_to_the_attendee_once(
    town: Town, post: PostOffice, other: OtherServer, kind: str
) -> None:
    bob = town.person("bob")
    people = (f"ORGANIZER:mailto:{ZED}", "ATTENDEE;RSVP=TRUE:mailto:bob@example.com")
    post.take(itip_mail(message("REQUEST", *people, uid=UID), headers=PROVEN), bob.address)
    stream = bob.row().stream_id
    if kind == "answer":
        answer_invitation(town.core.backend, bob.context(), stream_id=stream, partstat="ACCEPTED")
    elif kind == "proposal":
        start = datetime(2026, 12, 2, 15, tzinfo=UTC)
        end = start + timedelta(hours=1)
        propose_time(town.core.backend, bob.context(), stream_id=stream, start=start, end=end)
    else:
        text = message("ADD", *people, uid="other@example.net", sequence=1)
        post.take(itip_mail(text, message_id="two@example.net", headers=PROVEN), bob.address)
    send(town, other)
    (mail,) = other.mails
    for number in range(2):
        post.take(report(returned=f"Subject: {number}\r\n\r\nCome."), mail.sender, sender="<>")
    told = [each["values"] for each in town.owed("telegram_notification") if each["text_key"] == "guest-undeliverable"]
    if kind == "refresh":
        # There is no meeting that the person could be told of.
        assert told == []
        assert ("ignored", "the event is gone") in post.verdicts()
    else:
        assert told == [{"address": ZED, "title": "Sync"}]
        assert bob.organizer("SCHEDULE-STATUS") == "5.1"

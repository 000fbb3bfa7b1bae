"""Mail to postmaster and abuse is accepted, kept and forwarded, and makes no loop (RFC 5321 §4.5.1, RFC 2142 §4)."""

import json
import smtplib
from collections.abc import Iterator
from datetime import timedelta

import psycopg
import pytest
from click.testing import CliRunner

from support.post import OtherServer, PostOffice, itip_mail, message, open_other_server, open_post_office, run_on
from support.sent_mail import parse_mail
from support.town import UID, Town, meeting
from support.waiting import NET
from televent.adapters.email.incoming.intake import MAX_OPERATOR_MAILS
from televent.adapters.email.incoming.recipients import TOO_MANY
from televent.adapters.email.outgoing.connections import SmtpRoute
from televent.adapters.email.outgoing.outbound import MailIdentity, MailSender
from televent.adapters.email.outgoing.smtp import SmtpMailer
from televent.cli import cli
from televent.settings import SettingsError, load_settings

ABUSE = b"From: zed@example.net\r\nMessage-ID: <1@example.net>\r\nSubject: Abuse\r\n\r\nStop it.\r\n"
OPERATOR = "operator@example.org"


@pytest.fixture
def other() -> Iterator[OtherServer]:
    with open_other_server() as other:
        yield other


@pytest.fixture
def post(town: Town) -> Iterator[PostOffice]:
    with open_post_office(town, operator=OPERATOR) as post:
        yield post


def forward(town: Town, other: OtherServer) -> None:
    """Sends the pending mails to the operator, as a worker does."""
    identity = MailIdentity("noreply@televent.app", "televent.app", "televent.internal")
    sender = MailSender(
        SmtpMailer(SmtpRoute("127.0.0.1", other.port, tls="none")), town.core.mail_book, identity, lambda: town.now
    )
    for each in town.core.outbox.claim(town.now + timedelta(minutes=1), kinds=MailSender.kinds):
        run_on(other.loop, sender.handle(each))
        town.core.outbox.complete(each, town.now)


@pytest.mark.parametrize("address", ["postmaster", "Postmaster", "POSTMASTER@televent.app", "abuse@Televent.App"])
def test_the_operators_addresses_are_taken_and_kept(town: Town, post: PostOffice, address: str) -> None:
    post.send(ABUSE, address)
    assert post.verdicts() == [("parked", "for the operator")]
    ((key, _, sender, recipients),) = town.core.mail_book.operator_list(10)
    assert (sender, recipients) == ("zed@example.net", [address])
    assert town.core.mail_book.raw(key) == ABUSE


@pytest.mark.parametrize("address", ["abuse", "postmaster@televent.internal", "postmaster@example.net"])
def test_other_addresses_are_not_the_operators(post: PostOffice, address: str) -> None:
    with pytest.raises(smtplib.SMTPRecipientsRefused):
        post.send(ABUSE, address)


def test_a_mail_is_forwarded_once_and_as_a_file(town: Town, post: PostOffice, other: OtherServer) -> None:
    hostile = ABUSE.replace(b"Subject: Abuse", b"Subject: =?utf-8?q?a=0d=0aBcc:_x@evil.example?=")
    post.send(hostile, "abuse@televent.app")
    post.send(hostile, "abuse@televent.app")
    forward(town, other)
    (received,) = other.mails
    assert (received.sender, received.recipients) == ("<>", [OPERATOR])
    mail = parse_mail(received.raw)
    assert (mail["Subject"], mail["Auto-Submitted"], mail["Bcc"]) == (
        "A mail to postmaster or abuse at televent.app",
        "auto-generated",
        None,
    )
    (attached,) = [part for part in mail.walk() if part.get_filename() == "mail.eml"]
    assert attached.get_payload(decode=True) == hostile


def test_a_mail_of_ours_that_comes_back_is_kept_and_not_forwarded(
    town: Town, post: PostOffice, other: OtherServer
) -> None:
    post.send(ABUSE, "abuse@televent.app")
    forward(town, other)
    post.send(other.mails[0].raw, "postmaster@televent.app", sender="<>")
    assert [state for state, _ in post.verdicts()] == ["parked"] * 2
    assert len(town.core.mail_book.operator_list(10)) == 2
    assert town.owed("operator_mail") == []


def test_a_report_to_the_postmaster_does_not_vanish(town: Town, post: PostOffice) -> None:
    report = b"Content-Type: multipart/report; boundary=B\r\n\r\n--B\r\n\r\nUndeliverable\r\n--B--\r\n"
    post.send(report, "postmaster@televent.app", sender="<>")
    assert post.verdicts() == [("parked", "for the operator")]


def test_the_other_recipients_get_their_mail(town: Town, post: PostOffice) -> None:
    ann = town.person("ann")
    ann.put(meeting(people=("zed@example.net",)))
    answer = message("REPLY", "ATTENDEE;PARTSTAT=ACCEPTED:mailto:zed@example.net", uid=UID)
    post.send(itip_mail(answer), post.token(ann, "zed@example.net", UID), "abuse@televent.app")
    assert post.verdicts() == [("applied", "REPLY T3; for the operator")]
    assert len(town.owed("operator_mail")) == 1


def test_too_many_in_a_day_wait_outside(town: Town, post: PostOffice) -> None:
    with psycopg.connect(town.url) as connection:
        connection.execute(
            "INSERT INTO inbound_mail"
            " (mail_key, envelope_from, recipients, raw, received_at, state, for_operator, verdict)"
            " SELECT number::text, '', '{abuse@televent.app}', '', %s, 'parked', true, 'for the operator'"
            " FROM generate_series(1, %s) AS number",
            (town.now, MAX_OPERATOR_MAILS),
        )
    with smtplib.SMTP("127.0.0.1", post.port, timeout=NET) as client:
        client.ehlo()
        client.mail("zed@example.net")
        assert client.rcpt("abuse@televent.app")[0] == 452
    assert town.core.mail_book.sweep_operator_mails(town.now + timedelta(seconds=1)) == MAX_OPERATOR_MAILS
    post.send(ABUSE, "abuse@televent.app")
    assert post.verdict() == "parked"


def test_mails_that_are_not_processed_yet_count(town: Town, post: PostOffice) -> None:
    """Many connections name the operator before the first of their mails is stored."""
    book = town.core.mail_book
    for number in range(MAX_OPERATOR_MAILS):
        assert post.intake.keep(f"{number}", "", ["abuse@televent.app"], ABUSE) is None
        assert book.operator_mails(town.now - timedelta(days=1)) == number + 1
    assert post.intake.keep("more", "", ["abuse@televent.app"], ABUSE) == TOO_MANY
    assert book.raw("more") is None


def test_a_mail_that_was_for_another_person_too_is_not_deleted(town: Town, post: PostOffice) -> None:
    ann = town.person("ann")
    post.send(ABUSE, "abuse@televent.app", ann.address)
    post.send(ABUSE, "abuse@televent.app")
    assert town.core.mail_book.sweep_operator_mails(town.now + timedelta(seconds=1)) == 1
    assert [reason for _, reason in post.verdicts()] == ["no calendar in it; for the operator"]


def test_without_an_address_to_forward_to_it_is_kept(town: Town, other: OtherServer) -> None:
    with open_post_office(town) as post:
        post.send(ABUSE, "abuse@televent.app")
    assert len(town.core.mail_book.operator_list(10)) == 1
    assert town.owed("operator_mail") == []


def test_the_operator_sees_them_by_the_command_and_doctor_counts_them(
    town: Town, post: PostOffice, monkeypatch: pytest.MonkeyPatch
) -> None:
    post.send(ABUSE.replace(b"Stop it.", b"Stop\x1b[2J it."), "abuse@televent.app")
    monkeypatch.setenv("DATABASE_URL", town.url)
    run = CliRunner()
    listed = run.invoke(cli, ["postmaster", "list", "--json"])
    (found,) = json.loads(listed.stdout)
    assert (found["sender"], found["recipients"]) == ("zed@example.net", ["abuse@televent.app"])
    shown = run.invoke(cli, ["postmaster", "show", found["key"][:16]])
    assert "Stop\\x1b[2J it." in shown.output
    assert "1 mails to postmaster or abuse" in run.invoke(cli, ["doctor"]).output
    assert run.invoke(cli, ["postmaster", "show", "ffff"]).exit_code != 0


@pytest.mark.parametrize("address", ["operator", "operator@televent.app", "operator@Televent.Internal"])
def test_mail_is_not_forwarded_to_ourselves(address: str) -> None:
    with pytest.raises(SettingsError, match="MAIL_OPERATOR"):
        load_settings(mail_operator=address)

"""The listener on a real socket: its recipients, its limits, and that accepted mail is never lost."""

import smtplib
import socket
from typing import Literal

import psycopg
import pytest

from support.outages import failing
from support.post import PostOffice, itip_mail, message, open_post_office
from support.town import UID, Person, Town, meeting
from support.waiting import NET, wait_until
from televent.adapters.email.connection import MAX_FROM_ONE
from televent.adapters.email.doors.keys import mail_key
from televent.adapters.email.listener import MAX_RECIPIENTS
from televent.adapters.email.reading.bounds import MAX_MAIL

ZED = "zed@example.net"


@pytest.fixture
def ann(town: Town) -> Person:
    return town.person("ann")


def client(post: PostOffice) -> smtplib.SMTP:
    return smtplib.SMTP("127.0.0.1", post.port, timeout=NET)


def answer_to(post: PostOffice, address: str) -> tuple[int, str]:
    """The answer to RCPT."""
    with client(post) as smtp:
        smtp.ehlo()
        smtp.mail(ZED)
        code, text = smtp.rcpt(address)
        return code, text.decode()


def test_mail_for_people_here_is_taken(town: Town, post: PostOffice, ann: Person) -> None:
    account = town.core.reads.account(ann.tenant)
    assert account is not None
    token = post.token(ann, ZED, UID)
    for address in (
        "ann@example.com",
        "Ann@Example.COM",
        f"{account.telegram_id}@televent.app",
        f"{ann.tenant}@televent.app",
        token,
        token.replace("rsvp", "bounce"),
    ):
        assert answer_to(post, address) == (250, "2.1.5 OK"), address


def test_nothing_is_relayed(post: PostOffice, ann: Person) -> None:
    for address in (ZED, "ann@example.org", "zed%example.net@mail.example.net", f'"{ann.address}"@example.net'):
        code, text = answer_to(post, address)
        assert (code, text[:5]) == (550, "5.7.1"), address


def test_mail_for_nobody_is_refused(post: PostOffice, ann: Person) -> None:
    for address in (
        "tg_1001@televent.internal",
        "anything@televent.internal",
        "noreply@televent.app",
        "999999999999999999999999@televent.app",
        "424242@televent.app",
        "00000000-0000-4000-8000-000000000000@televent.app",
        f"rsvp+{'0' * 32}@televent.app",
        f"{{{ann.tenant}}}@televent.app",
        "tg_1001@televent.app",
    ):
        code, text = answer_to(post, address)
        assert (code, text[:5]) == (550, "5.1.1"), address


def test_addresses_made_to_break_something_break_nothing(post: PostOffice, ann: Person) -> None:
    with socket.create_connection(("127.0.0.1", post.port), timeout=NET) as connection:
        stream = connection.makefile("rwb")
        stream.readline()
        stream.write(b"EHLO x\r\n")
        stream.flush()
        while stream.readline()[3:4] == b"-":
            continue
        for command, code in (
            (b"MAIL FROM:<z\xffd@example.net> SMTPUTF8", b"250"),
            (b"RCPT TO:<a\0b@televent.app>", b"5"),
            (b"RCPT TO:<\xff\xfe@televent.app>", b"5"),
            (b"RCPT TO:<@televent.app>", b"5"),
            (b"RCPT TO:<" + b"a" * 300 + b"@televent.app>", b"5"),
            (b"RCPT TO:<ann@example.com>", b"250"),
            (b"DATA", b"354"),
            (b"Subject: x\r\n\r\n\xff\0\r\n.", b"250"),
        ):
            stream.write(command + b"\r\n")
            stream.flush()
            assert stream.readline().startswith(code), command


def test_size_is_advertised_and_bounded(post: PostOffice, ann: Person) -> None:
    with client(post) as smtp:
        smtp.ehlo()
        assert smtp.esmtp_features["size"] == str(MAX_MAIL)
        assert "smtputf8" in smtp.esmtp_features
        code, _ = smtp.mail(ZED, [f"size={MAX_MAIL + 1}"])
        assert code == 552
        smtp.rset()
        smtp.mail(ZED)
        smtp.rcpt(ann.address)
        line = b"x" * 70 + b"\r\n"
        code, _ = smtp.data(b"Subject: big\r\n\r\n" + line * (MAX_MAIL // len(line) + 1))
        assert code == 552
    assert post.verdicts() == []


def test_recipients_are_bounded(post: PostOffice, ann: Person) -> None:
    with client(post) as smtp:
        smtp.ehlo()
        smtp.mail(ZED)
        codes = [smtp.rcpt(ann.address)[0] for _ in range(MAX_RECIPIENTS + 1)]
    assert codes == [250] * MAX_RECIPIENTS + [452]


def test_connections_of_one_client_are_bounded(post: PostOffice) -> None:
    held = [socket.create_connection(("127.0.0.1", post.port), timeout=NET) for _ in range(MAX_FROM_ONE)]
    try:
        assert {each.recv(3) for each in held} == {b"220"}
        with socket.create_connection(("127.0.0.1", post.port), timeout=NET) as one_more:
            assert one_more.recv(3) == b"421"
    finally:
        for each in held:
            each.close()

    def answers() -> bool:
        with socket.create_connection(("127.0.0.1", post.port), timeout=NET) as again:
            return again.recv(3) == b"220"

    wait_until(answers, what="connections are taken again")


def test_a_long_line_is_no_reason_to_refuse(post: PostOffice, ann: Person) -> None:
    post.send(b"Subject: long\r\n\r\n" + b"x" * 20_000 + b"\r\n", ann.address)
    assert post.verdicts() == [("ignored", "no calendar in it")]


def test_a_mail_for_two_people_reaches_both(town: Town, post: PostOffice, ann: Person) -> None:
    bob = town.person("bob")
    text = message(
        "REQUEST", "ORGANIZER:mailto:zed@example.net", "ATTENDEE:mailto:ann@example.com", uid="out@example.net"
    )
    post.send(itip_mail(text), ann.address, bob.address)
    assert post.verdict() == "applied"
    assert [len(each.rows("out@example.net")) for each in (ann, bob)] == [1, 1]


def test_a_mail_that_cannot_be_kept_is_not_answered_for(town: Town, post: PostOffice, ann: Person) -> None:
    with psycopg.connect(town.url, autocommit=True) as connection:
        connection.execute("ALTER TABLE inbound_mail RENAME TO away")
        with client(post) as smtp, pytest.raises(smtplib.SMTPDataError) as refused:
            smtp.sendmail(ZED, [ann.address], b"Subject: x\r\n\r\nx\r\n")
        assert refused.value.smtp_code == 451
        assert b"inbound_mail" not in refused.value.smtp_error
        connection.execute("ALTER TABLE away RENAME TO inbound_mail")
    post.send(b"Subject: x\r\n\r\nx\r\n", ann.address)
    assert post.verdict() == "ignored"


@pytest.mark.parametrize("protocol", ["smtp", "lmtp"])
def test_a_mail_that_cannot_be_kept_ends_its_transaction(
    town: Town, ann: Person, protocol: Literal["smtp", "lmtp"]
) -> None:
    """RFC 5321 §4.1.1.4: the end of DATA clears the buffers, also where the reply is negative."""
    bob = town.person("bob")
    raw = b"Subject: x\r\n\r\nx\r\n"
    with open_post_office(town, protocol) as post, smtplib.SMTP("127.0.0.1", post.port, timeout=NET) as smtp:
        greeting = "lhlo" if protocol == "lmtp" else "ehlo"
        assert smtp.docmd(greeting, "example.net")[0] == 250
        with failing(town.url, "inbound_mail", "INSERT", "57P01"):
            smtp.mail(ZED)
            assert [smtp.rcpt(each.address)[0] for each in (ann, bob)] == [250, 250]
            assert smtp.data(raw)[0] == 451
            if protocol == "lmtp":
                assert smtp.getreply()[0] == 451
        assert smtp.mail(ZED)[0] == 250
        assert smtp.rcpt(bob.address)[0] == 250
        assert smtp.data(raw)[0] == 250
    with psycopg.connect(town.url) as connection:
        query = "SELECT recipients FROM inbound_mail"
        assert [row[0] for row in connection.execute(query)] == [[bob.address]]


def test_a_mail_kept_by_a_process_that_died_is_understood_at_the_next_start(town: Town, ann: Person) -> None:
    ann.put(meeting(people=(ZED,)))
    token = f"rsvp+{town.core.mail_book.token(ann.tenant, UID, ZED)}@televent.app"
    raw = itip_mail(message("REPLY", f"ATTENDEE;PARTSTAT=ACCEPTED:mailto:{ZED}", uid=UID))
    assert town.core.mail_book.keep(mail_key(raw, [token]), ZED, [token], raw, town.now)
    town.now = town.now.replace(minute=1)
    with open_post_office(town) as post:
        wait_until(lambda: post.verdicts() == [("applied", "REPLY T3")], what="the mail is understood")
    assert ann.says(ZED) == "ACCEPTED"


def test_lmtp_answers_once_for_each_recipient(town: Town, ann: Person) -> None:
    bob = town.person("bob")
    with open_post_office(town, "lmtp") as post, smtplib.LMTP("127.0.0.1", post.port, timeout=NET) as lmtp:
        for number in range(2):
            lmtp.ehlo()
            lmtp.mail(ZED)
            assert [lmtp.rcpt(each)[0] for each in (ann.address, bob.address, ZED)] == [250, 250, 550]
            assert lmtp.data(b"Subject: %d\r\n\r\nx\r\n" % number)[0] == 250
            assert lmtp.getreply()[0] == 250
            # LMTP gives one answer for each recipient and no more: the next one is for the next command.
            assert lmtp.docmd("NOOP")[0] == 250
        wait_until(lambda: [state for state, _ in post.verdicts()] == ["ignored"] * 2, what="both are settled")

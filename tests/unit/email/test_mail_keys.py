"""The dedupe key of a mail: imip/SPEC B1."""

from televent.adapters.email.doors.keys import mail_key

TO = ["bob@example.com"]
MAIL = b"From: zed@example.net\r\nSubject: Sync\r\n\r\nCome.\r\n\r\nReceived: no header\r\n"


def test_the_way_it_came_is_no_part_of_a_mail() -> None:
    key = mail_key(MAIL, TO)
    for trace in (b"Received: from a by b;\r\n\tnoon\r\n", b"Return-Path: <x@y>\r\n", b"X-Spam-Score: 1\r\n"):
        assert mail_key(trace + MAIL, TO) == key
    assert mail_key(MAIL, ["Bob@Example.com"]) == key


def test_what_it_says_and_to_whom_is() -> None:
    key = mail_key(MAIL, TO)
    assert mail_key(MAIL.replace(b"Come", b"Go"), TO) != key
    assert mail_key(MAIL.replace(b"no header", b"another"), TO) != key
    assert mail_key(MAIL.replace(b"Sync", b"Talk"), TO) != key
    assert mail_key(MAIL, ["cy@example.com"]) != key
    assert mail_key(MAIL, [*TO, "cy@example.com"]) != key


def test_mails_without_crlf_are_told_apart() -> None:
    one = b"Received: from a by b\nSubject: one\n\nx\n"
    assert mail_key(one, TO) != mail_key(one.replace(b"one", b"two"), TO)
    assert mail_key(one, TO) == mail_key(one.replace(b"from a", b"from c"), TO)


def test_the_same_recipients_in_another_order_are_the_same() -> None:
    assert mail_key(MAIL, ["a@example.com", "b@example.com"]) == mail_key(MAIL, ["b@example.com", "a@example.com"])


def test_only_lf_ends_a_line_of_the_head() -> None:
    """Else a text behind a bare CR would be no part of the key: two mails would count as one."""
    one = b"From: zed@example.net\r\nX: y\rReceived: one\r\n\r\nx"
    assert mail_key(one, TO) != mail_key(one.replace(b"one", b"two"), TO)

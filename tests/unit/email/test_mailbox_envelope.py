"""The envelope of a mail in a mailbox, from the fields that the mail server added."""

import pytest

from televent.adapters.email.doors.imap.envelope import MAX_ADDRESSES, recipients_of, sender_of_envelope
from televent.adapters.email.reading.bounds import MAX_HEAD, BeyondBounds

HERE = {"ann@example.com", "rsvp+00112233445566778899aabbccddeeff@televent.app"}


def found(head: bytes) -> list[str]:
    return recipients_of(head + b"\r\nTo: somebody@body.example\r\n", HERE.__contains__)


@pytest.mark.parametrize(
    ("head", "recipients"),
    [
        (b"Delivered-To: ann@example.com\r\nTo: bob@example.com\r\n", ["ann@example.com"]),
        (b"X-Original-To: <Ann@Example.COM>\r\n", ["ann@example.com"]),
        (
            b"Delivered-To: calendar@example.com\r\n"
            b"X-Original-To: rsvp+00112233445566778899aabbccddeeff@televent.app\r\nTo: ann@example.com\r\n",
            ["rsvp+00112233445566778899aabbccddeeff@televent.app"],
        ),
        # A mailbox that collects mail for several people has its own address there; To and Cc name the people.
        (
            b'Delivered-To: calendar@example.com\r\nTo: "Doe, Ann" <ann@example.com>,\r\n zed@example.net\r\n',
            ["ann@example.com"],
        ),
        (b"Cc: ann@example.com, ann@example.com\r\n", ["ann@example.com"]),
        (b"Bcc: ann@example.com\r\nSubject: ann@example.com\r\n", []),
        (b"", []),
    ],
)
def test_recipients(head: bytes, recipients: list[str]) -> None:
    assert found(head) == recipients


def test_many_addresses_are_not_all_looked_up() -> None:
    asked: list[str] = []

    def is_here(each: str) -> bool:
        asked.append(each)
        return False

    head = b"To: " + b",\r\n ".join(b"p%d@example.net" % number for number in range(700)) + b"\r\n"
    assert recipients_of(head + b"\r\n", is_here) == []
    assert len(asked) == MAX_ADDRESSES


def test_a_head_that_is_too_long_is_refused() -> None:
    with pytest.raises(BeyondBounds):
        found(b"X: " + b"x" * MAX_HEAD + b"\r\n")


@pytest.mark.parametrize(
    ("head", "sender"),
    [
        (b"Return-Path: <bounces@example.net>\r\nFrom: zed@example.net\r\n", "bounces@example.net"),
        (b"Return-Path: <>\r\nFrom: MAILER-DAEMON@example.net\r\n", ""),
        (b"From: Zed <Zed@example.net>\r\n", "zed@example.net"),
        (b"Subject: x\r\n", "unknown"),
    ],
)
def test_sender(head: bytes, sender: str) -> None:
    assert sender_of_envelope(head + b"\r\n") == sender

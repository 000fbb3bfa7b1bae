"""Debian's mail servers around a Televent: Postfix with opendkim in front of it by LMTP, and a mailbox of Dovecot."""

from __future__ import annotations

import imaplib
import json
import smtplib
import ssl
import tempfile
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

from e2e.people import People
from interop.result import Result, skipped
from interop.server import Site
from support.dkim_signer import dns_text, make_key, signed
from support.dovecot import PASSWORD, USER, open_dovecot
from support.post import itip_mail, message
from support.postfix import absent, open_postfix
from support.running import Televent
from support.waiting import NET, wait_until

DOMAIN, EDGE, ZED, ANN = "calendar.example.com", "mx.example.com", "zed@example.net", "ann@example.com"


def suite(site: Site) -> list[Result]:
    """Runs both. They start a Televent of their own."""
    name = "Postfix, opendkim and Dovecot"
    if reason := absent():
        return [skipped(name, reason)]
    with tempfile.TemporaryDirectory(prefix="televent-mail-") as folder:
        place = Path(folder)
        place.chmod(0o755)
        failed = [f"{check.__name__}: {error}" for check in CHECKS if (error := _error(check, place))]
    return [Result(name, len(CHECKS) - len(failed), len(CHECKS), len(CHECKS), short=failed)]


def _error(check: Callable[[Path], None], place: Path) -> str:
    own = place / check.__name__
    own.mkdir(mode=0o755)
    try:
        check(own)
    except Exception as error:
        return f"{type(error).__name__}: {error}"[:300]
    return ""


def postfix_hands_mail_over_by_lmtp(place: Path) -> None:
    """A signed invitation is applied with its sender proven, a cancellation without a signature waits."""
    key = make_key()
    socket = place / "lmtp"
    televent = Televent(
        place / "televent" / "data", MAIL_DOMAIN=DOMAIN, MAIL_LMTP_SOCKET=str(socket), MAIL_AUTHSERV_ID=EDGE
    )
    keys = {"sel._domainkey.example.net": dns_text(key)}
    with televent, open_postfix(place / "postfix", host=EDGE, domains=[DOMAIN], lmtp=socket, keys=keys) as port:
        _account(televent)
        # By default an unknown sender's invitation waits for a decision; this check is about proof.
        chat = People(televent.sandbox)
        chat.say(1001, "/settings strangers always")
        chat.heard(1001, "accept into the calendar")
        people = (f"ORGANIZER:mailto:{ZED}", f"ATTENDEE:mailto:{ANN}")
        request = message("REQUEST", *people, uid="pf@example.net")
        cancel = message("CANCEL", *people, uid="pf@example.net", sequence=1)
        _send(port, signed(itip_mail(request, message_id="1@example.net"), key, "example.net", "sel"))
        _until(televent, lambda mails: len(mails) == 1 and mails[0]["state"] == "applied")
        shown = televent.run("mail", "show", _mails(televent)[0]["key"]).stdout
        assert f"proven: {EDGE}" in shown, shown
        _send(port, itip_mail(cancel, message_id="2@example.net"))
        _until(televent, lambda mails: sorted(each["state"] for each in mails) == ["applied", "parked"])
        _send(port, signed(itip_mail(cancel, message_id="3@example.net"), key, "example.net", "sel"))
        _until(televent, lambda mails: sorted(each["state"] for each in mails) == ["applied", "applied", "parked"])
        refusal = _refusal(port, f"nobody@{DOMAIN}")
        assert refusal == 550, refusal


def a_mailbox_of_dovecot_from_the_first_byte(place: Path) -> None:
    """Stored mail is marked with our keyword and moved; a mail for nobody here stays."""
    _mailbox(place, starttls=False)


def a_mailbox_of_dovecot_by_starttls(place: Path) -> None:
    """The same, where TLS begins by STARTTLS."""
    _mailbox(place, starttls=True)


CHECKS = (
    postfix_hands_mail_over_by_lmtp,
    a_mailbox_of_dovecot_from_the_first_byte,
    a_mailbox_of_dovecot_by_starttls,
)


def _mailbox(place: Path, *, starttls: bool) -> None:
    with open_dovecot(place / "dovecot") as (tls_port, plain_port, certificate):
        url = f"imap://{USER}@localhost:{plain_port}" if starttls else f"imaps://{USER}@localhost:{tls_port}/INBOX"
        trusted = {"SSL_CERT_FILE": str(certificate)}
        settings = {"MAIL_IMAP_URL": url, "MAIL_IMAP_PASSWORD": PASSWORD, "MAIL_IMAP_DONE": "Done", **trusted}
        with (
            imaplib.IMAP4_SSL("localhost", tls_port, ssl_context=ssl.create_default_context(cafile=certificate)) as box,
            Televent(place / "televent" / "data", MAIL_DOMAIN=DOMAIN, **settings) as televent,
        ):
            box.login(USER, PASSWORD)
            _account(televent)
            request = message("REQUEST", f"ORGANIZER:mailto:{ZED}", f"ATTENDEE:mailto:{ANN}", uid="dc@example.net")
            head = f"Return-Path: <{ZED}>\r\nDelivered-To: {ANN}\r\n".encode()
            # IDLE brings the second one.
            for number, mail in enumerate((itip_mail(request), itip_mail(request, message_id="2@example.net")), 1):
                box.append("INBOX", "", "", head + mail)
                wait_until(partial(_count_is, televent, number), what="it is stored")
            box.append("INBOX", "", "", b"To: nobody@example.org\r\n\r\nx\r\n")
            large = head + b"\r\n" + (b"x" * 98 + b"\r\n") * 55_000
            box.append("INBOX", "", "", large)
            wait_until(lambda: _flags(box, "Done") == ["$TeleventStored \\Seen"] * 2, what="both are moved")
            wait_until(lambda: _flags(box, "INBOX") == ["", "$TeleventRefused \\Flagged"], what="the others stay")


def _flags(box: imaplib.IMAP4, folder: str) -> list[str]:
    box.select(folder, readonly=True)
    _, found = box.fetch("1:*", "(FLAGS)")
    lines = [imaplib.ParseFlags(each) for each in found if isinstance(each, bytes)]
    return [" ".join(sorted(flag.decode() for flag in flags if flag != b"\\Recent")) for flags in lines]


def _account(televent: Televent) -> None:
    done = televent.run("account", "add", "--telegram-id", "1001", "--name", "Ann", "--email", ANN)
    assert done.returncode == 0, done.stderr


def _send(port: int, mail: bytes, recipient: str = f"1001@{DOMAIN}") -> None:
    with smtplib.SMTP("127.0.0.1", port, timeout=NET) as client:
        client.sendmail(ZED, [recipient], mail)


def _refusal(port: int, recipient: str) -> int:
    """The code that Postfix answers for a recipient; 250 where it takes the mail."""
    try:
        _send(port, b"Subject: x\r\n\r\nx\r\n", recipient)
    except smtplib.SMTPRecipientsRefused as refused:
        return refused.recipients[recipient][0]
    return 250


def _mails(televent: Televent) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = json.loads(televent.run("mail", "list", "--json").stdout)
    return found


def _count_is(televent: Televent, wanted: int) -> bool:
    return len(_mails(televent)) == wanted


def _until(televent: Televent, holds: Callable[[list[dict[str, Any]]], bool]) -> None:
    wait_until(lambda: holds(_mails(televent)), what="the mails have their results")

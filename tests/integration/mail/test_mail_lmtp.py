"""LMTP beside SMTP: RFC 2033, with PIPELINING (RFC 2920) and ENHANCEDSTATUSCODES (RFC 2034)."""

import re
import smtplib
import socket
import stat
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from support.outages import failing
from support.post import PostOffice, itip_mail, message, open_post_office
from support.town import Person, Town
from support.waiting import NET, wait_until
from televent.adapters.email.incoming.intake import MAX_OPERATOR_MAILS
from televent.adapters.email.reading.bounds import MAX_MAIL
from televent.runtime.database import OperatorError
from televent.runtime.processes.sockets import Port, listen, listen_at, open_sockets
from televent.settings import SettingsError, load_settings

ZED = "zed@example.net"
MAIL = b"Subject: x\r\n\r\nx\r\n"


@pytest.fixture
def ann(town: Town) -> Person:
    town.strangers = "always"
    return town.person("ann")


@contextmanager
def open_lmtp(town: Town, listener: socket.socket) -> Iterator[tuple[PostOffice, Callable[[], socket.socket]]]:
    """The listener of the town, with LMTP on that socket beside SMTP; and what connects to it."""
    address = listener.getsockname()

    def connect() -> socket.socket:
        client = socket.socket(listener.family)
        client.settimeout(NET)
        client.connect(address)
        return client

    with open_post_office(town, lmtp=[listener]) as post:
        yield post, connect


def test_smtp_and_lmtp_side_by_side(town: Town, ann: Person) -> None:
    listener = listen(Port("mail", "MAIL_LMTP_PORT", "127.0.0.1", 0))
    port = listener.getsockname()[1]
    with open_lmtp(town, listener) as (post, _):
        with smtplib.LMTP("127.0.0.1", port, timeout=NET) as lmtp:
            lmtp.sendmail(ZED, [ann.address], MAIL)
        with smtplib.SMTP("127.0.0.1", post.port, timeout=NET) as smtp:
            smtp.sendmail(ZED, [ann.address], MAIL.replace(b"x", b"y"))
            # Each door speaks its own protocol only.
            assert smtp.docmd("LHLO", "example.net")[0] == 500
        wait_until(lambda: [state for state, _ in post.verdicts()] == ["ignored"] * 2, what="both are settled")


def test_a_socket_in_the_file_system(town: Town, ann: Person, tmp_path: Path) -> None:
    place = tmp_path / "lmtp"
    text = message(
        "REQUEST", "ORGANIZER:mailto:zed@example.net", "ATTENDEE:mailto:ann@example.com", uid="unix@example.net"
    )
    with open_lmtp(town, listen_at(place)) as (post, _):
        assert stat.S_IMODE(place.stat().st_mode) == 0o666
        with pytest.raises(OperatorError, match="MAIL_LMTP_SOCKET"):
            listen_at(place)
        with smtplib.LMTP(str(place)) as lmtp:
            lmtp.sendmail(ZED, [ann.address], itip_mail(text))
        wait_until(lambda: post.verdict() == "applied", what="the mail is settled")
    # The socket of a process that has ended does not stand in the way.
    assert place.is_socket()
    listen_at(place).close()
    assert len(ann.rows("unix@example.net")) == 1


def test_a_file_is_never_replaced_by_a_socket(tmp_path: Path) -> None:
    (tmp_path / "precious").write_text("keep")
    with pytest.raises(OperatorError, match="precious"):
        listen_at(tmp_path / "precious")
    assert (tmp_path / "precious").read_text() == "keep"


def test_the_settings_open_the_sockets(tmp_path: Path) -> None:
    settings = load_settings(mail_listen_port=0, mail_lmtp_port=0, mail_lmtp_socket=tmp_path / "lmtp")
    with open_sockets(settings, ["mail"]) as opened:
        assert sorted(opened) == ["MAIL_LISTEN_PORT", "MAIL_LMTP_PORT", "MAIL_LMTP_SOCKET"]
        assert opened["MAIL_LMTP_SOCKET"].getsockname() == str(tmp_path / "lmtp")
    with open_sockets(load_settings(mail_listen_port=0), ["mail"]) as opened:
        assert list(opened) == ["MAIL_LISTEN_PORT"]
    for bad in (Path("relative"), Path("/" + "x" * 108)):
        with pytest.raises(SettingsError, match="MAIL_LMTP_SOCKET"):
            load_settings(mail_lmtp_socket=bad)


def test_the_extensions_that_lmtp_requires(town: Town, ann: Person, tmp_path: Path) -> None:
    """RFC 2033 §5: PIPELINING, ENHANCEDSTATUSCODES and 8BITMIME."""
    with open_lmtp(town, listen_at(tmp_path / "lmtp")), smtplib.LMTP(str(tmp_path / "lmtp")) as lmtp:
        code, text = lmtp.docmd("LHLO", "example.net")
        assert code == 250
        lines = text.decode().split("\n")
        assert {"PIPELINING", "ENHANCEDSTATUSCODES", "8BITMIME", f"SIZE {MAX_MAIL}", "SMTPUTF8"} <= set(lines)
        # The reply to a greeting has no enhanced codes (RFC 2034 §3).
        assert not [line for line in lines if re.match(r"\d\.\d", line)]
        assert lmtp.docmd("HELO", "example.net")[0] == 500


def test_a_whole_transaction_in_one_packet(town: Town, ann: Person, tmp_path: Path) -> None:
    bob = town.person("bob")
    with open_lmtp(town, listen_at(tmp_path / "lmtp")) as (post, connect), connect() as client:
        commands = ["LHLO example.net", f"MAIL FROM:<{ZED}> BODY=8BITMIME SIZE=40"]
        commands += [f"RCPT TO:<{each}>" for each in (ann.address, "nobody@televent.app", bob.address)]
        commands += ["DATA", "Subject: x", "", "x", ".", "NOOP", "VRFY ann", "BREW coffee", "QUIT"]
        client.sendall("".join(f"{line}\r\n" for line in commands).encode())
        heard = b""
        while piece := client.recv(65536):
            heard += piece
        replies = [line for line in heard.decode().splitlines() if line[3:4] == " "]
        codes = [re.sub(r"^(\d{3} (?:\d\.\d\.\d+)?).*", r"\1", line) for line in replies]
        # DATA has two replies: one for each recipient that was accepted.
        assert codes == [
            "220 ",
            "250 ",
            "250 2.1.0",
            "250 2.1.5",
            "550 5.1.1",
            "250 2.1.5",
            "354 ",
            "250 2.0.0",
            "250 2.0.0",
            "250 2.0.0",
            "252 2.5.0",
            "500 5.5.2",
            "221 2.0.0",
        ]
        wait_until(lambda: [state for state, _ in post.verdicts()] == ["ignored"], what="the mail is settled")


def test_each_recipient_has_a_reply_of_their_own(town: Town, ann: Person, tmp_path: Path) -> None:
    """The operator has had enough mail today; that is no reason to refuse Ann's."""
    book, operator = town.core.mail_book, "postmaster@televent.app"
    with open_lmtp(town, listen_at(tmp_path / "lmtp")) as (post, _), smtplib.LMTP(str(tmp_path / "lmtp")) as lmtp:
        lmtp.ehlo()
        for number in range(2):
            lmtp.mail(ZED)
            assert [lmtp.rcpt(each)[0] for each in (operator, ann.address)] == [250, 250]
            if number:
                # Others write to the operator between RCPT and the end of the mail.
                for each in range(MAX_OPERATOR_MAILS):
                    book.keep(f"{each:064x}", ZED, [operator], MAIL, town.now, for_operator=True)
            code, text = lmtp.data(MAIL.replace(b"x", b"%d" % number))
            wanted = (452, b"4.3.1") if number else (250, b"2.0.0")
            assert (code, text[:5]) == wanted
            assert lmtp.getreply()[0] == 250
            assert lmtp.docmd("NOOP")[0] == 250

    def kept() -> list[list[str]]:
        query = "SELECT recipients FROM inbound_mail WHERE %s = ANY (recipients) ORDER BY cardinality(recipients)"
        with town.core.pool.connection() as connection:
            return [row[0] for row in connection.execute(query, (ann.address,))]

    assert kept() == [[ann.address], [operator, ann.address]]
    assert post.town is town


def test_a_mail_that_cannot_be_kept_is_refused_for_everybody(town: Town, ann: Person, tmp_path: Path) -> None:
    bob = town.person("bob")
    with open_lmtp(town, listen_at(tmp_path / "lmtp")) as (post, _), smtplib.LMTP(str(tmp_path / "lmtp")) as lmtp:
        lmtp.ehlo()
        with failing(town.url, "inbound_mail", "INSERT", "57P01"):
            lmtp.mail(ZED)
            assert [lmtp.rcpt(each.address)[0] for each in (ann, bob)] == [250, 250]
            assert lmtp.data(MAIL)[0] == 451
            assert lmtp.getreply()[0] == 451
        assert lmtp.docmd("NOOP")[0] == 250
        assert post.verdicts() == []

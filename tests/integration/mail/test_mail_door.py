"""The SMTP door under attack: nothing hidden in a mail, nothing beyond a bound, and others still served."""

import asyncio
import smtplib
import socket
from collections.abc import Iterator
from contextlib import contextmanager

import psycopg
import pytest

from support.post import PostOffice
from support.town import Person, Town
from support.waiting import NET
from televent.adapters.email import connection
from televent.adapters.email.connection import MAX_ERRORS, Connections, Entrance, SmtpConnection
from televent.adapters.email.reading.bounds import MAX_MAIL

ZED = "zed@example.net"


@pytest.fixture
def ann(town: Town) -> Person:
    return town.person("ann")


class Line:
    """A connection without a client library that would correct what is sent."""

    def __init__(self, port: int) -> None:
        self.socket = socket.create_connection(("127.0.0.1", port), timeout=NET)
        self._file = self.socket.makefile("rb")

    def send(self, data: bytes) -> None:
        self.socket.sendall(data)

    def reply(self) -> bytes:
        """The last line of one reply; b"" at the end of the connection."""
        while (line := self._file.readline())[3:4] == b"-":
            continue
        return line

    def ask(self, data: bytes) -> bytes:
        self.send(data)
        return self.reply()


@contextmanager
def line(post: PostOffice, *, recipient: str | None = None) -> Iterator[Line]:
    """A connection after EHLO; with a recipient, after RCPT."""
    opened = Line(post.port)
    with opened.socket:
        assert opened.reply().startswith(b"220")
        assert opened.ask(b"EHLO example.net\r\n").startswith(b"250")
        if recipient is not None:
            assert opened.ask(b"MAIL FROM:<zed@example.net>\r\n").startswith(b"250")
            assert opened.ask(f"RCPT TO:<{recipient}>\r\n".encode()).startswith(b"250")
        yield opened


def stored(town: Town) -> list[bytes]:
    """The mails as they are stored."""
    with psycopg.connect(town.url) as connection:
        return [bytes(row[0]) for row in connection.execute("SELECT raw FROM inbound_mail ORDER BY received_at")]


@pytest.mark.parametrize("end", [b"\n.\n", b"\n.\r\n", b"\r.\r\n", b"\r.\r", b"\r\n.\n", b"\r\n.\r", b"\r\n.\x00\r\n"])
def test_a_second_mail_cannot_be_hidden_in_the_first(town: Town, post: PostOffice, ann: Person, end: bytes) -> None:
    """RFC 5321 §4.1.1.4: only CR LF . CR LF ends a mail."""
    hidden = b"MAIL FROM:<ann@example.com>\r\nRCPT TO:<ann@example.com>\r\nDATA\r\nSubject: hidden\r\n\r\nx"
    with line(post, recipient=ann.address) as smtp:
        assert smtp.ask(b"DATA\r\n").startswith(b"354")
        assert smtp.ask(b"Subject: one\r\n\r\nx" + end + hidden + b"\r\n.\r\n").startswith(b"250")
        assert smtp.ask(b"NOOP\r\n").startswith(b"250")
    (raw,) = stored(town)
    assert raw.startswith(b"Subject: one")
    assert b"Subject: hidden" in raw


@pytest.mark.parametrize(
    ("sent", "kept"),
    [
        (b".\r\n", b""),
        (b"\r\n.\r\n", b"\r\n"),
        (b"..\r\n.\r\n", b".\r\n"),
        (b"a\r\n..b\r\n...\r\n.c\r\n.\r\n", b"a\r\n.b\r\n..\r\nc\r\n"),
        (b"a\n..b\r\n.\r\n", b"a\n..b\r\n"),
        (b"\xff\0\r\n.\r\n", b"\xff\0\r\n"),
    ],
)
def test_dots_are_doubled_by_the_sender_alone(
    town: Town, post: PostOffice, ann: Person, sent: bytes, kept: bytes
) -> None:
    """RFC 5321 §4.5.2, in one piece and byte by byte."""
    for whole in (True, False):
        with line(post, recipient=ann.address) as smtp:
            assert smtp.ask(b"DATA\r\n").startswith(b"354")
            for piece in [sent] if whole else [sent[at : at + 1] for at in range(len(sent))]:
                smtp.send(piece)
            assert smtp.reply().startswith(b"250")
    assert stored(town) == [kept]


def test_commands_behind_a_mail_are_answered_in_their_order(town: Town, post: PostOffice, ann: Person) -> None:
    with line(post) as smtp:
        one = b"MAIL FROM:<zed@example.net>\r\nRCPT TO:<ann@example.com>\r\nDATA\r\nSubject: %d\r\n\r\nx\r\n.\r\n"
        smtp.send(b"".join(one % number for number in range(5)) + b"NOOP\r\nQUIT\r\n")
        replies = [smtp.reply()[:3] for _ in range(22)]
    assert replies == [b"250", b"250", b"354", b"250"] * 5 + [b"250", b"221"]
    assert len(stored(town)) == 5


@pytest.mark.parametrize(
    ("mail", "reply"),
    [
        (b"Content-Disposition: attachment; filename=" + (b"(" * 400 + b"\r\n ") * 11_700 + b"\r\n\r\n", b"552 5.3.4"),
        (b"Content-Type: multipart/mixed; boundary=b\r\n\r\n" + b"--b\r\n\r\n\r\n" * 300_000, b"554 5.6.0"),
        (b"From: " + b"zed@example.net, " * 300 + b"\r\n\r\n", b"554 5.6.0"),
        (b"Received: from a by b\r\n" * 101 + b"\r\n", b"554 5.4.6"),
        (b"\r\n" * (MAX_MAIL // 2 + 10), b"552 5.3.4"),
        (b"\r\n" * (connection.MAX_SENT // 2 + MAX_MAIL), b"552 5.3.4"),
    ],
)
def test_the_sender_learns_what_is_beyond_a_bound(
    town: Town, post: PostOffice, ann: Person, mail: bytes, reply: bytes
) -> None:
    with line(post, recipient=ann.address) as smtp:
        assert smtp.ask(b"DATA\r\n").startswith(b"354")
        try:
            smtp.send(mail + b"\r\n.\r\n")
        except ConnectionError:
            assert len(mail) > connection.MAX_SENT
        assert smtp.reply().startswith(reply)
    assert stored(town) == []


def test_a_mail_of_empty_lines_is_kept(town: Town, post: PostOffice, ann: Person) -> None:
    raw = b"Subject: x\r\n\r\n" + b"\r\n" * 2_500_000
    with smtplib.SMTP("127.0.0.1", post.port, timeout=NET) as smtp:
        smtp.ehlo()
        smtp.mail(ZED)
        smtp.rcpt(ann.address)
        assert smtp.data(raw)[0] == 250
    assert stored(town) == [raw]


@pytest.mark.parametrize(
    ("command", "code"),
    [
        (b"VRFY \xff\xfe", b"252"),
        (b"VRFY " + b"(" * 20 + b"\xff", b"502"),
        (b"HELP \xff", b"501"),
        (b"\xff\xfe", b"500"),
        (b"MAIL FROM:<" + b"(" * 400, b"553"),
        (b"MAIL FROM:" + b"(" * 9 + b"<a@b>", b"553"),
        (b"MAIL FROM:<a@[>", b"553"),
        (b'MAIL FROM:<"', b"553"),
        (b"MAIL FROM:<a@b> SIZE=99999999", b"552"),
        (b"MAIL FROM:<a@b> SIZE=" + b"9" * 300, b"552"),
        (b"MAIL FROM:<a@b> BODY=BINARYMIME", b"501"),
        (b"BDAT 100000000 LAST", b"500"),
        (b"X" * 600, b"500"),
        (b"X" * 200_000, b"500"),
        (b"DATA", b"503"),
        (b"\0" * 100, b"500"),
    ],
)
def test_broken_commands_get_their_reply(post: PostOffice, command: bytes, code: bytes) -> None:
    with line(post) as smtp:
        assert smtp.ask(command + b"\r\n").startswith(code)
        assert smtp.ask(b"NOOP\r\n").startswith(b"250")


def test_a_connection_of_errors_is_ended(post: PostOffice, ann: Person) -> None:
    """A list of guessed recipients, for example."""
    with line(post) as smtp:
        assert smtp.ask(b"MAIL FROM:<zed@example.net>\r\n").startswith(b"250")
        for _ in range(MAX_ERRORS):
            assert smtp.ask(b"RCPT TO:<nobody@televent.app>\r\n").startswith(b"550")
        assert smtp.ask(b"RCPT TO:<nobody@televent.app>\r\n").startswith(b"550")
        assert smtp.reply().startswith(b"421 4.7.0")
        assert smtp.reply() == b""


def test_thousands_of_commands_in_one_packet_let_others_have_their_turn() -> None:
    """Each reply lets the loop run: others are served between two commands."""
    count, turns = 2_000, 0

    async def talk() -> None:
        nonlocal turns
        loop = asyncio.get_running_loop()
        server = await loop.create_server(
            lambda: Entrance(Connections(), lambda: SmtpConnection(object())), "127.0.0.1", 0
        )
        reader, writer = await asyncio.open_connection(*server.sockets[0].getsockname())
        writer.write(b"NOOP\r\n" * count + b"QUIT\r\n")
        answered = asyncio.create_task(reader.read())
        while not answered.done():
            turns += 1
            await asyncio.sleep(0)
        assert (await answered).count(b"250") == count
        writer.close()
        server.close()

    asyncio.run(talk())
    assert turns >= count


def test_the_connection_that_waits_longest_makes_room(monkeypatch: pytest.MonkeyPatch) -> None:
    async def crowd() -> list[str]:
        connections, closed = Connections(), []
        for number in range(connection.MAX_CONNECTIONS):
            each = SmtpConnection(object())
            each.client, each.since = f"192.0.2.{number // 40}", float(number)
            monkeypatch.setattr(each, "close", lambda reply=None, number=number: closed.append((number, reply)))
            connections.add(each)
        full = []
        for client, now in (("192.0.2.9", 1.0), ("192.0.2.9", connection.PATIENCE), ("192.0.2.9", 1000.0)):
            full.append(f"{connections.full(client, now)} {[number for number, _ in closed]}")
        return full

    assert asyncio.run(crowd()) == ["True []", "False [0]", "False [0]"]


def test_one_client_cannot_take_every_connection(monkeypatch: pytest.MonkeyPatch) -> None:
    async def crowd() -> list[bool]:
        connections = Connections()
        for _ in range(connection.MAX_FROM_ONE):
            each = SmtpConnection(object())
            each.client, each.since = "192.0.2.1", 100.0
            connections.add(each)
        return [connections.full(client, 101.0) for client in ("192.0.2.1", "192.0.2.2")]

    assert asyncio.run(crowd()) == [True, False]

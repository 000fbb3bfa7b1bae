"""The IMAP connection with servers that do what they should not, and with those that lack extensions."""

import asyncio
from collections.abc import Awaitable, Callable

import pytest

from televent.adapters.email.doors.imap.connection import ImapConnection, Mailbox, connected
from televent.adapters.email.doors.imap.responses import MAX_LINE, ImapError, SignInRefused
from televent.adapters.email.reading.bounds import MAX_MAIL

ANSWERS = {
    "CAPABILITY": [b"* CAPABILITY IMAP4rev1 AUTH=PLAIN IDLE\r\n"],
    "AUTHENTICATE": [b"+ \r\n"],
    "SELECT": [b"* 1 EXISTS\r\n* OK [UIDVALIDITY 7] x\r\n* OK [PERMANENTFLAGS (\\Seen \\*)] x\r\n"],
}


def talk(
    answers: dict[str, list[bytes]],
    work: Callable[[ImapConnection], Awaitable[object]],
    *,
    greeting: bytes = b"* OK hello\r\n",
    host: str = "127.0.0.1",
) -> list[str]:
    """Connects to a server that answers each command, by its name, with these bytes and OK; or only with them, where
    they end with a line that begins with "t". Returns the commands that it got."""
    heard: list[str] = []

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(greeting)
        while line := await reader.readline():
            heard.append(line.decode().strip())
            tag, _, rest = heard[-1].partition(" ")
            name = rest.removeprefix("UID ").split(" ")[0]
            given = {**ANSWERS, **answers}.get(name, [])
            body = b"".join(given)
            writer.write(body.replace(b"TAG ", f"{tag} ".encode()))
            if name == "AUTHENTICATE" and b"TAG " not in body:
                heard.append((await reader.readline()).decode().strip())
            if b"TAG " not in body and name not in ("DONE", ""):
                writer.write(f"{tag} OK done\r\n".encode())
        writer.close()

    async def run() -> None:
        server = await asyncio.start_server(serve, host, 0, limit=2**24)
        port = server.sockets[0].getsockname()[1]
        try:
            async with connected(Mailbox(host, port, False, "ann", "пароль")) as connection:
                await work(connection)
        finally:
            server.close()

    asyncio.run(run())
    return heard


async def nothing(connection: ImapConnection) -> None:
    assert (connection.uidvalidity, connection.keywords) == (7, True)


def test_sign_in_with_any_characters() -> None:
    heard = talk({}, nothing)
    # RFC 4616: NUL, user, NUL, password, in UTF-8.
    assert "AGFubgDQv9Cw0YDQvtC70Yw=" in heard
    assert heard[-1].endswith("LOGOUT")


def test_no_password_crosses_a_network_readably() -> None:
    """127.0.0.2 stands for another machine: it is none of the names of this one."""
    with pytest.raises(ImapError, match="STARTTLS"):
        talk({}, nothing, host="127.0.0.2")


@pytest.mark.parametrize(
    ("greeting", "answers", "reason"),
    [
        (b"220 smtp.example.com ESMTP\r\n", {}, "greets with"),
        (b"* BYE overloaded\r\n", {}, "greets with"),
        (b"* OK hello\r\n", {"CAPABILITY": [b"TAG BAD no\r\n"]}, "refuses CAPABILITY"),
        (b"* OK hello\r\n", {"SELECT": [b"TAG NO no such folder\r\n"]}, "no such folder"),
        (b"* OK hello\r\n", {"SELECT": [b"* 1 EXISTS\r\n"]}, "UIDVALIDITY"),
        (b"* OK hello\r\n", {"CAPABILITY": [b"* CAPABILITY IMAP4rev1 LOGINDISABLED\r\n"]}, "ASCII"),
        (b"* OK hello\r\n", {"SELECT": [b"* OK {99999999}\r\n"]}, "bytes"),
        (b"* OK hello\r\n", {"SELECT": [b"* OK {1}\r\nx" * 21]}, "literals"),
        (b"* OK hello\r\n", {"SELECT": [b"* " + b"x" * (MAX_LINE + 1)]}, "a line has more than"),
        (b"* OK hello\r\n", {"SELECT": [b"* 1 EXISTS\r\n" * 10_001]}, "responses"),
    ],
)
def test_a_server_that_is_none_is_told(greeting: bytes, answers: dict[str, list[bytes]], reason: str) -> None:
    with pytest.raises(ImapError, match=reason):
        talk(answers, nothing, greeting=greeting)


def test_a_refused_password_is_told_apart() -> None:
    with pytest.raises(SignInRefused, match="AUTHENTICATIONFAILED"):
        talk({"AUTHENTICATE": [b"TAG NO [AUTHENTICATIONFAILED] no\r\n"]}, nothing)


def test_five_thousand_lines_at_once() -> None:
    """Unlike aioimaplib, which calls itself for each line."""
    lines = b"".join(b"* %d FETCH (FLAGS ())\r\n" % number for number in range(1, 5001))

    async def work(connection: ImapConnection) -> None:
        assert await connection.search("ALL") == [1, 2, 30]
        assert await connection.fetch(5, 100) == b"a) {3}\r\n* 1"
        assert await connection.fetch(6, 100) is None

    fetched = b"* 9 FETCH (FLAGS (\\Seen) UID 5 BODY[]<0> {11}\r\na) {3}\r\n* 1)\r\n"
    talk({"SEARCH": [lines, b"* SEARCH 30 1\r\n* SEARCH 2 1 x\r\n"], "FETCH": [fetched, lines]}, work)


def test_waiting_ends_with_a_mail_and_by_bye() -> None:
    async def work(connection: ImapConnection) -> None:
        await connection.search("ALL")
        await connection.wait(60.0, asyncio.Event())

    # The server tells of a mail, and ends the IDLE itself.
    talk({"IDLE": [b"+ idling\r\n* 2 EXISTS\r\nTAG OK over\r\n"]}, work)
    with pytest.raises(ImapError, match="restarts"):
        talk({"IDLE": [b"+ idling\r\n* BYE restarts\r\nTAG OK over\r\n"]}, work)


def test_a_mail_that_is_told_in_the_midst_of_a_command_is_not_waited_for() -> None:
    """RFC 3501 §7.3.1. The IDLE after it would tell of later mails only."""

    async def work(connection: ImapConnection) -> None:
        await connection.search("ALL")
        await connection.mark(5, "\\Seen")
        await connection.wait(60.0, asyncio.Event())
        await connection.search("ALL")
        stop = asyncio.Event()
        stop.set()
        await connection.wait(60.0, stop)

    answers = {"STORE": [b"* 2 EXISTS\r\n"], "IDLE": [b"+ idling\r\nTAG OK over\r\n"]}
    heard = [line.partition(" ")[2] for line in talk(answers, work)]
    assert [line.split(" ")[0] for line in heard[heard.index("UID SEARCH ALL") :] if line][:4] == [
        "UID",
        "UID",
        "UID",
        "IDLE",
    ]


def test_a_server_without_extensions() -> None:
    async def work(connection: ImapConnection) -> None:
        stop = asyncio.Event()
        stop.set()
        await connection.search("ALL")
        await connection.wait(60.0, stop)
        await connection.move(5, 'My "folder"')

    answers = {"CAPABILITY": [b"* CAPABILITY IMAP4rev1 AUTH=PLAIN\r\n"]}
    heard = [line.partition(" ")[2] for line in talk(answers, work)]
    assert heard[-4:-1] == ["NOOP", 'UID COPY 5 "My \\"folder\\""', "UID STORE 5 +FLAGS.SILENT (\\Deleted)"]


def test_a_mail_is_never_larger_than_was_asked_for() -> None:
    async def work(connection: ImapConnection) -> None:
        await connection.fetch(5, 100)

    with pytest.raises(ImapError, match="bytes"):
        talk({"FETCH": [b"* 1 FETCH (UID 5 BODY[] {%d}\r\n" % (MAX_MAIL + 2000)]}, work)

"""One connection to an IMAP server: sign in, select, search, fetch, mark, wait.

Written by us, because aioimaplib has the GPL, which would bind this program, and cannot read 1,000 lines that come at
once: its parser calls itself for each (ADR 61).
"""

from __future__ import annotations

import asyncio
import ssl
from base64 import b64encode
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from typing import Final

from televent.adapters.email.doors.imap.responses import MAX_LINE, ImapError, Response, SignInRefused, read_response
from televent.adapters.email.reading.bounds import MAX_MAIL

PATIENCE: Final = 60.0
"""Seconds in which the server answers a command."""
FETCHED: Final = 300.0
"""Seconds in which a mail arrives."""
PAUSE: Final = 0.2
"""Seconds before a search that follows another at once."""
MAX_UNTAGGED: Final = 10_000
"""Max responses to one command."""
LOOPBACK: Final = ("127.0.0.1", "::1", "localhost")


@dataclass(frozen=True, slots=True)
class Mailbox:
    """A folder of a user on a server. ``tls``: from the first byte; else by STARTTLS, which only a server on this
    machine may lack. ``done``: the folder to which mails go that are stored; None: they stay, marked as seen."""

    host: str
    port: int
    tls: bool
    user: str
    password: str
    folder: str = "INBOX"
    done: str | None = None

    @property
    def name(self) -> str:
        """The name of the folder among those of all servers, without the password."""
        return f"{'imaps' if self.tls else 'imap'}://{self.user}@{self.host}:{self.port}/{self.folder}"


class ImapConnection:
    """A connection in the selected state. Its methods raise ImapError."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._reader, self._writer = reader, writer
        self._number = 0
        self.capabilities: frozenset[str] = frozenset()
        self.uidvalidity = 0
        self.keywords = False
        """Whether the server keeps flags that a client invents."""
        self._changed = asyncio.Event()
        """Set when a mail came. The server may say so in the midst of any command (RFC 3501 §7.3.1)."""

    async def command(
        self, line: str, *, each: Callable[[Response], None] | None = None, patience: float = PATIENCE
    ) -> Response:
        """Sends a command; returns the OK. ``each`` gets the responses before it. Raises ImapError."""
        tag = self._send(line)
        async with _within(patience):
            for _ in range(MAX_UNTAGGED):
                response = await self._read(MAX_MAIL + 1024)
                if response.text.startswith(tag):
                    return _required(response, line)
                if each is not None:
                    each(response)
        raise ImapError(f"more than {MAX_UNTAGGED} responses to {line.split()[0]}")

    async def greet(self) -> None:
        """Reads the greeting."""
        async with _within(PATIENCE):
            greeting = await read_response(self._reader, 1024)
        if greeting.words[:2] != [b"*", b"OK"]:
            raise ImapError(f"the server greets with {_shown(greeting)}")

    async def start_tls(self, host: str) -> None:
        """Protects the connection (RFC 3501 §6.2.1). A server on this machine may do without."""
        await self._ask_capabilities()
        if "STARTTLS" not in self.capabilities:
            if host in LOOPBACK:
                return
            raise ImapError("the server has no STARTTLS, so the password would cross the network readably")
        await self.command("STARTTLS")
        if self._reader._buffer:  # type: ignore[attr-defined]
            # What came before the handshake may be an attacker's (CVE-2011-0411).
            raise ImapError("the server sent more after STARTTLS")
        async with _within(PATIENCE):
            await self._writer.start_tls(ssl.create_default_context(), server_hostname=host)

    async def sign_in(self, user: str, password: str) -> None:
        """Authenticates. Raises SignInRefused, ImapError."""
        await self._ask_capabilities()
        if "AUTH=PLAIN" in self.capabilities:
            tag = self._send("AUTHENTICATE PLAIN")
            secret = b64encode(f"\0{user}\0{password}".encode()).decode()
            answer = await self._until(tag, on_plus=secret)
        else:
            if not (user + password).isascii():
                raise ImapError("the server takes only ASCII in user and password")
            answer = await self._until(self._send(f"LOGIN {quoted(user)} {quoted(password)}"))
        if answer.words[1:2] == [b"NO"]:
            raise SignInRefused(f"the server refuses the user or the password: {_shown(answer)}")
        _required(answer, "AUTHENTICATE")
        await self._ask_capabilities()

    async def select(self, folder: str) -> None:
        """Opens a folder."""

        def note(response: Response) -> None:
            self.uidvalidity = int(response.code("UIDVALIDITY") or self.uidvalidity)
            if (flags := response.code("PERMANENTFLAGS")) is not None:
                self.keywords = "\\*" in flags

        await self.command(f"SELECT {quoted(folder)}", each=note)
        if not self.uidvalidity:
            raise ImapError("the server names no UIDVALIDITY")

    async def search(self, criteria: str) -> list[int]:
        """The UIDs of the mails that fit, in ascending order."""
        found: set[int] = set()
        self._changed.clear()

        def note(response: Response) -> None:
            words = response.text.split()
            if words[:2] and words[1].upper() == b"SEARCH":
                found.update(int(each) for each in words[2:] if each.isdigit())

        await self.command(f"UID SEARCH {criteria}", each=note, patience=FETCHED)
        return sorted(found)

    async def fetch(self, uid: int, most: int) -> bytes | None:
        """The first *most* bytes of a mail, which is not marked as seen; None where it is gone."""
        found: dict[int, bytes] = {}

        def note(response: Response) -> None:
            if (fetched := response.fetched()) is not None:
                found[fetched[0]] = fetched[1]

        await self.command(f"UID FETCH {uid} (UID BODY.PEEK[]<0.{most}>)", each=note, patience=FETCHED)
        return found.get(uid)

    async def mark(self, uid: int, *flags: str) -> None:
        """Adds flags to a mail."""
        kept = [each for each in flags if each.startswith("\\") or self.keywords]
        await self.command(f"UID STORE {uid} +FLAGS.SILENT ({' '.join(kept)})")

    async def move(self, uid: int, folder: str) -> None:
        """Moves a mail to another folder (RFC 6851). Without that extension its copy stays, marked as deleted; other
        mails with that mark are not ours to remove."""
        if "MOVE" in self.capabilities:
            await self.command(f"UID MOVE {uid} {quoted(folder)}")
            return
        await self.command(f"UID COPY {uid} {quoted(folder)}")
        await self.mark(uid, "\\Deleted")
        if "UIDPLUS" in self.capabilities:
            await self.command(f"UID EXPUNGE {uid}")

    async def wait(self, seconds: float, stop: asyncio.Event) -> None:
        """Waits until a mail has come since the last search, ``stop`` is set, or the time is over (RFC 2177)."""
        if self._changed.is_set():
            # The pause bounds what a server costs that says so at each search.
            with suppress(TimeoutError):
                await asyncio.wait_for(stop.wait(), min(seconds, PAUSE))
            return
        if "IDLE" not in self.capabilities:
            with suppress(TimeoutError):
                await asyncio.wait_for(stop.wait(), min(seconds, PATIENCE))
            await self.command("NOOP")
            return
        tag = self._send("IDLE")
        # This task reads to the end: one that is cancelled could lose half of a response.
        idling = asyncio.create_task(self._idle(tag))
        waiting = [asyncio.create_task(each.wait()) for each in (self._changed, stop)]
        await asyncio.wait({idling, *waiting}, timeout=seconds, return_when=asyncio.FIRST_COMPLETED)
        for each in waiting:
            each.cancel()
        if not idling.done():
            self._writer.write(b"DONE\r\n")
        async with _within(PATIENCE):
            await idling

    async def _idle(self, tag: bytes) -> None:
        """Reads until the server ends the waiting."""
        while True:
            response = await self._read(1024)
            if response.text.startswith(tag):
                _required(response, "IDLE")
                return
            if response.words[:2] == [b"*", b"BYE"]:
                raise ImapError(f"the server ends: {_shown(response)}")

    async def _read(self, most: int) -> Response:
        response = await read_response(self._reader, most)
        words = response.words
        if words[:1] == [b"*"] and words[2:3] == [b"EXISTS"]:
            self._changed.set()
        return response

    async def _ask_capabilities(self) -> None:
        found: set[str] = set()

        def note(response: Response) -> None:
            if response.words[:2] == [b"*", b"CAPABILITY"]:
                found.update(response.text[:8192].decode("latin-1").upper().split()[2:])

        await self.command("CAPABILITY", each=note)
        self.capabilities = frozenset(found)

    def _send(self, line: str) -> bytes:
        self._number += 1
        tag = f"t{self._number} "
        self._writer.write(f"{tag}{line}\r\n".encode())
        return tag.encode()

    async def _until(self, tag: bytes, on_plus: str | None = None) -> Response:
        async with _within(PATIENCE):
            for _ in range(MAX_UNTAGGED):
                response = await self._read(1024)
                if response.text.startswith(tag):
                    return response
                if response.text.startswith(b"+") and on_plus is not None:
                    self._writer.write(f"{on_plus}\r\n".encode())
                    on_plus = None
        raise ImapError(f"more than {MAX_UNTAGGED} responses")


@asynccontextmanager
async def connected(mailbox: Mailbox) -> AsyncIterator[ImapConnection]:
    """A connection with the folder selected. Raises ImapError, OSError."""
    context = ssl.create_default_context() if mailbox.tls else None
    async with _within(PATIENCE):
        reader, writer = await asyncio.open_connection(mailbox.host, mailbox.port, ssl=context, limit=MAX_LINE)
    connection = ImapConnection(reader, writer)
    try:
        await connection.greet()
        if not mailbox.tls:
            await connection.start_tls(mailbox.host)
        await connection.sign_in(mailbox.user, mailbox.password)
        await connection.select(mailbox.folder)
        yield connection
        with suppress(ImapError):
            await connection.command("LOGOUT", patience=5.0)
    finally:
        writer.close()
        with suppress(OSError, TimeoutError):
            await asyncio.wait_for(writer.wait_closed(), 5.0)


@asynccontextmanager
async def _within(seconds: float) -> AsyncIterator[None]:
    try:
        async with asyncio.timeout(seconds):
            yield
    except TimeoutError:
        raise ImapError(f"the server does not answer within {seconds:g} s") from None


def quoted(text: str) -> str:
    """A quoted string (RFC 3501 §9). The settings admit no control characters."""
    return '"' + text.replace("\\", "\\\\").replace('"', '\\"') + '"'


def _required(response: Response, line: str) -> Response:
    if response.words[1:2] != [b"OK"]:
        raise ImapError(f"the server refuses {line.split()[0]}: {_shown(response)}")
    return response


def _shown(response: Response) -> str:
    return response.text[:200].decode("ascii", "replace")

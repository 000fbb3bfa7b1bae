"""One SMTP or LMTP connection, and how many there may be (RFC 5321, RFC 2033, ADR 31).

aiosmtpd reads the commands. The content after DATA is read here: aiosmtpd keeps each line as an object, so that a mail
of empty lines takes sixty times its size.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any, Final

from aiosmtpd.lmtp import LMTP
from aiosmtpd.smtp import SMTP

from televent.adapters.email.doors.codes import enhanced
from televent.adapters.email.reading.bounds import MAX_MAIL

MAX_SENT: Final = 4 * MAX_MAIL
"""Max bytes after DATA that are read to the end, to give the reply 552 at the place where the client expects it."""
MAX_CONNECTIONS: Final = 100
"""Max connections at the same time."""
MAX_FROM_ONE: Final = 50
"""Max connections from one network address at the same time."""
MAX_ERRORS: Final = 100
"""Max negative replies in one connection."""
TIMEOUT: Final = 300.0
"""Seconds for one command and for the whole of DATA (RFC 5321 §4.5.3.2.7)."""
PATIENCE: Final = 30.0
"""Seconds after its last reply in which a connection is not closed to make room for another one."""
MAX_COMMENTS: Final = 10
"""Max opening parentheses in the address of a command: aiosmtpd's parser of comments is recursive."""
_CHUNK: Final = 1 << 20
"""Max bytes read at a time: more than a StreamReader ever holds, so that each read empties it."""
_END: Final = b"\r\n.\r\n"


class SmtpConnection(SMTP):
    """A connection with bounds. ``since``: the loop's time of the last reply; ``client``: the network address."""

    line_length_limit = 64 * 1024

    def __init__(self, handler: Any) -> None:
        super().__init__(
            handler,
            data_size_limit=MAX_MAIL,
            enable_SMTPUTF8=True,
            timeout=TIMEOUT,
            hostname="televent",
            ident="Televent",
        )
        self.client = ""
        self.since = self.loop.time()
        self.ended: Callable[[], None] | None = None
        self._errors = 0
        self._greeting = False

    async def smtp_HELO(self, arg: str) -> None:
        await self._greet(super().smtp_HELO(arg))

    async def smtp_EHLO(self, arg: str) -> None:
        await self._greet(super().smtp_EHLO(arg))

    async def _greet(self, answer: Awaitable[None]) -> None:
        """Sends a greeting: its reply has no enhanced codes (RFC 2034 §3)."""
        self._greeting = True
        try:
            await answer
        finally:
            self._greeting = False

    def connection_lost(self, error: Exception | None) -> None:
        if self.ended is not None:
            self.ended()
        super().connection_lost(error)

    def close(self, reply: str | None = None) -> None:
        """Ends the connection, with a last reply or without."""
        transport: Any = self.transport
        if transport is not None:
            if reply is not None:
                transport.write(f"{reply}\r\n".encode())
            transport.close()

    async def push(self, status: Any) -> None:
        """Sends a reply. Afterwards other connections have their turn: a client may send many commands at once."""
        if self.transport is None or self.transport.is_closing():
            return
        text = status.decode("utf-8", "replace") if isinstance(status, bytes) else str(status)
        if not self._greeting:
            text = enhanced(text)
        # A reply may repeat an argument, with a bare CR or with bytes that are no UTF-8.
        text = "\r\n".join(line.replace("\r", " ") for line in text.split("\r\n"))
        await super().push(text.encode("utf-8", "replace"))
        self.since = self.loop.time()
        self._errors += text[:1] in ("4", "5")
        if self._errors > MAX_ERRORS:
            self.close("421 4.7.0 Too many errors")
        await asyncio.sleep(0)

    async def smtp_DATA(self, arg: str | None) -> None:
        """RFC 5321 §4.1.1.4. Only CR LF . CR LF ends the content: with a bare LF a mail could hide a second one."""
        if await self.check_helo_needed():
            return
        assert self.envelope is not None
        if not self.envelope.rcpt_tos:
            await self.push("503 5.5.1 Error: need RCPT command")
            return
        if arg:
            await self.push("501 5.5.4 Syntax: DATA")
            return
        await self.push("354 End data with <CR><LF>.<CR><LF>")
        content = await self._content()
        # The end of the content ends the transaction, whatever becomes of the mail: an error of the handler too.
        envelope, self.envelope = self.envelope, self._create_envelope()
        if self.transport is None or self.transport.is_closing():
            return
        if content is None:
            reply = f"552 5.3.4 A mail may have {MAX_MAIL} bytes"
        else:
            envelope.content = envelope.original_content = content
            reply = await self.event_handler.handle_DATA(self, self.session, envelope)
        await self.push(reply)

    async def _content(self) -> bytes | None:
        """The content without its dots (§4.5.2); None where it is too large. Bytes after it are commands."""
        kept, place, sent = bytearray(b"\r\n"), 0, 0
        while (end := kept.find(_END, place)) == -1:
            if len(kept) > MAX_MAIL + len(_END):
                sent += len(kept) - len(_END)
                del kept[: -len(_END)]
            if sent > MAX_SENT:
                self.close("552 5.3.4 Too much mail data")
                return None
            place = max(0, len(kept) - len(_END) + 1)
            chunk = await self._reader.read(_CHUNK)
            if not chunk:
                self.close()
                return None
            kept += chunk
        # The reader is empty, so the bytes come back to their place.
        if rest := bytes(kept[end + len(_END) :]):
            self._reader.feed_data(rest)
        if sent or end > MAX_MAIL:
            return None
        del kept[end + 2 :]
        if b"\r\n." in kept:
            kept = kept.replace(b"\r\n.", b"\r\n")
        return bytes(memoryview(kept)[2:])

    def _getaddr(self, arg: str) -> tuple[str | None, str | None]:
        if arg.count("(") > MAX_COMMENTS:
            return None, None
        try:
            found: tuple[str | None, str | None] = super()._getaddr(arg)
        except (IndexError, ValueError, AttributeError, TypeError):
            # The email package's parser raises these for some broken addresses.
            return None, None
        return found


class LmtpConnection(LMTP, SmtpConnection):
    """After the end of DATA, LMTP sends one reply for each recipient (RFC 2033 §4.2)."""

    _replies = 1

    async def push(self, status: Any) -> None:
        text = status.decode("utf-8", "replace") if isinstance(status, bytes) else str(status)
        replies, self._replies = self._replies, 1
        if replies > 1 and text.count("\r\n") == replies - 1:
            # The mail was taken for some recipients and refused for others.
            replies = 1
        if text.startswith("354") and self.envelope is not None:
            self._replies = max(1, len(self.envelope.rcpt_tos))
        await super().push("\r\n".join([text] * replies))


class Connections:
    """The open connections. Above a limit the one that has waited longest for its client makes room."""

    def __init__(self) -> None:
        self._open: set[SmtpConnection] = set()

    def full(self, client: str, now: float) -> bool:
        """Whether there is no room for one more from that client. Closes a connection where that makes room."""
        own = [each for each in self._open if each.client == client]
        for crowd, most in ((own, MAX_FROM_ONE), (self._open, MAX_CONNECTIONS)):
            if len(crowd) < most:
                continue
            oldest = min(crowd, key=lambda each: each.since)
            if now - oldest.since < PATIENCE:
                return True
            self._open.discard(oldest)
            oldest.close("421 4.4.2 Others wait for this connection")
        return False

    def add(self, connection: SmtpConnection) -> None:
        """Counts a connection until it ends."""
        self._open.add(connection)
        connection.ended = lambda: self._open.discard(connection)

    def close(self) -> None:
        """Ends all connections."""
        for each in list(self._open):
            each.close()


class Entrance(asyncio.Protocol):
    """The first protocol of a connection: refuses it, or hands it to SMTP. So a refused one costs next to nothing."""

    def __init__(self, connections: Connections, make: Callable[[], SmtpConnection]) -> None:
        self._connections = connections
        self._make = make

    def connection_made(self, transport: Any) -> None:
        peer = transport.get_extra_info("peername")
        client = str(peer[0]) if isinstance(peer, tuple) else ""
        if self._connections.full(client, asyncio.get_running_loop().time()):
            transport.write(b"421 4.3.2 Too many connections\r\n")
            transport.close()
            return
        connection = self._make()
        connection.client = client
        self._connections.add(connection)
        transport.set_protocol(connection)
        connection.connection_made(transport)

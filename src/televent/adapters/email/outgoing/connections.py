"""Keeps connections to the SMTP server open, so that one carries several mails (RFC 5321 §3.3).

A mail is sent again in the same attempt only where the server cannot have taken it: the kept connection ended, or the
server refused it, before the end of the mail was sent. Where the answer to the whole mail is lost, the outbox decides.
"""

from __future__ import annotations

import asyncio
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Final, Literal

import aiosmtplib

SERVICE_ENDS: Final = 421
"""The server closes the connection; it may answer so to any command (RFC 5321 §3.8)."""
GOODBYE: Final = 5.0
"""Max seconds for the answer to QUIT."""
_FAILURES: Final = (aiosmtplib.SMTPException, OSError, TimeoutError)


@dataclass(frozen=True, slots=True)
class SmtpRoute:
    """The SMTP server for outgoing mail. ``timeout`` is in seconds.

    ``tls`` "auto": TLS on port 465, STARTTLS where offered.
    """

    host: str
    port: int
    username: str | None = None
    password: str | None = None
    tls: Literal["none", "starttls", "tls", "auto"] = "auto"
    timeout: float = 30.0


@dataclass(frozen=True, slots=True)
class Keeping:
    """Bounds of the connections of one process.

    ``connections``: max open at a time. ``mails``: max mails of one connection; many mail services admit 100. ``idle``:
    seconds after which an unused connection is closed, before most servers close it.
    """

    connections: int = 10
    mails: int = 100
    idle: float = 10.0


ONE_EACH: Final = Keeping(mails=1)
"""No connection is kept."""


@dataclass(frozen=True, slots=True)
class Envelope:
    """A finished mail with its envelope. ``sender``: "" for none. ``international``: the server needs SMTPUTF8."""

    mail: bytes
    sender: str
    recipient: str
    international: bool


class NotInternational(Exception):
    """The server does not offer SMTPUTF8 (RFC 6531 §3.1), which this mail needs."""


class _Stale(Exception):
    """A kept connection cannot carry this mail, which the server surely has not taken."""


@dataclass(slots=True, eq=False)
class _Connection:
    """``mails``: the mails that it was used for. ``ending``: closes it when it was unused for too long."""

    client: aiosmtplib.SMTP
    mails: int = 0
    ending: asyncio.TimerHandle | None = field(default=None, repr=False)


class SmtpConnections:
    """Connections to one SMTP server, for one event loop."""

    def __init__(self, route: SmtpRoute, keeping: Keeping = ONE_EACH) -> None:
        self._route, self._keeping = route, keeping
        self._room = asyncio.Semaphore(keeping.connections)
        self._free: list[_Connection] = []
        self._leaving: set[asyncio.Task[None]] = set()
        self._closed = False

    async def close(self) -> None:
        """Ends the unused connections. Those in use end after their mail."""
        self._closed = True
        while self._free:
            self._part(self._free.pop())
        await asyncio.gather(*self._leaving)

    async def deliver(self, envelope: Envelope) -> None:
        """Returns when the server has accepted the mail. Raises the errors of aiosmtplib, OSError, TimeoutError and
        NotInternational."""
        async with self._room:
            kept = self._kept()
            if kept is not None:
                try:
                    await self._use(kept, envelope)
                    return
                except _Stale:
                    # Once: a server that has become silent costs one more timeout, not one for each connection.
                    pass
            await self._use(await self._opened(), envelope)

    def _kept(self) -> _Connection | None:
        """The connection that was used last, so that those too many become idle."""
        while self._free:
            kept = self._free.pop()
            if kept.ending is not None:
                kept.ending.cancel()
            if kept.client.is_connected:
                return kept
            kept.client.close()
        return None

    async def _opened(self) -> _Connection:
        route = self._route
        client = aiosmtplib.SMTP(
            hostname=route.host,
            port=route.port,
            use_tls=route.tls == "tls" or (route.tls == "auto" and route.port == 465),
            start_tls={"starttls": True, "none": False, "tls": False, "auto": None}[route.tls],
            username=route.username,
            password=route.password,
            timeout=route.timeout,
        )
        await client.connect()
        return _Connection(client)

    async def _use(self, connection: _Connection, envelope: Envelope) -> None:
        reused, clean = connection.mails > 0, False
        connection.mails += 1
        try:
            try:
                await _transact(connection.client, envelope, reused=reused)
                clean = True
            except (aiosmtplib.SMTPSenderRefused, aiosmtplib.SMTPRecipientRefused, aiosmtplib.SMTPDataError):
                clean = await _reset(connection.client)
                raise
            except NotInternational:
                clean = True
                raise
        finally:
            self._give_back(connection, clean=clean)

    def _give_back(self, connection: _Connection, *, clean: bool) -> None:
        if not clean or not connection.client.is_connected:
            connection.client.close()
        elif self._closed or connection.mails >= self._keeping.mails:
            self._part(connection)
        else:
            connection.ending = asyncio.get_running_loop().call_later(self._keeping.idle, self._expire, connection)
            self._free.append(connection)

    def _expire(self, connection: _Connection) -> None:
        self._free.remove(connection)
        self._part(connection)

    def _part(self, connection: _Connection) -> None:
        """Ends a connection politely, beside the mails: its last mail is accepted, whatever the answer to QUIT is."""
        if connection.ending is not None:
            connection.ending.cancel()
        task = asyncio.create_task(_quit(connection.client))
        self._leaving.add(task)
        task.add_done_callback(self._leaving.discard)


async def _transact(client: aiosmtplib.SMTP, envelope: Envelope, *, reused: bool) -> None:
    """One mail. After DATA there is no second try: a lost answer does not tell whether the mail was taken."""
    options: list[str] = []
    encoding: Literal["ascii", "utf-8"] = "ascii"
    if client.last_ehlo_response is None:
        await _greet(client)
    if client.supports_extension("size"):
        options.append(f"SIZE={len(envelope.mail)}")
    if envelope.international:
        if not client.supports_extension("smtputf8"):
            raise NotInternational
        options += ["SMTPUTF8", "BODY=8BITMIME"]
        encoding = "utf-8"
    try:
        await client.mail(envelope.sender, options=options, encoding=encoding)
    except _FAILURES as error:
        # Some servers answer so when they want no more mails of this connection, with any code.
        if reused:
            raise _Stale from error
        raise
    try:
        await client.rcpt(envelope.recipient, encoding=encoding)
    except _FAILURES as error:
        if reused and not _about_the_mail(error):
            raise _Stale from error
        raise
    try:
        await client.data(envelope.mail)
    except aiosmtplib.SMTPDataError as error:
        if reused and not _about_the_mail(error):
            raise _Stale from error
        raise


def _about_the_mail(error: BaseException) -> bool:
    return isinstance(error, aiosmtplib.SMTPResponseException) and error.code != SERVICE_ENDS


async def _greet(client: aiosmtplib.SMTP) -> None:
    try:
        await client.ehlo()
    except aiosmtplib.SMTPHeloError:
        await client.helo()


async def _reset(client: aiosmtplib.SMTP) -> bool:
    """Whether the connection may be used for another mail (RFC 5321 §4.1.1.5)."""
    try:
        await client.rset()
    except _FAILURES:
        return False
    return True


async def _quit(client: aiosmtplib.SMTP) -> None:
    with suppress(*_FAILURES):
        await client.quit(timeout=GOODBYE)
    client.close()

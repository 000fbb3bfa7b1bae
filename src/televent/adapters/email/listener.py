"""Accepts mail by SMTP or LMTP (RFC 5321, RFC 2033) from the mail server in front of us.

A mail is stored before it is acknowledged, and processed afterwards (``processing``).
"""

from __future__ import annotations

import asyncio
import socket
from collections.abc import Callable, Sequence
from contextlib import AbstractAsyncContextManager, nullcontext
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal

import structlog

from televent.adapters.email.connection import Connections, Entrance, LmtpConnection, SmtpConnection
from televent.adapters.email.doors.keys import mail_key
from televent.adapters.email.incoming.intake import Intake
from televent.adapters.email.incoming.processing import Processing
from televent.application.outage import DatabaseAway, DatabaseBusy, DatabaseFull, DatabaseReadOnly, Outage

log = structlog.get_logger("televent.mail")

MAX_RECIPIENTS = 100
"""Max recipients of a mail."""
TRY_LATER = "451 4.3.0 Try again later"
OUTAGES: dict[type[Outage], str] = {
    DatabaseAway: TRY_LATER,
    DatabaseReadOnly: TRY_LATER,
    DatabaseBusy: TRY_LATER,
    DatabaseFull: "452 4.3.1 The mail system is full",
}
"""The reply to each class of Outage (RFC 5321 §4.2.3, RFC 3463 §3.4); after each the sender keeps the mail."""


@dataclass(frozen=True, slots=True)
class ListenerConfig:
    """The address, port and protocol to listen with."""

    host: str
    port: int
    protocol: Literal["smtp", "lmtp"] = "smtp"


class Listener:
    """aiosmtpd's handler: stores each mail, then processes it in the background."""

    def __init__(self, intake: Intake, stored: Callable[[], None]) -> None:
        self._intake = intake
        self._stored = stored

    async def handle_EHLO(
        self, server: Any, session: Any, envelope: Any, hostname: str, replies: list[str]
    ) -> list[str]:
        """The extensions; an LMTP server must have these two (RFC 2033 §5)."""
        session.host_name = hostname
        return [*replies[:-1], "250-PIPELINING", "250-ENHANCEDSTATUSCODES", replies[-1]]

    async def handle_MAIL(self, server: Any, session: Any, envelope: Any, address: str, options: list[str]) -> str:
        """Accepts every sender; the headers and tokens of a mail prove one or do not."""
        envelope.mail_from = address
        envelope.mail_options.extend(options)
        return "250 2.1.0 OK"

    async def handle_RCPT(self, server: Any, session: Any, envelope: Any, address: str, options: list[str]) -> str:
        """Accepts recipients with an account here and our own tokened addresses; nothing is relayed."""
        if len(envelope.rcpt_tos) >= MAX_RECIPIENTS:
            return "452 4.5.3 Too many recipients"
        refusal: str | None = await self._intake.refusal(address)
        if refusal is not None:
            return refusal
        envelope.rcpt_tos.append(address)
        return "250 2.1.5 OK"

    async def handle_DATA(self, server: Any, session: Any, envelope: Any) -> str:
        """Replies 250 only after the mail is stored. A mail beyond our bounds is refused here, so its sender knows."""
        raw: bytes = envelope.original_content or b""
        recipients = [str(each) for each in envelope.rcpt_tos]
        # aiosmtpd decodes bytes that are not UTF-8 as lone surrogates, which PostgreSQL refuses.
        sender = (envelope.mail_from or "").encode(errors="replace").decode()
        refusals = await self._intake.run(self._kept, sender, recipients, raw, isinstance(server, LmtpConnection))
        for refusal in dict.fromkeys(filter(None, refusals)):
            log.info("mail refused", reply=refusal)
        if not all(refusals):
            self._stored()
        return "\r\n".join(each or "250 2.0.0 OK" for each in refusals)

    def _kept(self, sender: str, recipients: list[str], raw: bytes, each: bool) -> list[str | None]:
        """Stores the mail. ``each``: a reply for each recipient, so those who may have it get it (RFC 2033 §4.2)."""
        if not each:
            return [self._intake.keep(mail_key(raw, recipients), sender, recipients, raw)]
        refusals = self._intake.refusals(sender, recipients, raw)
        rest = [name for name, refusal in zip(recipients, refusals, strict=True) if refusal is None]
        refused = self._intake.keep(mail_key(raw, rest), sender, rest, raw) if rest else None
        return [refusal or refused for refusal in refusals]

    async def handle_exception(self, error: Exception) -> str:
        """Replies 451 or 452, so that the sender keeps the mail and tries again. The reply does not show the error."""
        if isinstance(error, Outage):
            log.warning("a mail is not taken", outage=error.name, error=str(error))
            return OUTAGES[type(error)]
        log.error("a mail could not be stored", exc_info=error)
        return TRY_LATER


async def serve_mail(
    config: ListenerConfig,
    intake: Intake,
    now: Callable[[], datetime],
    ready: Callable[[], None],
    stop: asyncio.Event,
    *,
    on_port: Callable[[int], None] = lambda port: None,
    sock: socket.socket | None = None,
    lmtp: Sequence[socket.socket] = (),
    beside: Callable[[Processing], AbstractAsyncContextManager[None]] | None = None,
) -> None:
    """Listens until ``stop`` is set; also processes the mails that an earlier process stored and left without outcome.

    ``on_port`` gets the port that is bound, ``ready`` is called once mail is accepted. ``sock``: a listening socket to
    use in place of a new one. ``lmtp``: more listening sockets, of a port or in the file system, for LMTP. ``beside``:
    runs around all of this; it may call ``kept`` of the processing. Raises OSError where the port is taken.
    """
    processing = Processing(intake, now)
    listener = Listener(intake, processing.kept)
    connections = Connections()

    def entrance(protocol: type[SmtpConnection]) -> Callable[[], Entrance]:
        return lambda: Entrance(connections, lambda: protocol(listener))

    loop = asyncio.get_running_loop()
    first = entrance(LmtpConnection if config.protocol == "lmtp" else SmtpConnection)
    if sock is not None:
        servers = [await loop.create_server(first, sock=sock)]
    else:
        servers = [await loop.create_server(first, config.host, config.port)]
    for each in lmtp:
        serve = loop.create_unix_server if each.family == socket.AF_UNIX else loop.create_server
        servers.append(await serve(entrance(LmtpConnection), sock=each))
    running = asyncio.create_task(processing.run())
    try:
        async with beside(processing) if beside is not None else nullcontext():
            on_port(servers[0].sockets[0].getsockname()[1])
            ready()
            await stop.wait()
    finally:
        for server in servers:
            server.close()
        # A sender without a reply sends again; the dedupe key then recognises a mail that is stored already.
        connections.close()
        processing.stop()
        await running

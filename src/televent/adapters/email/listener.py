"""Accepts mail by SMTP or LMTP (RFC 5321, RFC 2033) from the mail server in front of us.

A mail is stored before it is acknowledged, and processed afterwards (``processing``).
"""

from __future__ import annotations

import asyncio
import hashlib
import re
import socket
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal

import structlog

from televent.adapters.email.connection import Connections, Entrance, LmtpConnection, SmtpConnection
from televent.adapters.email.intake import Intake
from televent.adapters.email.processing import Processing
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
_HEAD_END = re.compile(rb"\r?\n\r?\n")
_TRACE = (b"received:", b"return-path:", b"delivered-to:", b"x-received:", b"x-original-to:", b"x-spam")


@dataclass(frozen=True, slots=True)
class ListenerConfig:
    """The address, port and protocol to listen with."""

    host: str
    port: int
    protocol: Literal["smtp", "lmtp"] = "smtp"


class Listener:
    """aiosmtpd's handler: stores each mail, then processes it in the background."""

    def __init__(self, intake: Intake, kept: Callable[[], None]) -> None:
        self._intake = intake
        self._kept = kept

    async def handle_RCPT(self, server: Any, session: Any, envelope: Any, address: str, options: list[str]) -> str:
        """Accepts recipients with an account here and our own tokened addresses; nothing is relayed."""
        if len(envelope.rcpt_tos) >= MAX_RECIPIENTS:
            return "452 4.5.3 Too many recipients"
        refusal: str | None = await self._intake.refusal(address)
        if refusal is not None:
            return refusal
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server: Any, session: Any, envelope: Any) -> str:
        """Replies 250 only after the mail is stored. A mail beyond our bounds is refused here, so its sender knows."""
        raw: bytes = envelope.original_content or b""
        recipients = [str(each) for each in envelope.rcpt_tos]
        # aiosmtpd decodes bytes that are not UTF-8 as lone surrogates, which PostgreSQL refuses.
        sender = (envelope.mail_from or "").encode(errors="replace").decode()
        refusal = await self._intake.run(self._intake.keep, mail_key(raw, recipients), sender, recipients, raw)
        if refusal is not None:
            log.info("mail refused", reply=refusal)
            return refusal
        self._kept()
        return "250 OK"

    async def handle_exception(self, error: Exception) -> str:
        """Replies 451 or 452, so that the sender keeps the mail and tries again. The reply does not show the error."""
        if isinstance(error, Outage):
            log.warning("a mail is not taken", outage=error.name, error=str(error))
            return OUTAGES[type(error)]
        log.error("a mail could not be stored", exc_info=error)
        return TRY_LATER


def mail_key(raw: bytes, recipients: list[str]) -> str:
    """The dedupe key of a mail: a hash of its recipients, headers and body, without trace headers (imip/SPEC B1).

    The same mail that arrives by two routes differs only in its trace headers.
    """
    # Bare LF must count as a line end: otherwise a head without CRLF is one line, and Received would hide all of it.
    parted = _HEAD_END.search(raw)
    head, body = (parted.start(), parted.end()) if parted is not None else (len(raw), len(raw))
    digest = hashlib.sha256("\0".join([*sorted(each.lower() for each in recipients), ""]).encode())
    skipping = False
    for line in raw[:head].split(b"\n"):
        if line[:1] not in (b" ", b"\t"):
            skipping = line.lower().startswith(_TRACE)
        if not skipping:
            digest.update(line.removesuffix(b"\r") + b"\n")
    digest.update(b"\n")
    digest.update(memoryview(raw)[body:])
    return digest.hexdigest()


async def serve_mail(
    config: ListenerConfig,
    intake: Intake,
    now: Callable[[], datetime],
    ready: Callable[[], None],
    stop: asyncio.Event,
    *,
    on_port: Callable[[int], None] = lambda port: None,
    sock: socket.socket | None = None,
) -> None:
    """Listens until ``stop`` is set; also processes the mails that an earlier process stored and left without outcome.

    ``on_port`` gets the port that is bound, ``ready`` is called once mail is accepted. ``sock``: a listening socket to
    use in place of a new one. Raises OSError where the port is taken.
    """
    processing = Processing(intake, now)
    listener = Listener(intake, processing.kept)
    connections = Connections()
    protocol = LmtpConnection if config.protocol == "lmtp" else SmtpConnection

    def entrance() -> Entrance:
        return Entrance(connections, lambda: protocol(listener))

    loop = asyncio.get_running_loop()
    if sock is not None:
        server = await loop.create_server(entrance, sock=sock)
    else:
        server = await loop.create_server(entrance, config.host, config.port)
    running = asyncio.create_task(processing.run())
    try:
        on_port(server.sockets[0].getsockname()[1])
        ready()
        await stop.wait()
    finally:
        server.close()
        # A sender without a reply sends again; the dedupe key then recognises a mail that is stored already.
        connections.close()
        processing.stop()
        await running

"""Mail comes in by SMTP or LMTP (RFC 5321, RFC 2033), from the mail server in front of us.

A mail is kept before it is answered for, and understood afterwards: what was kept when a process died is understood at
the next start.
"""

from __future__ import annotations

import asyncio
import hashlib
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Literal

import structlog
from aiosmtpd.lmtp import LMTP
from aiosmtpd.smtp import SMTP

from televent.adapters.email.intake import Intake

log = structlog.get_logger("televent.mail")

MAX_MAIL = 5 * 1024 * 1024
MAX_RECIPIENTS = 100
TIMEOUT = 120.0
_TRACE = ("received:", "return-path:", "delivered-to:", "x-received:", "x-original-to:", "x-spam")


@dataclass(frozen=True, slots=True)
class ListenerConfig:
    """Where to listen, and how to speak."""

    host: str
    port: int
    protocol: Literal["smtp", "lmtp"] = "smtp"


class Listener:
    """aiosmtpd's handler."""

    def __init__(self, intake: Intake, now: Callable[[], Any]) -> None:
        self._intake = intake
        self._now = now
        self.under_way: set[asyncio.Task[Any]] = set()

    async def handle_RCPT(self, server: Any, session: Any, envelope: Any, address: str, options: list[str]) -> str:
        """Mail for people here and for our own tokens; nothing is relayed."""
        if len(envelope.rcpt_tos) >= MAX_RECIPIENTS:
            return "452 4.5.3 Too many recipients"
        refusal: str | None = await self._intake.run(self._intake.accepts, address)
        if refusal is not None:
            return refusal
        envelope.rcpt_tos.append(address)
        envelope.rcpt_options.extend(options)
        return "250 OK"

    async def handle_DATA(self, server: Any, session: Any, envelope: Any) -> str:
        """250 only once the mail is kept."""
        raw: bytes = envelope.original_content or envelope.content
        recipients = [str(each) for each in envelope.rcpt_tos]
        key = mail_key(raw, recipients)
        sender = envelope.mail_from or ""
        try:
            fresh = await self._intake.run(self._intake.book.keep, key, sender, recipients, raw, self._now())
        except Exception:
            log.exception("a mail could not be kept")
            return "451 4.3.0 Try again later"
        if fresh:
            self.understand(key, sender, recipients, raw)
        return "250 OK"

    def understand(self, key: str, sender: str, recipients: list[str], raw: bytes) -> None:
        """In the background; the mail is safe already."""
        task = asyncio.create_task(self._intake.take(key, sender, recipients, raw))
        self.under_way.add(task)
        task.add_done_callback(self.under_way.discard)


def mail_key(raw: bytes, recipients: list[str]) -> str:
    """Names a mail by what it says and to whom, without the trace that each way leaves on it (imip/SPEC B1)."""
    head, separator, body = raw.partition(b"\r\n\r\n")
    kept: list[bytes] = []
    skipping = False
    for line in head.split(b"\r\n"):
        if line[:1] not in (b" ", b"\t"):
            skipping = line.lower().startswith(tuple(name.encode() for name in _TRACE))
        if not skipping:
            kept.append(line)
    digest = hashlib.sha256(b"\r\n".join(kept) + separator + body)
    digest.update("\0".join(sorted(each.lower() for each in recipients)).encode())
    return digest.hexdigest()


async def serve_mail(
    config: ListenerConfig,
    intake: Intake,
    now: Callable[[], Any],
    ready: Callable[[], None],
    stop: asyncio.Event,
    *,
    on_port: Callable[[int], None] = lambda port: None,
) -> None:
    """Listens until told to stop; takes up first what an earlier process kept and did not understand."""
    listener = Listener(intake, now)
    for key, sender, recipients, raw in await intake.run(intake.book.unsettled, 1000):
        listener.understand(key, sender, recipients, raw)
    protocol = LMTP if config.protocol == "lmtp" else SMTP

    def connection() -> Any:
        return protocol(
            listener,
            data_size_limit=MAX_MAIL,
            enable_SMTPUTF8=True,
            timeout=TIMEOUT,
            hostname="televent",
            ident="Televent",
        )

    server = await asyncio.get_running_loop().create_server(connection, config.host, config.port)
    on_port(server.sockets[0].getsockname()[1])
    ready()
    try:
        await stop.wait()
    finally:
        server.close()
        await asyncio.gather(*listener.under_way, return_exceptions=True)

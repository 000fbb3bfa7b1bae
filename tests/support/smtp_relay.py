"""An SMTP server (aiosmtpd) that counts its connections, and answers, hangs or ends them as a test wants."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

from aiosmtpd.smtp import SMTP

END = "end"
"""Instead of an answer: the connection ends at once."""
HANG = "hang"
"""Instead of an answer: none comes, as long as the server runs."""


@dataclass(frozen=True)
class Step:
    """A command of the client. ``mails``: the mails that this connection, the ``connection``-th, has carried before."""

    connection: int
    mails: int
    verb: str
    recipient: str = ""


@dataclass
class Relay:
    """``taken``: the connection and the recipient of each mail that was accepted. ``answer``: called for each command;
    None for the usual answer. ``ends_after``: the server ends each connection after so many mails. ``gate``: mails are
    accepted when it is set."""

    port: int = 0
    answer: Callable[[Step], str | None] = lambda _: None
    ends_after: int | None = None
    gate: asyncio.Event = field(default_factory=asyncio.Event)
    taken: list[tuple[int, str]] = field(default_factory=list)
    steps: list[Step] = field(default_factory=list)
    connections: int = 0
    open: set[asyncio.BaseTransport] = field(default_factory=set)
    most: int = 0
    waiting: int = 0
    changed: asyncio.Condition = field(default_factory=asyncio.Condition)

    async def until(self, condition: Callable[[], bool]) -> None:
        """Returns when the condition is true; it is asked when a connection or a mail comes or goes."""
        async with self.changed:
            await self.changed.wait_for(condition)

    async def tell(self) -> None:
        async with self.changed:
            self.changed.notify_all()


class _Connection(SMTP):
    """One connection; it is its own handler."""

    def __init__(self, relay: Relay) -> None:
        super().__init__(self, enable_SMTPUTF8=True)
        self._relay = relay
        self._number = self._mails = 0
        self._telling: set[asyncio.Task[None]] = set()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._relay.connections += 1
        self._number = self._relay.connections
        self._relay.open.add(transport)
        self._relay.most = max(self._relay.most, len(self._relay.open))
        self._own_transport = transport
        super().connection_made(transport)

    def connection_lost(self, error: Exception | None) -> None:
        self._relay.open.discard(self._own_transport)
        task = asyncio.get_running_loop().create_task(self._relay.tell())
        self._telling.add(task)
        task.add_done_callback(self._telling.discard)
        super().connection_lost(error)

    async def _step(self, verb: str, recipient: str = "") -> str | None:
        step = Step(self._number, self._mails, verb, recipient)
        self._relay.steps.append(step)
        answer = self._relay.answer(step)
        if answer == END:
            self._own_transport.abort()  # type: ignore[attr-defined]
        if answer in (END, HANG):
            await asyncio.Event().wait()
        return answer

    async def handle_MAIL(self, server: Any, session: Any, envelope: Any, address: str, options: list[str]) -> str:
        if (answer := await self._step("MAIL")) is not None:
            return answer
        envelope.mail_from = address
        return "250 OK"

    async def handle_RCPT(self, server: Any, session: Any, envelope: Any, address: str, options: list[str]) -> str:
        if (answer := await self._step("RCPT", address)) is not None:
            return answer
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_RSET(self, server: Any, session: Any, envelope: Any) -> str:
        return await self._step("RSET") or "250 OK"

    async def handle_DATA(self, server: Any, session: Any, envelope: Any) -> str:
        (recipient,) = envelope.rcpt_tos
        if (answer := self._relay.answer(Step(self._number, self._mails, "TAKEN", recipient))) is not None:
            if not answer.startswith("4"):
                self._relay.taken.append((self._number, recipient))
            return await self._step("TAKEN", recipient) or ""
        self._relay.waiting += 1
        await self._relay.tell()
        await self._relay.gate.wait()
        self._relay.waiting -= 1
        self._mails += 1
        self._relay.taken.append((self._number, recipient))
        if self._mails == self._relay.ends_after:
            # After the answer, which is written before the loop gets here.
            asyncio.get_running_loop().call_soon(self._own_transport.close)
        await self._relay.tell()
        return "250 OK"


@asynccontextmanager
async def open_relay(**fields: Any) -> AsyncIterator[Relay]:
    """The server, on a free port, in the loop of the test. It takes mails at once."""
    relay = Relay(**fields)
    relay.gate.set()
    server = await asyncio.get_running_loop().create_server(lambda: _Connection(relay), "127.0.0.1", 0)
    relay.port = server.sockets[0].getsockname()[1]
    try:
        yield relay
    finally:
        server.close()
        for transport in list(relay.open):
            transport.abort()  # type: ignore[attr-defined]
        await relay.until(lambda: not relay.open)

"""Plays a schedule: each act begins at its time, whether or not earlier ones have ended."""

from __future__ import annotations

import asyncio
import random
import smtplib
import time
from collections.abc import Awaitable, Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from typing import Final

import httpx
from lxml import etree

from bench.company import schedule, texts
from bench.company.chats import Chats
from bench.company.devices import Device
from bench.company.ledger import Ledger, Meeting
from bench.company.sizes import ANSWERING, MOST_WAITING
from bench.load import LoadError
from bench.servers import HOST

ANSWER_AFTER: Final = (0.5, 5.0)
"""Seconds after which a guest answers, at least and at most."""
SMTP_TIMEOUT: Final = 60.0
OK: Final = 250
"""The reply to a command that was done (RFC 5321 section 4.2.3)."""


class Player:
    """The people of the company with their apps, chats and mail."""

    def __init__(self, devices: Sequence[Device], chats: Chats, mail_port: int) -> None:
        self._devices, self._chats, self._mail_port = devices, chats, mail_port
        self._tasks: set[asyncio.Task[None]] = set()
        self._smtp: smtplib.SMTP | None = None
        # One connection, as from one mail server outside.
        self._mailer = ThreadPoolExecutor(1)

    @property
    def waiting(self) -> int:
        """Number of acts under way."""
        return len(self._tasks)

    async def play(self, acts: Sequence[schedule.Act], name: str, seed: int) -> Ledger:
        """Plays the acts and waits for their ends. ``name`` makes titles and UIDs unique."""
        ledger, chance, began = Ledger(), random.Random(seed), time.perf_counter()
        for place, act in enumerate(acts):
            wait = began + act.at - time.perf_counter()
            # Else a busy loop would let nobody else run.
            await asyncio.sleep(max(wait, 0.0))
            if self.waiting > MOST_WAITING:
                ledger.left_out = len(acts) - place
                break
            self._begin(ledger, act.kind, self._act(ledger, act, began + act.at, name, chance))
        while self._tasks:
            await asyncio.wait(set(self._tasks))
        ledger.elapsed = time.perf_counter() - began
        return ledger

    async def close(self) -> None:
        """Ends what is under way."""
        for each in self._tasks:
            each.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        if self._smtp is not None:
            self._smtp.close()
        self._mailer.shutdown(wait=True, cancel_futures=True)

    def _begin(self, ledger: Ledger, kind: str, work: Awaitable[None]) -> None:
        task = asyncio.ensure_future(self._noted(ledger, kind, work))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _noted(self, ledger: Ledger, kind: str, work: Awaitable[None]) -> None:
        try:
            await work
        except LoadError as error:
            ledger.errors.append(str(error))
        except (httpx.HTTPError, smtplib.SMTPException, OSError, etree.XMLSyntaxError) as error:
            ledger.errors.append(f"{kind}: {type(error).__name__}: {error}")

    async def _act(self, ledger: Ledger, act: schedule.Act, due: float, name: str, chance: random.Random) -> None:
        device = self._devices[act.person]
        match act.kind:
            case schedule.POLL:
                await device.poll(ledger, due)
            case schedule.EDIT:
                await device.edit(ledger, due, act.number)
            case schedule.REMIND:
                await device.remind(ledger, due, f"Call {name} {act.number}.")
            case schedule.ASK:
                await self._chats.ask(ledger, due, device.person, act.number)
            case schedule.MEET:
                await self._meet(ledger, act, due, name, chance)
            case _:
                await self._mail(ledger, act, due, name)

    async def _meet(self, ledger: Ledger, act: schedule.Act, due: float, name: str, chance: random.Random) -> None:
        uid, title = f"meeting-{name}-{act.number}@bench.example.com", f"Meeting {name} {act.number}."
        meeting = Meeting(uid, title, act.person, act.others)
        answering = [each for each in act.others if chance.random() < ANSWERING]
        after = [chance.uniform(*ANSWER_AFTER) for _ in answering]
        addresses = [self._devices[each].person.address for each in act.others]
        await self._devices[act.person].meet(ledger, due, meeting, addresses)
        for guest, pause in zip(answering, after, strict=True):
            self._begin(ledger, "answer", self._answer(ledger, meeting, guest, pause))

    async def _answer(self, ledger: Ledger, meeting: Meeting, guest: int, pause: float) -> None:
        due = time.perf_counter() + pause
        await asyncio.sleep(pause)
        await self._devices[guest].accept(ledger, due, meeting)

    async def _mail(self, ledger: Ledger, act: schedule.Act, due: float, name: str) -> None:
        person = self._devices[act.person].person
        uid, title = f"outside-{name}-{act.number}@example.net", f"Outside {name} {act.number}."
        text = texts.invitation(uid, title, datetime.now(UTC), person.address)
        await asyncio.get_running_loop().run_in_executor(self._mailer, self._send, person.address, text)
        ledger.note("mail by SMTP", time.perf_counter() - due)
        ledger.mailed[uid] = person.number

    def _send(self, recipient: str, text: bytes) -> None:
        if self._smtp is not None:
            try:
                open_still = self._smtp.noop()[0] == OK
            except (smtplib.SMTPException, OSError):
                open_still = False
            if not open_still:
                # The server closes a connection that was idle between two phases.
                self._smtp.close()
                self._smtp = None
        try:
            if self._smtp is None:
                self._smtp = smtplib.SMTP(HOST, self._mail_port, timeout=SMTP_TIMEOUT)
            self._smtp.sendmail(texts.SENDER, [recipient], text)
        except (smtplib.SMTPException, OSError):
            self._smtp = None
            raise

"""Takes the mails of a mailbox: one process at a time, each mail stored before it is marked or moved.

A mail is known by its UID, which the server gives each mail once (RFC 3501 §2.3.1.1). The last UID that was taken is
kept in the database. Where the server has given its mails new numbers (UIDVALIDITY), all that are not marked are looked
at again: the dedupe key recognises those that were stored.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from contextlib import suppress
from typing import Final, Protocol

import structlog

from televent.adapters.email.doors.imap.connection import ImapConnection, Mailbox, connected
from televent.adapters.email.doors.imap.envelope import recipients_of, sender_of_envelope
from televent.adapters.email.doors.imap.responses import ImapError, SignInRefused
from televent.adapters.email.doors.keys import mail_key
from televent.adapters.email.incoming.intake import Intake
from televent.adapters.email.reading.bounds import MAX_MAIL, BeyondBounds
from televent.application.outage import Outage

log = structlog.get_logger("televent.mail")

RENEW: Final = 3.0
"""Seconds between two looks at the lease."""
IDLE: Final = 540.0
"""Max seconds of one IDLE. Servers end it after 30 minutes (RFC 2177 §3), and some networks after ten."""
FIRST_PAUSE: Final = 1.0
"""Seconds before the first new attempt to connect; each later pause is twice as long."""
LONGEST_PAUSE: Final = 300.0
"""Max seconds between two attempts. After a wrong password all pauses are that long, so that no account is locked."""
ATTEMPTS: Final = 3
"""Max attempts to store a mail, where the mail is the reason that they fail."""
STORED: Final = "$TeleventStored"
REFUSED: Final = "$TeleventRefused"


class MailboxBook(Protocol):
    """The lease of a mailbox, and how far it was taken. Synchronous; called in a thread."""

    def take(self) -> bool:
        """Takes or renews the lease. False: another process has it."""
        ...

    def release(self) -> None:
        """Gives the lease back."""
        ...

    def last_uid(self, uidvalidity: int) -> int | None:
        """The last UID that was taken; None where the mails were never seen with this numbering."""
        ...

    def taken(self, uidvalidity: int, uid: int) -> bool:
        """Notes the last UID that was taken. False: another process has the lease, and nothing is noted."""
        ...


class Watching:
    """Watches one mailbox while this process has the lease. ``stored`` is called after each mail that was stored."""

    def __init__(
        self,
        mailbox: Mailbox,
        book: MailboxBook,
        intake: Intake,
        stored: Callable[[], None],
        *,
        first_pause: float = FIRST_PAUSE,
    ) -> None:
        self._mailbox, self._book, self._intake, self._stored = mailbox, book, intake, stored
        self._first_pause = first_pause
        self._failures = 0

    async def run(self, stop: asyncio.Event) -> None:
        """Watches until ``stop`` is set. Never raises for what the server does."""
        told = False
        try:
            while not stop.is_set():
                if await self._holds():
                    told = False
                    await self._in_turn(stop)
                elif not told:
                    log.info("another process reads the mailbox: this one stands by", mailbox=self._mailbox.name)
                    told = True
                await _pause(stop, RENEW)
        finally:
            with suppress(Outage):
                await self._intake.run(self._book.release)

    async def _in_turn(self, stop: asyncio.Event) -> None:
        """Watches while the lease is held."""
        over = asyncio.Event()
        watching = asyncio.create_task(self._watch(over))
        stopping = asyncio.create_task(stop.wait())
        try:
            while not stop.is_set():
                await asyncio.wait({watching, stopping}, timeout=RENEW, return_when=asyncio.FIRST_COMPLETED)
                if watching.done() or not await self._holds(held=True):
                    break
        finally:
            stopping.cancel()
            over.set()
            await watching

    async def _holds(self, *, held: bool = False) -> bool:
        """Whether this process has the lease. While the database is away, nobody else can take it."""
        try:
            return await self._intake.run(self._book.take)
        except Outage:
            return held

    async def _watch(self, over: asyncio.Event) -> None:
        """Connects, and again with growing pauses."""
        pause = self._first_pause
        while not over.is_set():
            try:
                async with connected(self._mailbox) as connection:
                    log.info("the mailbox is open", mailbox=self._mailbox.name)
                    while not over.is_set():
                        await self.take_new(connection, over)
                        pause = self._first_pause
                        await connection.wait(IDLE, over)
            except SignInRefused as error:
                pause = LONGEST_PAUSE
                self._warn(error, pause)
            except (ImapError, OSError, Outage) as error:
                self._warn(error, pause)
            except Exception:
                log.exception("the mailbox could not be read", mailbox=self._mailbox.name)
            if not over.is_set():
                await _pause(over, pause)
                pause = min(pause * 2, LONGEST_PAUSE)

    def _warn(self, error: Exception, pause: float) -> None:
        reason = str(error) or type(error).__name__
        log.warning("the mailbox is not read", mailbox=self._mailbox.name, error=reason, again_in=pause)

    async def take_new(self, connection: ImapConnection, over: asyncio.Event) -> None:
        """Takes every mail that came since the last one. Raises ImapError, Outage."""
        run, validity = self._intake.run, connection.uidvalidity
        last = await run(self._book.last_uid, validity)
        if last is None:
            last = 0
            criteria = "UNDELETED" + (f" UNKEYWORD {STORED} UNKEYWORD {REFUSED}" if connection.keywords else "")
        else:
            # "n:*" has the last mail in any case, also where its UID is smaller.
            criteria = f"UID {last + 1}:* UNDELETED"
        for uid in await connection.search(criteria):
            if over.is_set():
                return
            if uid > last:
                await self._take(connection, uid)
                if not await run(self._book.taken, validity, uid):
                    raise ImapError("another process reads the mailbox now")

    async def _take(self, connection: ImapConnection, uid: int) -> None:
        raw = await connection.fetch(uid, MAX_MAIL + 1)
        if raw is None:
            return
        try:
            refusal = await self._intake.run(self._keep, raw)
        except Outage:
            raise
        except Exception as error:
            self._failures += 1
            if self._failures < ATTEMPTS:
                raise
            # Else this mail would keep all later ones away.
            refusal = f"{ATTEMPTS} attempts failed: {type(error).__name__}"
        self._failures = 0
        if refusal == NOBODY:
            # It stays as it is: it may be a person's.
            log.info("a mail in the mailbox is for nobody here", mailbox=self._mailbox.name, uid=uid)
        elif refusal is not None:
            log.warning("a mail in the mailbox is refused", mailbox=self._mailbox.name, uid=uid, reply=refusal)
            await connection.mark(uid, "\\Flagged", REFUSED)
        else:
            self._stored()
            await connection.mark(uid, "\\Seen", STORED)
            if self._mailbox.done is not None:
                await connection.move(uid, self._mailbox.done)

    def _keep(self, raw: bytes) -> str | None:
        """Stores a mail; the reason why it is not stored, as an SMTP reply. Synchronous."""
        if len(raw) > MAX_MAIL:
            return f"552 5.3.4 A mail may have {MAX_MAIL} bytes"
        try:
            recipients = recipients_of(raw, lambda each: self._intake.recipient_refusals([each]) == [None])
            sender = sender_of_envelope(raw)
        except BeyondBounds as error:
            return error.reply
        if not recipients:
            return NOBODY
        return self._intake.keep(mail_key(raw, recipients), sender, recipients, raw)


NOBODY: Final = "550 5.1.1 There is nobody of that name"


async def _pause(event: asyncio.Event, seconds: float) -> None:
    with suppress(TimeoutError):
        await asyncio.wait_for(event.wait(), seconds)

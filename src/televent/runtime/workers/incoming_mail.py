"""The mail service: the doors of this process, and the processing of the mails that any process stored."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator, Callable
from functools import partial
from urllib.parse import unquote, urlsplit

from televent.adapters.email.doors.hooks import HookKeys, MailHooks
from televent.adapters.email.doors.imap.connection import Mailbox
from televent.adapters.email.doors.imap.watching import Watching
from televent.adapters.email.doors.signatures import public_key
from televent.adapters.email.incoming.intake import Intake
from televent.adapters.email.incoming.processing import Processing
from televent.adapters.email.listener import ListenerConfig, serve_mail
from televent.adapters.email.proving.prover import Prover
from televent.adapters.postgres.queues.mail.mail_tokens import PostgresMailTokens
from televent.adapters.postgres.queues.mail.mailboxes import PostgresMailbox
from televent.adapters.postgres.wakeup import MAIL
from televent.runtime.compose import Core
from televent.runtime.processes.sockets import Sockets
from televent.settings import Settings


def intake_of(core: Core, prover: Prover | None = None) -> Intake:
    """A new intake, to which every door for mail hands its mails. It verifies senders itself by ``prover``."""
    settings = core.settings
    return Intake(
        core.backend,
        core.mail_book,
        core.run,
        authserv_id=settings.mail_authserv_id,
        prover=prover,
        operator=settings.mail_operator,
    )


def mailbox_of(settings: Settings) -> Mailbox | None:
    """The mailbox of the settings; None where there is none."""
    if settings.mail_imap_url is None or settings.mail_imap_password is None:
        return None
    url = urlsplit(settings.mail_imap_url)
    tls = url.scheme == "imaps"
    return Mailbox(
        host=url.hostname or "",
        port=url.port or (993 if tls else 143),
        tls=tls,
        user=unquote(url.username or ""),
        password=settings.mail_imap_password.get_secret_value(),
        folder=unquote(url.path.strip("/")) or "INBOX",
        done=settings.mail_imap_done,
    )


async def _watch_mailbox(core: Core, intake: Intake, stored: Callable[[], None], over: asyncio.Event) -> None:
    mailbox = mailbox_of(core.settings)
    if mailbox is not None:
        book = PostgresMailbox(core.pool, mailbox.name, core.backend.ids())
        await Watching(mailbox, book, intake, stored).run(over)


def mail_hooks(core: Core) -> MailHooks:
    """The door for mail that a service posts. The API process stores it; the mail service processes it."""
    settings = core.settings
    mailgun, path = settings.mail_mailgun_secret, settings.mail_sendgrid_secret
    encoded = settings.mail_sendgrid_public_key
    keys = HookKeys(
        mailgun=mailgun.get_secret_value() if mailgun is not None else None,
        sendgrid=public_key(encoded) if encoded is not None else None,
        sendgrid_path=path.get_secret_value() if path is not None else None,
    )
    return MailHooks(intake_of(core), PostgresMailTokens(core.pool), keys, partial(core.wakeups.notify, MAIL))


async def receive_mails(core: Core, ready: Callable[[], None], stop: asyncio.Event, sockets: Sockets) -> None:
    """Receives mail until ``stop`` is set."""
    from televent.adapters.email.proving.resolver import DnsRecords

    settings = core.settings
    intake = intake_of(core, Prover(DnsRecords(), core.run, settings.mail_relays))

    @contextlib.asynccontextmanager
    async def beside(processing: Processing) -> AsyncIterator[None]:
        loop = asyncio.get_running_loop()

        def wake() -> None:
            loop.call_soon_threadsafe(processing.kept)

        # An API process stores a posted mail, and this one processes it.
        unlisten = core.wakeups.listen(MAIL, wake)
        over = asyncio.Event()
        watching = asyncio.create_task(_watch_mailbox(core, intake, processing.kept, over))
        try:
            yield
        finally:
            over.set()
            unlisten()
            await watching

    config = ListenerConfig(settings.mail_listen_host, settings.mail_listen_port, settings.mail_listen_protocol)
    lmtp = [sockets[name] for name in ("MAIL_LMTP_PORT", "MAIL_LMTP_SOCKET") if name in sockets]
    await serve_mail(
        config, intake, core.backend.clock, ready, stop, sock=sockets["MAIL_LISTEN_PORT"], lmtp=lmtp, beside=beside
    )

"""The services that a process can run. Each is a coroutine that calls ``ready``, and ends when ``stop`` is set."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator, Callable, Coroutine, Sequence
from functools import partial
from typing import TYPE_CHECKING, Any

import structlog

from televent.application.messages.outbox import Handler
from televent.runtime.compose import Core, open_core
from televent.runtime.processes.sockets import Sockets
from televent.settings import Settings

if TYPE_CHECKING:
    from televent.adapters.email.outgoing.smtp import SmtpMailer
    from televent.runtime.workers.push import Push

log = structlog.get_logger("televent.runtime.services")

Service = Callable[[Any, Callable[[], None], asyncio.Event, Sockets], Coroutine[Any, Any, None]]


@contextlib.asynccontextmanager
async def open_services(settings: Settings, names: Sequence[str]) -> AsyncIterator[Any]:
    """The object that the services share: the core, or only the settings where only the sandbox runs."""
    if tuple(names) == ("sandbox",):
        yield settings
        return
    async with open_core(settings) as core:
        yield core


async def api(core: Core, ready: Callable[[], None], stop: asyncio.Event, sockets: Sockets) -> None:
    """Serves HTTP: health, CalDAV, and the bot's webhook."""
    from televent.runtime.api import serve_http

    await serve_http(core, ready, stop, sockets["API_PORT"])


async def worker(core: Core, ready: Callable[[], None], stop: asyncio.Event, sockets: Sockets) -> None:
    """Runs the followers of the log, the delivery of iTIP messages and mail, reminders, backups, words of events, and
    housekeeping."""
    from televent.adapters.postgres.followers.runner import follow
    from televent.runtime.backups.backing_up import keep_backups
    from televent.runtime.workers.grace import end_grace
    from televent.runtime.workers.indexing import index_words
    from televent.runtime.workers.log_keeper import keep_log
    from televent.runtime.workers.push import Push
    from televent.runtime.workers.reminding import remind
    from televent.runtime.workers.worker import Courier, carry, housekeeping, keep_indexed

    push = await core.run(Push, core) if core.settings.push == "on" else None
    ready()
    await asyncio.gather(
        carry(core, Courier(core), stop),
        mail_messages(core, stop),
        *([] if push is None else [push_messages(core, push, stop)]),
        webhook_messages(core, stop),
        subscriptions(core, stop),
        housekeeping(core, stop),
        keep_indexed(core, stop),
        keep_log(core, stop),
        keep_backups(core, stop),
        remind(core, stop),
        index_words(core, stop),
        end_grace(core, stop),
        follow(core.runners(), stop),
    )


async def mail_messages(core: Core, stop: asyncio.Event) -> None:
    """Sends mail. Its connections to the mail server end when the last mail has its result."""
    from televent.runtime.workers.worker import drain

    mailer = mailer_of(core)
    try:
        await drain(core, worker_handlers(core, mailer), stop)
    finally:
        await mailer.close()


def mailer_of(core: Core) -> SmtpMailer:
    """The way to the mail server of the settings."""
    from televent.adapters.email.outgoing.connections import Keeping, SmtpRoute
    from televent.adapters.email.outgoing.smtp import SmtpMailer
    from televent.runtime.configuration.mail_signing import signers_of

    settings = core.settings
    password = settings.smtp_password
    route = SmtpRoute(
        host=settings.smtp_host or "localhost",
        port=settings.smtp_port,
        username=settings.smtp_username,
        password=password.get_secret_value() if password is not None else None,
        tls=settings.smtp_tls,
    )
    return SmtpMailer(route, signers_of(settings), Keeping())


def worker_handlers(core: Core, mailer: SmtpMailer) -> list[Handler]:
    """The handlers of mail, and of what asks the managers of a team."""
    from televent.adapters.email.meetings.erasure import ErasureMails
    from televent.adapters.email.meetings.notices import NoticeMailSender
    from televent.adapters.email.meetings.parked import ParkedMails
    from televent.adapters.email.meetings.questions import QuestionMails
    from televent.adapters.email.meetings.sender import MeetingMailSender
    from televent.adapters.email.outgoing.guest_mails import GuestMailSender
    from televent.adapters.email.outgoing.log_heads import HeadMails
    from televent.adapters.email.outgoing.outbound import MailIdentity, MailSender
    from televent.adapters.email.outgoing.reminders import ReminderMails
    from televent.adapters.log_heads.posting import HeadPoster
    from televent.runtime.workers.team_mail import TeamMails

    settings = core.settings
    identity = MailIdentity(settings.mail_sender, settings.mail_domain, settings.internal_domain, settings.public_url)
    sender = MailSender(mailer, core.mail_book, identity, core.backend.clock)
    return [
        sender,
        GuestMailSender(core.backend, sender, core.answer_links, settings.public_url),
        ReminderMails(mailer, core.backend, core.answer_links, identity),
        MeetingMailSender(mailer, core.backend, core.answer_links, identity, core.outbox.enqueue),
        NoticeMailSender(mailer, core.backend, identity),
        HeadMails(mailer, settings.mail_sender, settings.mail_domain, core.backend.clock),
        HeadPoster(),
        ErasureMails(mailer, core.backend, core.answer_links, identity),
        ParkedMails(mailer, core.backend, core.answer_links, identity),
        QuestionMails(mailer, core.backend, core.answer_links, identity),
        TeamMails(core),
    ]


async def push_messages(core: Core, push: Push, stop: asyncio.Event) -> None:
    """Sends WebDAV-Push messages. They have their own queue: iTIP messages must not wait for a slow push service."""
    from televent.runtime.workers.worker import drain

    services = push.services()
    try:
        await drain(core, push.handlers(services), stop)
    finally:
        await services.close()


async def webhook_messages(core: Core, stop: asyncio.Event) -> None:
    """Tells people's own programs what happened. Nothing else waits for a slow one."""
    from televent.runtime.workers.webhooks import outward_of, webhook_handlers
    from televent.runtime.workers.worker import drain

    outward = outward_of(core)
    try:
        await drain(core, webhook_handlers(core, outward), stop)
    finally:
        await outward.close()


async def subscriptions(core: Core, stop: asyncio.Event) -> None:
    """Reads the calendars that people subscribe to. aiohttp is imported here: a worker is ready without it."""
    from televent.runtime.workers.subscriptions import keep_subscriptions

    await keep_subscriptions(core, stop)


async def bot(core: Core, ready: Callable[[], None], stop: asyncio.Event, sockets: Sockets) -> None:
    """Runs the Telegram bot, and sends the pending messages to chats."""
    from televent.runtime.bot import serve_bot

    await serve_bot(core, ready, stop)


async def mail(core: Core, ready: Callable[[], None], stop: asyncio.Event, sockets: Sockets) -> None:
    """Receives inbound mail by SMTP and LMTP, and processes that of all doors."""
    from televent.runtime.workers.incoming_mail import receive_mails

    await receive_mails(core, ready, stop, sockets)


async def sandbox(core: Core | Settings, ready: Callable[[], None], stop: asyncio.Event, sockets: Sockets) -> None:
    """Runs the local substitute for Telegram, and the mail catcher."""
    from televent.adapters.sandbox.config import SandboxConfig, kept_token
    from televent.adapters.sandbox.server import running
    from televent.runtime.configuration.server_address import connecting

    settings = core.settings if isinstance(core, Core) else core
    state, token = settings.data_dir.absolute() / "sandbox", settings.telegram_bot_token
    config = SandboxConfig(
        host=settings.sandbox_host,
        web_port=settings.sandbox_port,
        smtp_port=settings.sandbox_smtp_port,
        state_dir=state,
        inbound_smtp=(settings.mail_listen_host, settings.mail_listen_port),
        authserv_id=settings.mail_authserv_id,
        bot_token=token.get_secret_value() if token is not None else kept_token(state),
        app_address=partial(connecting, settings),
    )
    async with running(config, sockets["SANDBOX_PORT"], sockets["SANDBOX_SMTP_PORT"]):
        ready()
        await stop.wait()


SERVICES: dict[str, Service] = {"api": api, "worker": worker, "bot": bot, "mail": mail, "sandbox": sandbox}

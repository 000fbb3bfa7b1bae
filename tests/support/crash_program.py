"""Run as a program: loads the modules of the mail service, then does each job in a process of its own.

A job is a line of JSON on the standard input. The program prints "pid" and the number of the job's process, what the
job says, and "ended" with its status. Log lines go to the standard error. See crash_points.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
import os
import socket
import sys
from collections.abc import AsyncIterator
from datetime import datetime
from functools import partial
from typing import Any

FROM_HERE = "SELECT 'the points begin here'"
"""The statement after which points count."""


async def send(order: dict[str, Any]) -> None:
    """Sends the mails that are due, as the worker does, until none is left."""
    core = open_core(order)
    identity = MailIdentity("noreply@televent.app", "televent.app", "televent.internal")
    mailer = SmtpMailer(SmtpRoute("127.0.0.1", order["port"], tls="none"))
    sender = MailSender(mailer, core.mail_book, identity, core.backend.clock)
    handlers: list[Handler] = [sender, GuestMailSender(core.backend, sender, core.answer_links)]
    stop = asyncio.Event()
    draining = asyncio.create_task(drain(core, handlers, stop))
    # The end of the work is a state of the database, so there is no event to wait for.
    while (left := await asyncio.to_thread(left_to_send, order, core.backend.clock())) != "nothing":
        if left == "left behind":
            # A worker waits before it takes what another one left.
            later = core.backend.clock() + RENEWING
            core.backend.clock = partial(datetime.fromisoformat, later.isoformat())
            core.wakeups.notify(OUTBOX)
        await asyncio.sleep(0.005)
    stop.set()
    await draining


def left_to_send(order: dict[str, Any], now: datetime) -> str:
    """Whether mails are due, or were left behind by a process that was killed. It asks without the proxy, so it is no
    point."""
    with psycopg.connect(order["direct"]) as connection:
        query = """SELECT count(*) FILTER (WHERE state = 'pending' AND due_at <= %(now)s OR due_at > %(now)s
                AND state = 'processing'), count(*) FILTER (WHERE state = 'processing' AND due_at <= %(now)s)
            FROM outbox WHERE kind LIKE 'calendar\\_%%'"""
        under_way, left = connection.execute(query, {"now": now}).fetchone() or (0, 0)
        return "under way" if under_way else "left behind" if left else "nothing"


async def receive(order: dict[str, Any]) -> None:
    """Receives and processes mail until it is killed, by the door of the order: "smtp", "imap" from the port of the
    order, or "hooks", which a mail service posts to. Prints the port of its own."""
    core = open_core(order)
    intake = Intake(core.backend, core.mail_book, core.run, authserv_id="mx.televent.app")
    door = order["door"]

    @contextlib.asynccontextmanager
    async def beside(processing: Processing) -> AsyncIterator[None]:
        over = asyncio.Event()
        if door == "imap":
            mailbox = Mailbox("127.0.0.1", order["imap"], False, *order["login"])
            book = PostgresMailbox(core.pool, mailbox.name, core.backend.ids())
            other = asyncio.create_task(Watching(mailbox, book, intake, processing.kept).run(over))
            say("port", 0)
        elif door == "hooks":
            hooks = MailHooks(
                intake, PostgresMailTokens(core.pool), HookKeys(mailgun=order["mailgun"]), processing.kept
            )
            listening = socket.create_server(("127.0.0.1", 0))
            server = uvicorn.Server(uvicorn.Config(hooks, lifespan="off", log_config=None))
            other = asyncio.create_task(server.serve([listening]))
            say("port", listening.getsockname()[1])
        else:
            other = asyncio.create_task(over.wait())  # type: ignore[arg-type]
        yield
        other.cancel()

    await serve_mail(
        ListenerConfig("127.0.0.1", 0),
        intake,
        core.backend.clock,
        lambda: None,
        asyncio.Event(),
        on_port=lambda port: say("port", port) if door == "smtp" else None,
        beside=beside,
    )


def open_core(order: dict[str, Any]) -> Core:
    """The parts of the service, with the clock of the order."""
    now = datetime.fromisoformat(order["now"])
    core = build_core(load_settings(pool_size=4, mail_gather_seconds=0), order["url"], CHEAP_PASSWORDS)
    core.backend.clock = lambda: now
    with core.pool.connection() as connection:
        connection.execute(FROM_HERE)
    return core


def say(word: str, number: int) -> None:
    """Writes a line for the test, at once."""
    os.write(CHANNEL, f"{word} {number}\n".encode())


JOBS = {"send": send, "receive": receive}


def main() -> None:
    for line in sys.stdin:
        order = json.loads(line)
        child = os.fork()
        if child == 0:
            asyncio.run(JOBS[order["job"]](order))
            os._exit(0)
        say("pid", child)
        say("ended", os.waitpid(child, 0)[1])


if __name__ == "__main__":
    CHANNEL = os.dup(1)
    os.dup2(2, 1)

    import psycopg
    import uvicorn

    from support.passwords import CHEAP_PASSWORDS
    from televent.adapters.email.doors.hooks import HookKeys, MailHooks
    from televent.adapters.email.doors.imap.connection import Mailbox
    from televent.adapters.email.doors.imap.watching import Watching
    from televent.adapters.email.incoming.intake import Intake
    from televent.adapters.email.incoming.processing import Processing
    from televent.adapters.email.listener import ListenerConfig, serve_mail
    from televent.adapters.email.outgoing.connections import SmtpRoute
    from televent.adapters.email.outgoing.guest_mails import GuestMailSender
    from televent.adapters.email.outgoing.outbound import MailIdentity, MailSender
    from televent.adapters.email.outgoing.smtp import SmtpMailer
    from televent.adapters.postgres.queues.mail.mail_tokens import PostgresMailTokens
    from televent.adapters.postgres.queues.mail.mailboxes import PostgresMailbox
    from televent.adapters.postgres.queues.outbox import RENEWING
    from televent.adapters.postgres.wakeup import OUTBOX
    from televent.application.messages.outbox import Handler
    from televent.runtime.compose import Core, build_core
    from televent.runtime.workers.worker import drain
    from televent.settings import load_settings

    main()

"""Runs one process with some services, or all of Televent with a banner (``televent up``)."""

from __future__ import annotations

import asyncio
import contextlib
import errno
import gc
import os
import signal
import socket
import time
from collections.abc import Callable, Iterator, Sequence
from functools import partial
from typing import TYPE_CHECKING

import structlog

from televent.adapters.sandbox.config import kept_token, url_of
from televent.runtime.backups.backup_place import make_directories
from televent.runtime.banner import banner
from televent.runtime.configuration.cores import api_processes
from televent.runtime.configuration.doubts import doubts
from televent.runtime.configuration.mail_signing import signers_of
from televent.runtime.data_directory import reachable
from televent.runtime.database import OperatorError, TemporaryError, prepare_data_directory, session_url
from televent.runtime.person_keys import in_data_directory, keys_place
from televent.runtime.privileges import Standing, standing, step_down, user_of
from televent.runtime.processes.database_room import room_in_database
from televent.runtime.processes.forks import READY
from televent.runtime.processes.loop_watch import loop_watched
from televent.runtime.processes.port_choice import chosen_ports
from televent.runtime.processes.sockets import Sockets, open_api, open_sockets
from televent.runtime.processes.supervisor import Supervisor
from televent.settings import Settings

if TYPE_CHECKING:
    from televent.adapters.postgres.embedded import EmbeddedPostgres

log = structlog.get_logger("televent")

DATABASE_TIMEOUT = 10.0
"""Seconds that the database of DATABASE_URL has to answer before ``televent up`` ends with an error."""


async def run_services(
    settings: Settings,
    names: Sequence[str],
    *,
    ready_fd: int | None = None,
    lifeline_fd: int | None = None,
    listen_fd: int | None = None,
) -> None:
    """Runs the services until a signal, until the parent process ends, or until one of them fails.

    The descriptors are those that the supervisor gives its children: pipes as it describes them, and the listening
    socket of the API.

    Raises OperatorError where the database does not answer, or has another store format or a newer schema, or a port is
    taken.
    """
    from televent.adapters.postgres.pool import DatabaseUnavailable
    from televent.adapters.postgres.schema.migration_files import MigrationError
    from televent.adapters.postgres.session import NeedsSession

    stop = asked_to_stop()
    if lifeline_fd is not None:
        asyncio.get_running_loop().add_reader(lifeline_fd, stop.set)
    try:
        # The supervisor has checked the account already.
        found = standing(settings, checked=ready_fd is not None)
        given = socket.socket(fileno=listen_fd) if listen_fd is not None else None
        with open_sockets(settings, names, given) as sockets, as_ordinary_account(settings, names, found) as settled:
            await _serve(settled, names, stop, sockets, partial(_announce, ready_fd, found))
    except DatabaseUnavailable as error:
        # The supervisor begins its children after the database has answered: then nobody has to mend the address.
        kind = OperatorError if ready_fd is None else TemporaryError
        raise kind(f"DATABASE_URL: {error}") from error
    except MigrationError as error:
        raise OperatorError(f"DATABASE_URL: {error}") from error
    except NeedsSession as error:
        raise OperatorError(str(error)) from error
    except OSError as error:
        if error.errno in (errno.EADDRINUSE, errno.EADDRNOTAVAIL):
            raise OperatorError(error.strerror or str(error)) from error
        raise


@contextlib.contextmanager
def as_ordinary_account(settings: Settings, names: Sequence[str], found: Standing) -> Iterator[Settings]:
    """Gives up root for good, where this process has it and shall not keep it. The settings name the data directory in
    a way that the account can use. Raises SettingsError, OperatorError."""
    if found.account is None:
        yield settings
        return
    with contextlib.ExitStack() as stack:
        make_directories(settings, settings.backup_dir if "worker" in names else None)
        if "sandbox" in names or settings.person_keys is not None:
            prepare_data_directory(settings)
            place = stack.enter_context(reachable(settings.data_dir.absolute(), found.account))
            settings = in_data_directory(settings, place)
        step_down(found.account)
        yield settings


async def _serve(
    settings: Settings, names: Sequence[str], stop: asyncio.Event, sockets: Sockets, on_ready: Callable[[], None]
) -> None:
    from televent.runtime.services import SERVICES, open_services

    # People write whatever they like to the bot, and it reads their sentences in its loop.
    watched = loop_watched() if "bot" in names else contextlib.nullcontext()
    async with watched, open_services(settings, names) as core:
        readies = {name: asyncio.Event() for name in names}
        tasks = [
            asyncio.create_task(SERVICES[name](core, readies[name].set, stop, sockets), name=f"service {name}")
            for name in names
        ]
        announce = asyncio.create_task(_when_ready(list(readies.values()), on_ready))
        stopping = asyncio.create_task(stop.wait())
        await asyncio.wait([*tasks, stopping], return_when=asyncio.FIRST_COMPLETED)
        stop.set()
        announce.cancel()
        results = await asyncio.gather(*tasks, return_exceptions=True)
        stopping.cancel()
        for result in results:
            if isinstance(result, BaseException) and not isinstance(result, asyncio.CancelledError):
                raise result


async def _when_ready(readies: list[asyncio.Event], on_ready: Callable[[], None]) -> None:
    for ready in readies:
        await ready.wait()
    on_ready()


def _announce(ready_fd: int | None, found: Standing) -> None:
    # Imported modules stay for the life of the process, so the garbage collector need not scan them again.
    gc.enable()
    gc.freeze()
    if ready_fd is not None:
        # The pipe stays open: when this process ends, the kernel closes it, and so the supervisor knows.
        with contextlib.suppress(OSError):
            os.write(ready_fd, READY)
        return
    if not found.sound:
        log.warning(found.sentence)
    log.info("ready")


async def run_everything(settings: Settings) -> int:
    """Runs ``televent up`` until a signal. Returns the exit code. Raises OperatorError, SettingsError."""
    started = time.monotonic()
    stop = asked_to_stop()
    prepare_data_directory(settings)
    make_directories(settings, settings.backup_dir)
    # Else the worker, which signs, would find a bad key after all others have begun.
    signers_of(settings)
    services = ["api", "worker", "mail", *(["sandbox"] if needs_sandbox(settings) else []), "bot"]
    with chosen_ports(settings, services) as (settled, notes):
        return await _run(settled, services, stop, started, [*notes, *doubts(settings)])


async def _run(
    settings: Settings, services: Sequence[str], stop: asyncio.Event, started: float, notes: Sequence[str]
) -> int:
    supervisor, api = Supervisor(), api_processes(settings, alone=False)
    listeners: list[socket.socket] = []
    database: EmbeddedPostgres | None = None
    try:
        listeners += open_api(settings, api)
        # It starts a small process, which need not delay the database.
        account = asyncio.create_task(asyncio.to_thread(standing, settings))
        # The fork server imports on one core while the database starts on another.
        await supervisor.preload(services)
        if settings.database_url is None:
            from televent.adapters.postgres.embedded import EmbeddedPostgres

            database = EmbeddedPostgres(binaries=settings.pg_bin)
        url = await asyncio.to_thread(_start_database, settings, database)
        notes = [*notes, *await asyncio.to_thread(partial(room_in_database, settings, url, api=api))]
        return await _supervise(supervisor, settings, url, listeners, stop, started, await account, notes)
    finally:
        supervisor.request_stop()
        await supervisor.stopped()
        for each in listeners:
            each.close()
        if database is not None:
            await asyncio.to_thread(database.stop)


def _start_database(settings: Settings, embedded: EmbeddedPostgres | None) -> str:
    """The URL of the database, which answers and has every migration applied. Raises OperatorError."""
    from televent.adapters.postgres.embedded import EmbeddedPostgresError
    from televent.adapters.postgres.pool import DatabaseUnavailable, await_database
    from televent.adapters.postgres.schema import migrate
    from televent.adapters.postgres.schema.migration_files import MigrationError

    try:
        if embedded is not None:
            url = embedded.start(settings.data_dir.absolute())
        else:
            assert settings.database_url is not None
            url = settings.database_url.get_secret_value()
            await_database(url, DATABASE_TIMEOUT)
        migrate.up(session_url(settings, url))
    except (EmbeddedPostgresError, MigrationError) as error:
        raise OperatorError(str(error)) from error
    except DatabaseUnavailable as error:
        raise OperatorError(f"DATABASE_URL: {error}") from error
    return url


async def _supervise(
    supervisor: Supervisor,
    settings: Settings,
    url: str,
    listeners: list[socket.socket],
    stop: asyncio.Event,
    started: float,
    account: Standing,
    notes: Sequence[str],
) -> int:
    environment = services_environment(settings, url, account)
    for number, listener in enumerate(listeners):
        several = len(listeners) > 1
        name = f"api {number}" if several else "api"
        supervisor.add(name, ["api"], environment, listener=listener, shares_port=several)
    sandbox = needs_sandbox(settings)
    others = ["--with", "mail", *(["--with", "sandbox"] if sandbox else [])]
    # The sandbox runs in the worker, and the bot polls it until the bot ends: so the worker stops last.
    supervisor.add("worker", ["worker", *others], environment, last=True)
    if not await all_ready(supervisor, stop):
        return 0
    seconds = time.monotonic() - started
    print(banner(settings, sandbox=sandbox, seconds=seconds, account=account.sentence, notes=notes), flush=True)
    # The bot comes after the banner: importing aiogram takes seconds, and Telegram may be out of reach for long. People
    # use the others meanwhile, so only a mistake of the operator, such as a wrong token, may end everything.
    supervisor.add("bot", ["bot"], environment, tries_again=True)
    if await all_ready(supervisor, stop):
        log.info("the bot is ready", seconds=round(time.monotonic() - started, 1))
        await stop.wait()
    return 0


async def all_ready(supervisor: Supervisor, stop: asyncio.Event) -> bool:
    """Waits until every child is ready. Returns False where a stop is requested first. Raises OperatorError where a
    child cannot start."""
    asked = asyncio.create_task(stop.wait())
    ready = asyncio.create_task(supervisor.all_ready())
    await asyncio.wait({asked, ready}, return_when=asyncio.FIRST_COMPLETED)
    asked.cancel()
    ready.cancel()
    if not ready.done() or stop.is_set():
        return False
    failed = ready.result()
    if failed is not None:
        raise OperatorError(failed)
    return True


def services_environment(settings: Settings, url: str, account: Standing) -> dict[str, str]:
    """The variables that services get beside the supervisor's own.

    PUBLIC_URL is among the supervisor's own only if the operator has set it: without it each URL is built from the
    request (ADR 38)."""
    environment = {
        "DATABASE_URL": url,
        "TELEVENT_DATA_DIR": str(settings.data_dir.absolute()),
        "API_HOST": settings.api_host,
        "API_PORT": str(settings.api_port),
        "MAIL_LISTEN_PORT": str(settings.mail_listen_port),
        "SANDBOX_PORT": str(settings.sandbox_port),
        "SANDBOX_SMTP_PORT": str(settings.sandbox_smtp_port),
        "TELEVENT_USER": user_of(account),
    }
    if (keys := keys_place(settings)) is not None:
        environment["TELEVENT_PERSON_KEYS"] = str(keys)
    if settings.telegram_bot_token is None:
        environment["TELEGRAM_BOT_TOKEN"] = kept_token(settings.data_dir.absolute() / "sandbox")
        environment["TELEGRAM_API_BASE"] = url_of(settings.sandbox_host, settings.sandbox_port)
    if settings.smtp_host is None:
        environment["SMTP_HOST"] = settings.sandbox_host
        environment["SMTP_PORT"] = str(settings.sandbox_smtp_port)
        environment["SMTP_TLS"] = "none"
    return environment


def asked_to_stop() -> asyncio.Event:
    """An event that SIGINT, SIGTERM and SIGHUP set. SIGHUP stays ignored where the process was started with nohup."""
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
        if signal.getsignal(number) is not signal.SIG_IGN or number != signal.SIGHUP:
            loop.add_signal_handler(number, stop.set)
    return stop


def needs_sandbox(settings: Settings) -> bool:
    """Whether the sandbox stands in for Telegram or for a mail server."""
    return settings.telegram_bot_token is None or settings.smtp_host is None

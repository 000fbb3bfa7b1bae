"""The supervisor, its fork server and the services: what is killed is back at once, and nothing is left behind."""

from __future__ import annotations

import asyncio
import contextlib
import http.client
import os
import signal
import socket
import subprocess
import sys
from collections.abc import AsyncIterator, Callable, Iterator
from pathlib import Path

import psycopg
import pytest
from psycopg import sql
from psycopg.conninfo import conninfo_to_dict, make_conninfo

from support.running import free_ports
from support.waiting import NET, wait_until
from televent.adapters.postgres.schema import migrate
from televent.runtime.database import TEMPORARY
from televent.runtime.processes.fork_server import Order
from televent.runtime.processes.forks import ForkServer
from televent.runtime.processes.preloading import IMPORTS
from televent.runtime.processes.sockets import Port, listen
from televent.runtime.processes.supervisor import Child, Supervisor
from televent.runtime.services import SERVICES

pytestmark = pytest.mark.own_database
HOST = "127.0.0.1"


def place(database_url: str, port: int) -> dict[str, str]:
    """The variables of an API process, which runs as whom the tests run."""
    return {
        "DATABASE_URL": database_url,
        "API_HOST": HOST,
        "API_PORT": str(port),
        "TELEVENT_USER": str(os.geteuid()),
    }


@contextlib.asynccontextmanager
async def api(database_url: str, port: int) -> AsyncIterator[tuple[Supervisor, Child]]:
    """A supervisor with one API process that is ready."""
    migrate.up(database_url)
    supervisor = Supervisor()
    await supervisor.preload(["api"])
    environment = {**place(database_url, port), "TELEVENT_RATE_LIMITS": "off"}
    child = supervisor.add("api", ["api"], environment, listener=listen(Port("api", "API_PORT", HOST, port)))
    try:
        assert await supervisor.all_ready() is None
        yield supervisor, child
    finally:
        supervisor.request_stop()
        await supervisor.stopped()


def health(port: int) -> int:
    """The status of the answer. Raises ConnectionRefusedError."""
    connection = http.client.HTTPConnection(HOST, port, timeout=NET)
    try:
        connection.request("GET", "/health/live")
        return connection.getresponse().status
    finally:
        connection.close()


async def until(condition: Callable[[], object]) -> None:
    await asyncio.to_thread(wait_until, condition)


def test_connections_to_a_killed_api_wait_and_none_is_refused(database_url: str) -> None:
    (port,) = free_ports(1)

    async def run() -> None:
        async with api(database_url, port) as (_, child):
            first = child.fork
            assert first is not None
            os.kill(first.pid, signal.SIGKILL)
            await first.ended.wait()
            # Nothing accepts connections now; the kernel completes them, because the supervisor holds the socket.
            assert await asyncio.to_thread(health, port) == 200
            assert child.fork is not None
            assert child.fork.pid != first.pid
            assert await first.exit_code() == -signal.SIGKILL
        with pytest.raises(ConnectionRefusedError):
            health(port)

    asyncio.run(run())


def test_when_the_fork_server_is_killed_its_services_end_and_are_started_again(database_url: str) -> None:
    (port,) = free_ports(1)

    async def run() -> None:
        async with api(database_url, port) as (supervisor, child):
            first, server = child.fork, supervisor._server
            assert first is not None
            assert server is not None
            assert server._process is not None
            server._process.kill()
            await until(lambda: child.fork is not first and child.fork is not None and child.fork.ready.is_set())
            assert first.ended.is_set()
            assert await asyncio.to_thread(health, port) == 200

    asyncio.run(run())


@pytest.mark.parametrize("tries_again", [False, True])
def test_a_service_that_cannot_start_is_reported(tries_again: bool) -> None:
    async def run() -> str | None:
        supervisor = Supervisor()
        # A service needs a database.
        supervisor.add("mail", ["mail"], {}, tries_again=tries_again)
        try:
            return await supervisor.all_ready()
        finally:
            supervisor.request_stop()
            await supervisor.stopped()

    assert asyncio.run(run()) == "mail could not start (exit code 2)"


def test_a_service_that_meets_an_error_that_may_pass_is_started_again(database_url: str) -> None:
    (port,) = free_ports(1)
    environment = {**place(database_url, port), "MAIL_LISTEN_PORT": str(port)}

    async def run() -> str | None:
        supervisor = Supervisor()
        try:
            with renamed(database_url):
                child = supervisor.add("mail", ["mail"], environment, tries_again=True)
                await until(lambda: child.exit_code is not None or child.failed)
                assert (child.exit_code, child.failed) == (TEMPORARY, None)
            return await supervisor.all_ready()
        finally:
            supervisor.request_stop()
            await supervisor.stopped()

    assert asyncio.run(run()) is None


@contextlib.contextmanager
def renamed(database_url: str) -> Iterator[None]:
    """In the block, the database has another name."""
    name = sql.Identifier(str(conninfo_to_dict(database_url)["dbname"]))
    other = sql.Identifier(f"{conninfo_to_dict(database_url)['dbname']}_away")
    rename = sql.SQL("ALTER DATABASE {} RENAME TO {}")
    with psycopg.connect(make_conninfo(database_url, dbname="postgres"), autocommit=True) as connection:
        connection.execute(rename.format(name, other))
        try:
            yield
        finally:
            connection.execute(rename.format(other, name))


def test_a_service_dies_with_its_supervisor(tmp_path: Path) -> None:
    program = (
        "import asyncio, sys\n"
        "from televent.runtime.processes.supervisor import Supervisor\n"
        "async def run():\n"
        "    supervisor = Supervisor()\n"
        "    child = supervisor.add('sandbox', ['sandbox'], {})\n"
        "    assert await supervisor.all_ready() is None\n"
        "    print(child.fork.pid, supervisor._server._process.pid, flush=True)\n"
        "    await asyncio.Event().wait()\n"
        "asyncio.run(run())\n"
    )
    ports = free_ports(2)
    environment = {
        "SANDBOX_PORT": str(ports[0]),
        "SANDBOX_SMTP_PORT": str(ports[1]),
        "TELEVENT_DATA_DIR": str(tmp_path),
        "TELEVENT_USER": str(os.geteuid()),
    }
    process = subprocess.Popen(
        [sys.executable, "-c", program], env={**os.environ, **environment}, stdout=subprocess.PIPE
    )
    assert process.stdout is not None
    pids = [int(each) for each in process.stdout.readline().split()]
    assert len(pids) == 2
    process.kill()
    process.wait()
    process.stdout.close()
    wait_until(lambda: not any(map(runs, pids)), what="the service and the fork server gone")


def runs(pid: int) -> bool:
    """Whether it runs. A dead process that nobody has collected has no command line."""
    try:
        return bool(Path(f"/proc/{pid}/cmdline").read_bytes())
    except OSError:
        return False


HEAVY = {
    *(
        "aiogram",
        "aiohttp",
        "aiosmtpd",
        "aiosmtplib",
        "argon2",
        "authres",
        "babel",
        "cryptography",
        "dns",
        "eventsourcing",
    ),
    *("fluent", "icalendar", "litestar", "lxml", "psycopg", "pydantic", "rich", "uvicorn", "uvloop", "vobject"),
}
"""Packages of which each takes more than 10 ms to import."""
EVERY = {"argon2", "cryptography", "eventsourcing", "icalendar", "psycopg", "pydantic", "rich", "uvloop"}
"""Packages that every service needs: settings, command line, log lines, and the core."""
NEEDS = {
    "api": EVERY | {"babel", "litestar", "lxml", "uvicorn"},
    "worker": EVERY | {"aiosmtplib", "babel", "fluent", "lxml"},
    "mail": EVERY | {"aiosmtpd", "authres", "babel", "dns", "fluent", "vobject"},
    "sandbox": EVERY | {"aiosmtpd", "aiosmtplib", "litestar", "uvicorn"},
    "bot": EVERY | {"aiohttp", "babel", "fluent"},
}


@pytest.mark.parametrize("service", NEEDS)
def test_a_service_imports_only_the_heavy_packages_that_it_needs(service: str) -> None:
    program = (
        "import sys, televent.cli, televent.runtime.up\n"
        "from televent.runtime.processes.preloading import preload\n"
        f"preload({service!r})\n"
        "print(*{name.partition('.')[0] for name in sys.modules})\n"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert HEAVY & set(done.stdout.split()) == NEEDS[service]


def test_every_service_is_preloaded() -> None:
    assert set(IMPORTS) == set(NEEDS) == set(SERVICES)


def test_a_service_that_is_started_again_imports_nothing_more(
    database_url: str, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    """Reads the modules that the API imports after it was forked, as the interpreter reports them."""
    migrate.up(database_url)
    (port,) = free_ports(1)
    monkeypatch.setenv("PYTHONPROFILEIMPORTTIME", "1")
    environment = {**place(database_url, port), "LOG_LEVEL": "ERROR"}

    async def run() -> str:
        server = await ForkServer.start(["api"])
        try:
            # This names the API, so it waits until its modules are imported.
            assert await (await server.fork(["api", "--help"], {})).exit_code() == 0
            capfd.readouterr()
            fork = await server.fork(["api"], environment)
            await fork.ready.wait()
            imported = capfd.readouterr().err
            fork.signal(signal.SIGTERM)
            assert await fork.exit_code() == 0
            return imported
        finally:
            await server.stop()

    names = [line.rpartition("|")[2].strip() for line in asyncio.run(run()).splitlines()]
    # Every application looks for OpenTelemetry, which is not installed.
    names = [name for name in names if not name.startswith("litestar.plugins.opentelemetry")]
    assert [name for name in names if name.partition(".")[0] in HEAVY | {"televent"}] == []


def test_a_process_that_ends_before_anybody_looks_is_known(tmp_path: Path) -> None:
    async def run() -> int | None:
        server = await ForkServer.start(["api"])
        try:
            # The first one waits for imports; the second one is started and ended while this thread stands still.
            await (await server.fork(["api", "--help"], {})).exit_code()
            starting = asyncio.create_task(server.fork(["api", "--help"], {}))
            await asyncio.sleep(0)
            control = server._control
            assert control is not None
            wait_until(lambda: b"ended" in peeked(control), what="the fork server tells its end")
            return await (await starting).exit_code()
        finally:
            await server.stop()

    assert asyncio.run(run()) == 0


def peeked(control: socket.socket) -> bytes:
    """The bytes that can be read. They stay there."""
    try:
        return control.recv(65536, socket.MSG_PEEK)
    except BlockingIOError:
        return b""


def test_a_fork_that_the_system_refuses_ends_nothing() -> None:
    ours, theirs = socket.socketpair()
    program = (
        "import errno, os, socket, sys\n"
        "from televent.runtime.processes import fork_server\n"
        "def refused():\n"
        "    raise OSError(errno.EAGAIN, 'Resource temporarily unavailable')\n"
        "os.fork = refused\n"
        "fork_server.serve(socket.socket(fileno=int(sys.argv[1])), [], lambda name: None)\n"
    )
    with ours, theirs:
        process = subprocess.Popen([sys.executable, "-c", program, str(theirs.fileno())], pass_fds=[theirs.fileno()])
        theirs.close()
        try:
            for _ in range(2):
                reading, writing = os.pipe()
                socket.send_fds(ours, [Order(["api"], {}, ["--ready-fd"]).line()], [writing])
                os.close(writing)
                assert b"temporarily unavailable" in ours.recv(65536)
                assert os.read(reading, 1) == b"", "the descriptor is closed on both sides"
                os.close(reading)
        finally:
            ours.close()
            assert process.wait(NET) == 0

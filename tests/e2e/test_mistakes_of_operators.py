"""A wrong setting gives one clear line that names it, exit code 2, and no traceback."""

from __future__ import annotations

import asyncio
import signal
import socket
import subprocess
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from support.running import Televent, free_ports
from televent.adapters.sandbox.config import SandboxConfig
from televent.adapters.sandbox.server import running
from televent.commands.running import SERVICES
from televent.runtime.processes.sockets import ports
from televent.runtime.processes.supervisor import Supervisor
from televent.settings import load_settings

pytestmark = pytest.mark.xdist_group("e2e")


def only_line(done: subprocess.CompletedProcess[str]) -> str:
    assert done.returncode == 2, done.stderr
    assert done.stdout == ""
    (line,) = done.stderr.strip().splitlines()
    assert line.startswith("televent: ")
    return line.removeprefix("televent: ")


@pytest.mark.parametrize("command", ["up", "sandbox"])
def test_a_taken_port_is_one_clear_line(tmp_path: Path, command: str) -> None:
    televent = Televent(tmp_path / "data")
    port = urlsplit(televent.sandbox).port or 0
    with socket.create_server(("127.0.0.1", port)):
        assert str(port) in only_line(televent.run(command))


def test_a_port_of_the_api_that_is_taken_is_named(tmp_path: Path, database_url: str) -> None:
    televent = Televent(tmp_path / "data", DATABASE_URL=database_url)
    port = urlsplit(televent.api).port or 0
    with socket.create_server(("127.0.0.1", port)):
        for command in ("up", "api"):
            assert only_line(televent.run(command)).startswith(f"API_PORT={port}: ")


def test_two_ports_alike_are_one_clear_line(tmp_path: Path) -> None:
    (port,) = free_ports(1)
    done = Televent(tmp_path / "data", API_PORT=str(port), SANDBOX_PORT=str(port)).run("up")
    assert only_line(done).startswith(f"SANDBOX_PORT={port}: API_PORT has the same port.")


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("API_PORT", "many"),
        ("API_PORT", "65536"),
        ("DATABASE_URL", "mysql://x"),
        ("TELEGRAM_BOT_TOKEN", "no-token"),
        ("LOG_LEVEL", "LOUD"),
        ("TELEVENT_PG_BIN", "/nowhere"),
        ("MAIL_DOMAIN", "https://example.com"),
        ("SMTP_FROM", "nobody"),
    ],
)
def test_a_bad_setting_is_one_clear_line_that_names_it(tmp_path: Path, name: str, value: str) -> None:
    assert only_line(Televent(tmp_path / "data", **{name: value}).run("up")).startswith(f"{name}: ")


def test_a_secret_is_not_shown(tmp_path: Path) -> None:
    for name in ("DATABASE_URL", "TELEGRAM_BOT_TOKEN"):
        assert "hush" not in only_line(Televent(tmp_path / "data", **{name: "hush"}).run("up"))


@pytest.mark.parametrize("command", ["up", "api", "worker"])
def test_a_database_that_does_not_accept_us_is_one_clear_line(tmp_path: Path, database_url: str, command: str) -> None:
    place, _, query = database_url.partition("?")
    absent = f"{place.rpartition('/')[0]}/absent?{query}"
    line = only_line(Televent(tmp_path / "data", DATABASE_URL=absent).run(command))
    assert line.startswith("DATABASE_URL: ")
    assert "absent" in line


def test_a_data_directory_that_cannot_be_made_names_the_way_out(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    line = only_line(Televent(tmp_path / "file" / "data").run("up"))
    assert line.startswith(f"the data directory {tmp_path / 'file' / 'data'} cannot be used: ")
    assert line.endswith("Choose another with TELEVENT_DATA_DIR or --data-dir.")


def test_the_help_of_up_names_every_port(tmp_path: Path) -> None:
    told = Televent(tmp_path / "data").run("up", "--help").stdout
    assert [port.setting for port in ports(load_settings()) if port.setting not in told] == []


def test_a_service_alone_needs_a_database(tmp_path: Path) -> None:
    assert only_line(Televent(tmp_path / "data").run("api")).startswith("DATABASE_URL is not set.")


def test_a_token_that_telegram_does_not_know_is_one_clear_line(tmp_path: Path, database_url: str) -> None:
    async def run() -> subprocess.CompletedProcess[str]:
        async with running(SandboxConfig()) as sandbox:
            settings = {"TELEGRAM_API_BASE": sandbox.url, "TELEGRAM_BOT_TOKEN": "1:another-token"}
            televent = Televent(tmp_path / "data", DATABASE_URL=database_url, **settings)
            return await asyncio.to_thread(televent.run, "bot")

    line = only_line(asyncio.run(run()))
    assert line.startswith("TELEGRAM_BOT_TOKEN: ")
    assert "another-token" not in line


def test_a_service_that_is_just_being_made_is_told_to_stop() -> None:
    async def run() -> int | None:
        supervisor = Supervisor()
        child = supervisor.add("sandbox", ["sandbox"], {})
        await asyncio.sleep(0)
        supervisor.request_stop()
        await supervisor.stopped()
        return child.exit_code

    # No kill was needed: SIGTERM ended it, before or after it had installed its handler; or it was not made any more.
    assert asyncio.run(run()) in (-signal.SIGTERM, 0, None)


def test_help_lists_every_command(tmp_path: Path) -> None:
    done = Televent(tmp_path / "data").run("--help")
    assert done.returncode == 0
    store = ("migrate", "rebuild", "verify", "trace", "outbox", "doctor")
    for each in ("up", *SERVICES, "account", "device", *store, "--data-dir", "--version"):
        assert f" {each} " in done.stdout

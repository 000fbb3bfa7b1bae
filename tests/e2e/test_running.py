"""Starting, stopping and starting again, as operators do."""

from __future__ import annotations

import json
import os
import signal
import socket
import urllib.error
import urllib.request
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from support.running import Televent
from support.waiting import wait_until

pytestmark = pytest.mark.xdist_group("e2e")


def health(televent: Televent) -> str | None:
    try:
        with urllib.request.urlopen(f"{televent.api}/health", timeout=5) as answer:
            return str(json.load(answer)["status"])
    except (OSError, urllib.error.URLError):
        return None


def test_a_second_start_keeps_everything_and_ctrl_c_leaves_nothing_behind(tmp_path: Path) -> None:
    televent = Televent(tmp_path / "data")
    with televent:
        assert health(televent) == "ok"
        added = json.loads(televent.run("account", "add", "--telegram-id", "1001", "--name", "Ann", "--json").stdout)
    assert televent.descendants() == []
    with televent:
        listed = json.loads(televent.run("account", "list", "--json").stdout)
        assert [each["account"] for each in listed] == [added["account"]]
        assert televent.stop() == 0
    assert televent.descendants() == []


def test_a_service_that_dies_is_started_again_and_none_outlives_the_supervisor(tmp_path: Path) -> None:
    televent = Televent(tmp_path / "data")
    with televent:
        assert televent.process is not None
        api = next(pid for pid in televent.descendants() if b"\0api\0" in Path(f"/proc/{pid}/cmdline").read_bytes())
        os.kill(api, signal.SIGKILL)
        wait_until(lambda: health(televent) is None, 30, what="the API dead")
        wait_until(lambda: health(televent) == "ok", 60, what="the API back")
        os.kill(televent.process.pid, signal.SIGKILL)
        televent.process.wait(30)
        services = [pid for pid in televent.descendants() if "televent" in command(pid)]
        wait_until(lambda: not any(alive(pid) for pid in services), 30, what="every service gone")


def command(pid: int) -> str:
    try:
        return Path(f"/proc/{pid}/cmdline").read_bytes().replace(b"\0", b" ").decode()
    except OSError:
        return ""


def alive(pid: int) -> bool:
    return "-m televent" in command(pid)


def test_a_taken_port_is_one_clear_line(tmp_path: Path) -> None:
    televent = Televent(tmp_path / "data")
    address = urlsplit(televent.api)
    with socket.create_server(("127.0.0.1", address.port or 0)):
        done = televent.run("up")
    assert done.returncode == 2
    assert f"API_PORT={address.port}" in done.stderr
    assert len(done.stderr.strip().splitlines()) == 1


@pytest.mark.parametrize(
    ("name", "value"),
    [("API_PORT", "many"), ("DATABASE_URL", "mysql://x"), ("TELEGRAM_BOT_TOKEN", "no-token"), ("LOG_LEVEL", "LOUD")],
)
def test_a_bad_setting_is_one_clear_line_that_names_it(tmp_path: Path, name: str, value: str) -> None:
    done = Televent(tmp_path / "data", **{name: value}).run("up")
    assert done.returncode == 2
    assert done.stderr.startswith(f"televent: {name}: ")
    assert len(done.stderr.strip().splitlines()) == 1


def test_a_service_alone_needs_a_database(tmp_path: Path) -> None:
    done = Televent(tmp_path / "data").run("api")
    assert done.returncode == 2
    assert "DATABASE_URL is not set" in done.stderr


def test_help_lists_every_command(tmp_path: Path) -> None:
    done = Televent(tmp_path / "data").run("--help")
    assert done.returncode == 0
    for each in ("up", "api", "bot", "worker", "mail", "account", "device", "migrate", "rebuild", "trace", "doctor"):
        assert each in done.stdout

"""Started as root, services open their ports and then run as an ordinary account."""

from __future__ import annotations

import os
import pwd
import signal
import socket
import stat
import urllib.request
from pathlib import Path

import pytest

from e2e.people import People
from support.open_program import open_program
from support.running import Televent
from support.waiting import wait_until

pytestmark = [pytest.mark.xdist_group("e2e"), pytest.mark.long]

IS_ROOT = os.geteuid() == 0
NOBODY = pwd.getpwnam("nobody")
ANN = 1001


def privileged_port() -> int:
    """A free port that only root may open; any free port where this is not root."""
    for port in range(601, 1023) if IS_ROOT else [0]:
        with socket.socket() as probe:
            try:
                probe.bind(("127.0.0.1", port))
            except OSError:
                continue
            return int(probe.getsockname()[1])
    raise AssertionError("no port below 1024 is free")


def services(televent: Televent) -> dict[int, list[str]]:
    """The arguments of each process of a service, by process."""
    assert televent.process is not None
    found = {}
    for pid in televent.descendants():
        words = Path(f"/proc/{pid}/cmdline").read_bytes().decode().split("\0")
        if pid != televent.process.pid and "--ready-fd" in words:
            found[pid] = words
    return found


def status(pid: int, name: str) -> list[str]:
    lines = Path(f"/proc/{pid}/status").read_text().splitlines()
    return next(line.split()[1:] for line in lines if line.startswith(f"{name}:"))


def answers(televent: Televent) -> bool:
    try:
        with urllib.request.urlopen(f"{televent.api}/health", timeout=10) as answer:
            return int(answer.status) == 200
    except OSError:
        return False


def kept_private(place: Path, uid: int) -> None:
    """Everything in the directory is closed to others, and belongs to one account."""
    for path in (place, *place.rglob("*")):
        found = path.lstat()
        if not stat.S_ISLNK(found.st_mode):
            assert (str(path), oct(found.st_mode & 0o077)) == (str(path), "0o0")
            assert (str(path), found.st_uid) == (str(path), uid)


def test_services_run_as_nobody_and_only_the_supervisor_is_root(tmp_path: Path) -> None:
    port = privileged_port()
    uid = NOBODY.pw_uid if IS_ROOT else os.geteuid()
    with open_program() as (python, environment):
        televent = Televent(tmp_path / "data", API_PORT=str(port), **environment)
        televent.python, televent.api = str(python), f"http://127.0.0.1:{port}"
        with televent:
            assert televent.process is not None
            assert f"Services run as {pwd.getpwuid(uid).pw_name}" in televent.output()
            assert status(televent.process.pid, "Uid") == [str(os.geteuid())] * 4
            # The bot starts last, and gives up root when its modules are imported.
            wait_until(lambda: "the bot is ready" in televent.output(), what="the bot")
            running = services(televent)
            assert len(running) == 3
            for pid in running:
                assert status(pid, "Uid") == [str(uid)] * 4
                if IS_ROOT:
                    assert status(pid, "Gid") == [str(NOBODY.pw_gid)] * 4
                    assert status(pid, "Groups") == []
                    assert int(status(pid, "CapEff")[0], 16) == 0
            # Everything works: the bot, its stand-in, mail, and the store of the sandbox.
            people = People(televent.sandbox)
            people.say(ANN, "/start")
            people.tap(ANN, people.heard(ANN, "Right?"), "Skip")
            people.heard(ANN, "please provide your email")
            people.say(ANN, "ann@example.com")
            wait_until(lambda: people.http("GET", "/sandbox/mails?to=ann@example.com"), 60, what="the code")
            # A service that is started again opens its port again.
            api = next(pid for pid, words in running.items() if "api" in words)
            os.kill(api, signal.SIGKILL)
            wait_until(lambda: not Path(f"/proc/{api}").exists() and answers(televent), 60, what="the API is back")
            (again,) = (pid for pid, words in services(televent).items() if "api" in words)
            assert again != api
            assert status(again, "Uid") == [str(uid)] * 4
            kept_private(televent.data_dir, uid)
            checked = televent.run("doctor")
            assert "ok   account" in checked.stdout
            assert "ok   data" in checked.stdout
        kept_private(televent.data_dir, uid)
        assert "Traceback" not in televent.output()


def test_where_the_account_cannot_read_the_program_services_stay_and_say_so(tmp_path: Path) -> None:
    closed = tmp_path / "closed"
    closed.mkdir(mode=0o700)
    with Televent(tmp_path / "data", PYTHONPATH=str(closed)) as televent:
        name = pwd.getpwuid(os.geteuid()).pw_name
        told = "Services stay root: nobody cannot read " if IS_ROOT else f"Services run as {name}"
        assert told in televent.output()
        assert {status(pid, "Uid")[0] for pid in services(televent)} == {str(os.geteuid())}
        assert answers(televent)
        checked = televent.run("doctor")
        assert ("BAD  account" if IS_ROOT else "ok   account") in checked.stdout
        assert checked.returncode == (1 if IS_ROOT else 0)
        # An operator who wants root is not told so for ever.
        televent.environment["TELEVENT_USER"] = name
        assert "ok   account" in televent.run("doctor").stdout
    for path in (televent.data_dir, *televent.data_dir.rglob("*")):
        assert (str(path), path.lstat().st_mode & 0o077) == (str(path), 0)


def test_an_unknown_user_is_one_clear_line(tmp_path: Path) -> None:
    done = Televent(tmp_path / "data", TELEVENT_USER="no-such-user").run("up")
    assert done.returncode == 2
    (line,) = done.stderr.strip().splitlines()
    assert line.startswith("televent: TELEVENT_USER=no-such-user: ")

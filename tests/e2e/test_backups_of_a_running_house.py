"""Backups beside a whole installation: by the worker and by command, killed in the middle, restored and started."""

from __future__ import annotations

import json
import shutil
import subprocess
from pathlib import Path

import pytest

from e2e.people import CalendarApp
from support.dav import event
from support.running import Televent
from support.waiting import NET, wait_until
from televent.runtime.compose import now

pytestmark = [pytest.mark.long, pytest.mark.xdist_group("e2e")]


def put(app: CalendarApp, name: str) -> None:
    app.calendar.save_event(event(f"{name}@example.com", f"SUMMARY:{name}").decode())


def listed(televent: Televent) -> list[str]:
    return [each["name"] for each in json.loads(televent.run("backups", "--json").stdout) if each["whole"]]


def archived_until(televent: Televent) -> str:
    """The moment up to which the archive of WAL goes."""
    return max(each["any_moment_until"] or "" for each in json.loads(televent.run("backups", "--json").stdout))


def test_the_worker_backs_up_and_archives_and_another_machine_goes_on(tmp_path: Path) -> None:
    backups, data = tmp_path / "backups", tmp_path / "data"
    televent = Televent(data, TELEVENT_BACKUP_DIR=str(backups))
    with televent:
        added = json.loads(televent.run("account", "add", "--telegram-id", "1001", "--name", "Ann", "--json").stdout)
        (made,) = wait_until(lambda: listed(televent), what="the worker's own first backup")
        with CalendarApp(televent.api, 1001, added["password"]) as app:
            put(app, "Tea")
            there = str(now())
            wait_until(lambda: archived_until(televent) > there, what="the worker archives WAL")
        assert televent.stop() == 0
        assert '"level": "error"' not in televent.output()
    # A machine that is lost leaves as much as its worker has archived by then.
    other = Televent(tmp_path / "new", TELEVENT_BACKUP_DIR=str(backups))
    report = json.loads(televent.run("restore", made, "--data-dir", str(other.data_dir), "--json").stdout)
    assert report["broken"] == []
    shutil.rmtree(data)
    with other:
        with CalendarApp(other.api, 1001, added["password"]) as app:
            assert app.summaries() == ["Tea"]
            put(app, "Cake")
            assert sorted(app.summaries()) == ["Cake", "Tea"]
        assert json.loads(other.run("verify", "--projections", "--json").stdout)["projections"]["differing_rows"] == 0
        assert other.stop() == 0
        assert '"level": "error"' not in other.output()


def test_a_backup_that_is_killed_is_never_listed(tmp_path: Path) -> None:
    backups = tmp_path / "backups"
    televent = Televent(tmp_path / "data", TELEVENT_BACKUP_DIR=str(backups), TELEVENT_BACKUP_HOURS="0")
    with televent:
        assert televent.run("account", "add", "--telegram-id", "1001", "--name", "Ann").returncode == 0
        command = [televent.python, "-m", "televent", "backup"]
        for _ in range(3):
            process = subprocess.Popen(
                command, env=televent.environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
            )
            try:
                wait_until(
                    lambda: any(path.stat().st_size > 0 for path in (backups / "base").glob(".*/.cluster.new")),
                    what="a backup is being written",
                )
            finally:
                process.kill()
                process.wait(NET)
            assert listed(televent) == []
        assert len(list((backups / "base").iterdir())) > 0
        made = json.loads(televent.run("backup", "--json").stdout)["name"]
        assert [path.name for path in (backups / "base").iterdir()] == [made]
        assert listed(televent) == [made]
        assert json.loads(televent.run("backups", "--check", "--json").stdout)[0]["whole"] is True
        assert televent.stop() == 0

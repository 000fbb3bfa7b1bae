"""The bench's parts at Televent alone and at a small scale: that they run, print their results, and leave nothing."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from support.killing import kill
from support.waiting import wait_until

pytestmark = [pytest.mark.long, pytest.mark.xdist_group("bench")]

REPOSITORY = Path(__file__).parents[2]
ALONE = ("--without", "Radicale", "--without", "Xandikos")


def belonging_to(place: Path) -> set[int]:
    """The processes whose command line or environment names that directory."""
    found = set()
    for entry in Path("/proc").iterdir():
        try:
            known = (entry / "cmdline").read_bytes() + (entry / "environ").read_bytes()
        except OSError:
            continue
        if os.fsencode(place) in known:
            found.add(int(entry.name))
    return found


class Bench:
    """A run of the bench."""

    def __init__(self, *arguments: str) -> None:
        self.process = subprocess.Popen(
            [sys.executable, "-m", "bench", *arguments, *ALONE],
            cwd=REPOSITORY,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            env={**os.environ, "TERM": "dumb"},
        )
        self.place = REPOSITORY / ".bench" / f"run-{self.process.pid}"
        self.said: list[str] = []
        self.found: list[str] = []
        self._readers = [
            threading.Thread(target=lambda: self.said.extend(self.process.stderr or ())),
            threading.Thread(target=lambda: self.found.extend(self.process.stdout or ())),
        ]
        for reader in self._readers:
            reader.start()

    def end(self) -> int:
        """The exit code after it has ended by itself."""
        code = self.process.wait(240)
        for reader in self._readers:
            reader.join()
        return code


@pytest.fixture
def started() -> Iterator[list[Bench]]:
    runs: list[Bench] = []
    yield runs
    for run in runs:
        if run.process.poll() is None:
            run.process.kill()
        run.end()
        kill(*belonging_to(run.place))
        shutil.rmtree(run.place, ignore_errors=True)


def test_what_televent_holds_is_measured_and_said(started: list[Bench]) -> None:
    run = Bench(
        "--quick", "--large", "--memory", "--town", "--only", "poll-16", "--only", "query", "--only", "sync-all"
    )
    started.append(run)
    code, text = run.end(), "".join(run.found)
    assert code == 0, "".join(run.said)
    for part in ("grown ≤ 1.5×", "≤ 50 MB", "no error: 0 ok", "p99 of a poll under 10× its median"):
        assert part in text
    assert text.count("| calendar-query of everything, with data |") == 3
    assert not run.place.exists()
    assert belonging_to(run.place) == set()


def test_reminders_are_planned_queued_and_sent(started: list[Bench]) -> None:
    run = Bench("--quick", "--reminders")
    started.append(run)
    code, text = run.end(), "".join(run.found)
    assert code == 0, "".join(run.said)
    assert "| Reminders of 300 people |" in text
    assert "All queued ≤ 60 s" in text
    assert not run.place.exists()
    assert belonging_to(run.place) == set()


def test_a_company_works_for_a_day_and_nothing_is_lost_or_doubled(started: list[Bench]) -> None:
    run = Bench("--quick", "--company", "--runs", "2")
    started.append(run)
    code, text = run.end(), "".join(run.found)
    assert code == 0, "".join(run.said) + text
    owed = [line.split("|")[1:6] for line in text.splitlines() if line.startswith("| ") and line.endswith("| ok |")]
    assert len(owed) == 9
    for what, number, once, lost, doubled in owed:
        assert int(number) > 0, what
        assert (number.strip(), int(lost), int(doubled)) == (once.strip(), 0, 0)
    assert not run.place.exists()
    assert belonging_to(run.place) == set()


def test_a_store_is_replayed_beside_writes(started: list[Bench]) -> None:
    run = Bench("--quick", "--replay")
    started.append(run)
    code, text = run.end(), "".join(run.found)
    assert code == 0, "".join(run.said)
    assert "no row differs: 0 ok" in text
    assert "replayed ≥ 10,000/s" in text
    assert not run.place.exists()
    assert belonging_to(run.place) == set()


@pytest.mark.parametrize(
    ("arguments", "amid", "asked"),
    [(("--quick", "--town"), "clients sync", signal.SIGTERM), (("--memory",), "filling", signal.SIGINT)],
)
def test_ending_the_bench_ends_what_it_started(
    started: list[Bench], arguments: tuple[str, ...], amid: str, asked: signal.Signals
) -> None:
    run = Bench(*arguments)
    started.append(run)
    wait_until(lambda: any(amid in line for line in run.said) or run.process.poll() is not None, deadline=120)
    wait_until(lambda: belonging_to(run.place), deadline=120, what="something was started")
    run.process.send_signal(asked)
    assert run.end() == 128 + asked, "".join(run.said)
    assert not run.place.exists()
    assert belonging_to(run.place) == set()

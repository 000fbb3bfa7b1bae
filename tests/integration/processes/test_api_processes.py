"""``televent api`` in several processes: they share the port, are replaced, end together, and fit into PostgreSQL."""

from __future__ import annotations

import os
import re
import signal
import subprocess
import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, suppress
from pathlib import Path

import httpx
import psycopg
import pytest
from click.testing import CliRunner
from psycopg.conninfo import conninfo_to_dict

from support.doctor import findings
from support.running import free_ports
from support.waiting import NET, wait_until
from televent.adapters.postgres.schema import migrate
from televent.cli import cli
from televent.runtime.configuration import cores
from televent.runtime.configuration.connection_count import BESIDE_POOL, COMMANDS, connections_of
from televent.runtime.configuration.cores import api_processes
from televent.settings import load_settings

pytestmark = pytest.mark.own_database

PROCESSES, POOL = 3, 5


class Api:
    """A running ``televent api``."""

    def __init__(self, process: subprocess.Popen[bytes], port: int, log: Path) -> None:
        self.process, self.url, self.log = process, f"http://127.0.0.1:{port}", log

    def children(self) -> set[int]:
        """The processes that serve. Each has the environment of the one that started it, also when that is gone."""
        found = set()
        for entry in Path("/proc").iterdir():
            if not entry.name.isdigit() or int(entry.name) == self.process.pid:
                continue
            with suppress(OSError):
                words = (entry / "cmdline").read_bytes().split(b"\0")
                mine = os.fsencode(f"TELEVENT_DATA_DIR={self.log.parent / 'data'}")
                if words[1:4] == [b"-m", b"televent", b"api"] and mine in (entry / "environ").read_bytes().split(b"\0"):
                    found.add(int(entry.name))
        return found


@contextmanager
def running(database_url: str, place: Path, **environment: str) -> Iterator[Api]:
    migrate.up(database_url)
    (port,) = free_ports(1)
    log = place / "api.log"
    with log.open("wb") as out:
        process = subprocess.Popen(
            [sys.executable, "-m", "televent", "api"],
            env={
                **os.environ,
                "DATABASE_URL": database_url,
                "TELEVENT_DATA_DIR": str(place / "data"),
                "TELEVENT_USER": str(os.geteuid()),
                "API_HOST": "127.0.0.1",
                "API_PORT": str(port),
                "LOG_FORMAT": "json",
                **environment,
            },
            stdin=subprocess.DEVNULL,
            stdout=out,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
    api = Api(process, port, log)
    try:
        wait_until(lambda: '"processes"' in log.read_text() or process.poll() is not None, what="ready")
        assert process.poll() is None, log.read_text()
        yield api
    finally:
        if process.poll() is None:
            process.kill()
        process.wait(NET)
        wait_until(lambda: not api.children(), what="all have ended")


def healthy(url: str) -> int:
    return httpx.get(f"{url}/health", timeout=NET, trust_env=False).status_code


def connected(database_url: str) -> int:
    """The connections of others to this database."""
    with psycopg.connect(database_url) as connection:
        row = connection.execute(
            "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()"
        ).fetchone()
    return row[0] if row is not None else 0


def test_several_processes_share_the_port_and_one_that_is_killed_is_replaced(database_url: str, tmp_path: Path) -> None:
    with running(database_url, tmp_path, API_WORKERS=str(PROCESSES)) as api:
        first = api.children()
        assert len(first) == PROCESSES
        killed = min(first)
        os.kill(killed, signal.SIGKILL)
        assert [healthy(api.url) for _ in range(20)] == [200] * 20
        wait_until(lambda: len(api.children() - {killed}) == PROCESSES, what="another takes its place")
        api.process.send_signal(signal.SIGTERM)
        assert api.process.wait(NET) == 0
        assert api.children() == set()


def test_all_end_with_the_process_that_started_them(database_url: str, tmp_path: Path) -> None:
    with running(database_url, tmp_path, API_WORKERS="2") as api:
        assert len(api.children()) == 2
        api.process.kill()
        wait_until(lambda: not api.children(), what="all have ended")


def test_no_more_connections_are_opened_than_are_counted(database_url: str, tmp_path: Path) -> None:
    with running(
        database_url, tmp_path, API_WORKERS=str(PROCESSES), TELEVENT_POOL_SIZE=str(POOL), TELEVENT_RATE_LIMITS="off"
    ) as api:
        with psycopg.connect(database_url) as connection:
            settings = load_settings(pool_size=POOL)
            found = connections_of(settings, connection, api=PROCESSES, alone=True)
        most = found.most - COMMANDS
        assert most == PROCESSES * (POOL + BESIDE_POOL["api"])
        with ThreadPoolExecutor(24) as crowd:
            assert set(crowd.map(lambda _: healthy(api.url), range(300))) == {200}
            seen = connected(database_url)
        # Each process has at least its first pool and the pulse; the others come with their first use.
        assert PROCESSES * 5 <= seen <= most


@pytest.fixture
def small(database_url: str) -> Iterator[str]:
    """The URL of a role that PostgreSQL gives twenty connections."""
    migrate.up(database_url)
    with psycopg.connect(database_url, autocommit=True) as connection:
        connection.execute("CREATE ROLE small LOGIN PASSWORD 'small' CONNECTION LIMIT 20")
        connection.execute("GRANT pg_read_all_data TO small")
    parts = {**conninfo_to_dict(database_url), "user": "small", "password": "small"}
    host = str(parts["host"]).replace("/", "%2F")
    yield f"postgresql://small:small@/{parts['dbname']}?host={host}&port={parts['port']}"
    with psycopg.connect(database_url, autocommit=True) as connection:
        connection.execute("REVOKE pg_read_all_data FROM small")
        connection.execute("DROP ROLE small")


def test_a_start_without_room_for_its_connections_is_refused(small: str, tmp_path: Path) -> None:
    (port,) = free_ports(1)
    place = {"DATABASE_URL": small, "TELEVENT_DATA_DIR": str(tmp_path), "API_PORT": str(port), "API_WORKERS": "3"}
    refused = str(CliRunner().invoke(cli, ["api"], env=place).exception)
    assert refused == (
        "DATABASE_URL: 3 api may open 64 connections, and PostgreSQL gives 20: raise its max_connections by 44, or"
        " lower API_WORKERS; else requests fail under load."
    )


def test_doctor_counts_the_connections(database_url: str, tmp_path: Path) -> None:
    good, said = findings(database_url, tmp_path, API_WORKERS="1")["connections"]
    assert good
    assert re.fullmatch(r"1 api, 1 worker, 1 bot may open 63 connections, and PostgreSQL gives \d+", said)
    good, said = findings(database_url, tmp_path, API_WORKERS="64", TELEVENT_POOL_SIZE="200")["connections"]
    assert not good
    assert "64 api, 1 worker, 1 bot may open 13467 connections" in said
    assert "lower TELEVENT_POOL_SIZE" not in said


def test_the_pool_that_fits_is_named(small: str) -> None:
    with psycopg.connect(small) as connection:
        fits = connections_of(load_settings(pool_size=12), connection, api=1, alone=True)
        tight = connections_of(load_settings(pool_size=16), connection, api=1, alone=True)
        never = connections_of(load_settings(pool_size=16), connection, api=1)
    assert fits.fits
    assert (tight.fits, tight.starts) == (False, True)
    assert "raise its max_connections by 4, lower TELEVENT_POOL_SIZE to 12, or lower API_WORKERS" in tight.sentence
    assert not never.starts


def test_an_api_alone_has_a_process_for_each_core_and_one_beside_others_for_two() -> None:
    settings = load_settings()
    assert api_processes(settings, alone=True) == cores.cores()
    assert api_processes(settings, alone=False) == max(1, min(cores.cores() // 2, cores.BESIDE_OTHERS))
    for alone in (True, False):
        assert api_processes(load_settings(api_workers=7), alone=alone) == 7

"""A replay that is killed with SIGKILL in the middle goes on where it was, and leaves no process behind."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest

sys.path.insert(0, str(Path(__file__).parents[2]))  # The bench lies beside the package and is not installed.

from bench import bulk, filled, histories

from support.waiting import NET, wait_until
from televent.runtime.compose import Core, build_core
from televent.settings import load_settings

PEOPLE, EVENTS = 30, 200
OURS = "application_name = 'televent rebuild' AND datname = current_database()"
WAITING = f"SELECT count(*) FROM pg_stat_activity WHERE {OURS} AND wait_event_type = 'Lock'"  # noqa: S608
ALIVE = f"SELECT count(*) FROM pg_stat_activity WHERE {OURS}"  # noqa: S608
PARTS = "SELECT count(*), count(done_at) FROM replay_part"
HELD = """
    CREATE FUNCTION held() RETURNS trigger LANGUAGE plpgsql
    AS 'BEGIN PERFORM pg_advisory_xact_lock(75); RETURN NEW; END';
    CREATE TRIGGER held BEFORE UPDATE ON replay_part FOR EACH ROW WHEN (NEW.part = 1) EXECUTE FUNCTION held()"""
"""The record of a part in the middle waits for a lock, so the replay cannot be complete before it is killed."""


@pytest.fixture
def core(database_url: str) -> Iterator[Core]:
    """A store with the events of many people, all rows of which are wrong in the same column."""
    core = build_core(load_settings(), database_url)
    people = filled.opened(core, PEOPLE)
    home = people[0].default_calendar
    assert home is not None
    pasts = [histories.past(core, people[0], home, number, number % 4) for number in range(EVENTS)]
    histories.record(core, people, pasts, lambda more: None)
    bulk.settle_store(core)
    yield core
    core.close()


def started(url: str, *more: str) -> subprocess.Popen[bytes]:
    environment = {**os.environ, "DATABASE_URL": url}
    environment.pop("DATABASE_DIRECT_URL", None)
    command = [sys.executable, "-m", "televent", "rebuild", "dav_index", "--processes", "2", "--json", *more]
    return subprocess.Popen(command, env=environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE)


def numbers(connection: psycopg.Connection[tuple[int, ...]], query: str) -> tuple[int, ...]:
    row = connection.execute(query.encode()).fetchone()
    assert row is not None
    return row


@pytest.mark.long
def test_a_killed_replay_is_resumed(core: Core) -> None:
    url = core.conninfo
    damaged = "UPDATE resource SET schedule_tag = 'wrong' WHERE href LIKE '%-000003.ics'"
    with psycopg.connect(url, autocommit=True) as connection, psycopg.connect(url) as holder:
        assert connection.execute(damaged).rowcount == PEOPLE
        connection.execute(HELD.encode())
        holder.execute("SELECT pg_advisory_xact_lock(75)")
        first = started(url)
        try:
            wait_until(lambda: numbers(connection, WAITING)[0] > 0, what="the replay is in the middle")
        finally:
            first.send_signal(signal.SIGKILL)
            first.communicate(timeout=NET)
        holder.rollback()
        wait_until(lambda: numbers(connection, ALIVE) == (0,), what="its processes have ended")
        parts, done = numbers(connection, PARTS)
        assert 2 < parts > done
        second = started(url, "--resume")
        out, error = second.communicate(timeout=NET)
        assert second.returncode == 0, error
        value = json.loads(out)
        assert value["accounts_in_trouble"] == 0
        assert value["events"] == numbers(connection, "SELECT count(*) FROM event")[0]
        assert numbers(connection, "SELECT count(*) FROM resource WHERE schedule_tag = 'wrong'") == (0,)
        assert numbers(connection, PARTS) == (0, 0)
    verified = subprocess.run(
        [sys.executable, "-m", "televent", "verify", "--projections", "dav_index", "--json"],
        env={**os.environ, "DATABASE_URL": url},
        capture_output=True,
        timeout=NET,
        check=False,
    )
    assert verified.returncode == 0, verified.stdout

"""The pulse looks whether the disk has room, and goes on whatever its question meets."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psycopg
import pytest
from psycopg import sql
from structlog.testing import capture_logs

from support.waiting import NET, wait_until
from support.wire import open_wire
from televent.adapters.postgres.pool import LivePool, open_pool
from televent.adapters.postgres.pulse import BEAT, Pulse
from televent.application.outage import DatabaseAway

pytestmark = pytest.mark.own_database

AWAY = "the database is away"
BLIND = "it is not known whether the database's disk has room"


@contextmanager
def pulse_of(pool: LivePool) -> Iterator[Pulse]:
    pulse = Pulse(pool)
    pulse.start()
    try:
        yield pulse
    finally:
        pulse.close()


def test_a_look_for_room_that_takes_long_ends_no_statement(database_url: str, tmp_path: Path) -> None:
    with open_wire(database_url, tmp_path) as wire, open_pool(wire.url, 1, 2, autocommit=True) as pool:
        wire.withhold(b"generate_series")
        with capture_logs() as logs, pulse_of(pool) as pulse:
            wait_until(lambda: logs, what="the pulse says something")
            assert [(each["event"], each["reason"]) for each in logs] == [(BLIND, "no answer within 1 s")]
            with pool.connection() as connection:
                assert connection.execute("SELECT 1").fetchone() == (1,)
            assert pulse.outage is None


def test_a_look_for_room_that_fails_ends_no_statement(database_url: str) -> None:
    name = str(psycopg.conninfo.conninfo_to_dict(database_url)["dbname"])
    with psycopg.connect(database_url, autocommit=True) as connection:
        # Less than the sort of the look needs.
        connection.execute(sql.SQL("ALTER DATABASE {} SET temp_file_limit = 1").format(sql.Identifier(name)))
    with open_pool(database_url, 1, 2, autocommit=True) as pool, capture_logs() as logs, pulse_of(pool) as pulse:
        wait_until(lambda: logs, what="the pulse says something")
        assert [each["event"] for each in logs] == [BLIND]
        assert pulse.outage is None


def test_an_error_that_nobody_expects_ends_no_pulse(database_url: str) -> None:
    class Unsteady(str):
        """An address that cannot be read for a while."""

        steady = False

        def __str__(self) -> str:
            if not self.steady:
                raise MemoryError("no memory is left")
            return database_url

    with open_pool(database_url, 1, 2, autocommit=True) as pool:
        pool.conninfo = address = Unsteady(database_url)
        with capture_logs() as logs, pulse_of(pool) as pulse:
            wait_until(lambda: logs, what="the pulse says something")
            (told,) = logs
            assert (told["event"], told["reason"]) == (AWAY, "MemoryError: no memory is left")
            assert isinstance(told["exc_info"], MemoryError)
            assert pulse.outage is DatabaseAway
            address.steady = True
            wait_until(lambda: pulse.outage is None, what="the pulse finds the database again")


def test_only_a_block_whose_statements_are_answered_counts_as_an_answer(database_url: str) -> None:
    with open_pool(database_url, 1, 2, autocommit=True) as pool:
        before = pool.answered_at
        with pytest.raises(psycopg.errors.DivisionByZero), pool.connection() as connection:
            connection.execute("SELECT 1 / 0")
        assert pool.answered_at == before
        with pool.connection() as connection:
            connection.execute("SELECT 1")
        assert pool.answered_at > before


def test_while_others_get_answers_the_database_is_not_away(database_url: str, tmp_path: Path) -> None:
    """On a busy machine the pulse may wait longer for a new connection than others for their answers."""
    with open_wire(database_url, tmp_path) as wire, open_pool(wire.url, 1, 2, autocommit=True) as pool:
        wire.withhold(BEAT)
        # An answer that stays fresh, however slow the machine is that this runs on.
        pool.answered_at = time.monotonic() + NET
        with capture_logs() as logs, pulse_of(pool) as pulse:
            wait_until(lambda: wire.held >= 2, what="the pulse asks again, since it got no answer in time")
            assert logs == []
            assert pulse.outage is None
            pool.answered_at = 0.0
            wait_until(lambda: logs, what="the pulse says something")
            assert [(each["event"], each["reason"]) for each in logs] == [(AWAY, "it is silent")]
            assert pulse.outage is DatabaseAway

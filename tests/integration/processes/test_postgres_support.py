"""The tests' own database fixtures."""

import psycopg
import pytest

from televent.adapters.postgres.schema import migrate


@pytest.mark.parametrize("round_", [1, 2])
def test_each_test_has_a_database_of_its_own(database_url: str, round_: int) -> None:
    with psycopg.connect(database_url) as connection:
        connection.execute("CREATE TABLE only_here (n int)")
        connection.execute("INSERT INTO only_here VALUES (%s)", [round_])
        assert connection.execute("SELECT n FROM only_here").fetchall() == [(round_,)]


def test_the_database_of_a_test_is_fully_migrated(database_url: str) -> None:
    assert migrate.up(database_url) == []
    states = [line.state for line in migrate.status(database_url)]
    assert states == ["applied"] * len(migrate.read_migrations())
    assert states


def test_the_empty_database_has_no_table(empty_database_url: str) -> None:
    with psycopg.connect(empty_database_url) as connection:
        tables = connection.execute("SELECT relname FROM pg_class WHERE relnamespace = 'public'::regnamespace")
        assert tables.fetchall() == []

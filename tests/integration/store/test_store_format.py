"""A database whose facts another program wrote is refused before anything in it changes."""

from __future__ import annotations

from typing import Any
from uuid import UUID, uuid4

import psycopg
import pytest
from click.testing import CliRunner

from support.dav import event, open_site
from support.postgres import TestServer, as_url
from televent.adapters.postgres.schema import migrate
from televent.adapters.postgres.schema.store_format import WrongStoreFormat, store_format
from televent.application.event_store.catalogue import STORE_FORMAT
from televent.cli import cli
from televent.runtime.compose import build_core
from televent.settings import load_settings

SENTENCE = "This database was written by store format 1; this program reads format 2: start with an empty database."


def fingerprint(url: str) -> list[tuple[Any, ...]]:
    """Every table with its columns, the applied migrations, and the base of positions."""
    with psycopg.connect(url) as connection:
        columns = connection.execute(
            "SELECT table_name, column_name FROM information_schema.columns WHERE table_schema = 'public' ORDER BY 1, 2"
        ).fetchall()
        applied = connection.execute("SELECT version FROM schema_migrations ORDER BY 1").fetchall()
        base = connection.execute("SELECT xid_base FROM shard").fetchall()
    return [*columns, *applied, *base]


@pytest.fixture
def old_store(database_url: str) -> str:
    """A database from before store formats: it has a fact, but neither the format's number nor its migration."""
    with psycopg.connect(database_url) as connection:
        connection.execute(
            "INSERT INTO event (tenant_id, stream_id, version, position, topic, subject_id, state, chain, command_id,"
            " correlation_id, actor, door, recorded_at)"
            " VALUES (%(id)s, %(id)s, 1, 1, 'event-deleted/1', %(id)s, '', '', %(id)s, 'request', 'ann', 'bot', now())",
            {"id": UUID(int=1)},
        )
        connection.execute("ALTER TABLE shard DROP COLUMN store_format")
        connection.execute("DELETE FROM schema_migrations WHERE version >= '20261122000030'")
    return database_url


def test_a_fresh_database_has_the_format_that_this_program_reads(database_url: str, empty_database_url: str) -> None:
    with psycopg.connect(database_url) as connection:
        assert store_format(connection) == STORE_FORMAT
    with psycopg.connect(empty_database_url) as connection:
        assert store_format(connection) is None


def test_a_database_in_use_starts_again(database_url: str) -> None:
    with open_site(database_url) as site:
        ann = site.person(101, "Ann")
        assert ann.put(f"{ann.calendar()}a.ics", event("a@example.com")).status == 201
    assert migrate.up(database_url) == []
    with open_site(database_url) as site, site.core.pool.connection() as connection:
        assert store_format(connection) == STORE_FORMAT


def test_migrations_refuse_the_store_of_before_and_change_nothing(old_store: str) -> None:
    before = fingerprint(old_store)
    with pytest.raises(WrongStoreFormat) as refused:
        migrate.up(old_store)
    assert str(refused.value) == SENTENCE
    result = CliRunner().invoke(cli, ["migrate", "up"], env={"DATABASE_URL": old_store})
    assert (result.exit_code != 0, str(result.exception)) == (True, SENTENCE)
    assert fingerprint(old_store) == before


def test_a_start_refuses_the_store_of_before_and_changes_nothing(old_store: str) -> None:
    before = fingerprint(old_store)
    with pytest.raises(WrongStoreFormat, match="by store format 1"):
        build_core(load_settings(), old_store)
    result = CliRunner().invoke(cli, ["worker"], env={"DATABASE_URL": old_store})
    assert str(result.exception) == f"DATABASE_URL: {SENTENCE}"
    assert fingerprint(old_store) == before


def test_doctor_says_so(old_store: str) -> None:
    result = CliRunner().invoke(cli, ["doctor"], env={"DATABASE_URL": old_store})
    assert result.exit_code == 1
    assert f"BAD  store format {SENTENCE}" in result.output


def test_a_number_set_while_there_were_facts_is_that_of_before(old_store: str) -> None:
    # dbmate applies the migration to such a database too, because it knows nothing of formats.
    (migration,) = [each for each in migrate.read_migrations() if each.name == "store_format"]
    with psycopg.connect(old_store) as connection:
        connection.execute(migration.up.sql.encode())
    with pytest.raises(WrongStoreFormat, match="format 1"):
        migrate.up(old_store)


def test_a_newer_store_is_refused_too(database_url: str) -> None:
    with psycopg.connect(database_url) as connection:
        connection.execute("UPDATE shard SET store_format = %s", [STORE_FORMAT + 1])
    with pytest.raises(WrongStoreFormat, match="run the newer program"):
        migrate.up(database_url)


def test_a_database_that_cannot_store_every_text_is_refused_before_it_has_a_table(
    postgres_server: TestServer, empty_database_url: str
) -> None:
    latin = f"latin_{uuid4().hex}"
    with psycopg.connect(empty_database_url, autocommit=True) as connection:
        connection.execute(
            f"CREATE DATABASE {latin} ENCODING 'LATIN1' LOCALE_PROVIDER libc LOCALE 'C' TEMPLATE template0"
        )
    url = as_url(postgres_server.to(latin))
    try:
        with pytest.raises(WrongStoreFormat, match="the encoding LATIN1"):
            migrate.up(url)
        with psycopg.connect(url) as connection:
            assert connection.execute("SELECT count(*) FROM pg_tables WHERE schemaname = 'public'").fetchone() == (0,)
        result = CliRunner().invoke(cli, ["doctor"], env={"DATABASE_URL": url})
        assert "BAD  store format This database has the encoding LATIN1" in result.output
    finally:
        postgres_server.drop(latin)

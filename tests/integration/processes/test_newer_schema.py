"""A program that is older than the schema of the database refuses it, whatever it was asked to do."""

from __future__ import annotations

from pathlib import Path

import psycopg
import pytest
from click.testing import CliRunner

from support.running import free_ports
from televent.adapters.postgres.schema import migrate
from televent.adapters.postgres.schema.newer import NewerSchema
from televent.cli import cli
from televent.runtime.compose import build_core
from televent.settings import load_settings

NEWER = "99990101000000"
KNOWN = migrate.read_migrations()[-1].version
SENTENCE = (
    f"This database has schema version {NEWER}; this program knows versions up to {KNOWN}: run the newer program."
)


@pytest.fixture
def newer_store(database_url: str) -> str:
    with psycopg.connect(database_url) as connection:
        connection.execute("INSERT INTO schema_migrations (version) VALUES (%s)", (NEWER,))
    return database_url


def test_migrations_and_the_core_refuse_it(newer_store: str) -> None:
    with pytest.raises(NewerSchema) as refused:
        migrate.up(newer_store)
    assert str(refused.value) == SENTENCE
    with pytest.raises(NewerSchema):
        build_core(load_settings(), newer_store)


@pytest.mark.parametrize(
    "command",
    [
        *(["up"], ["api"], ["worker"], ["bot"], ["mail"], ["worker", "--with", "mail", "--with", "sandbox"]),
        *(["account", "list"], ["migrate", "up"], ["rebuild", "dav_index"], ["verify"], ["outbox", "list"]),
    ],
    ids=" ".join,
)
def test_every_command_refuses_it(newer_store: str, command: list[str], tmp_path: Path) -> None:
    ports = zip(
        ("API_PORT", "MAIL_LISTEN_PORT", "SANDBOX_PORT", "SANDBOX_SMTP_PORT"), map(str, free_ports(4)), strict=True
    )
    place = {"DATABASE_URL": newer_store, "TELEVENT_DATA_DIR": str(tmp_path), **dict(ports)}
    result = CliRunner().invoke(cli, command, env=place)
    assert str(result.exception).removeprefix("DATABASE_URL: ") == SENTENCE


def test_doctor_says_so(newer_store: str) -> None:
    result = CliRunner().invoke(cli, ["doctor"], env={"DATABASE_URL": newer_store})
    assert result.exit_code == 1
    assert f"BAD  schema       {SENTENCE}" in result.output


def test_an_older_migration_without_a_file_is_accepted(database_url: str) -> None:
    """A later release may combine old migrations into one."""
    with psycopg.connect(database_url) as connection:
        connection.execute("INSERT INTO schema_migrations (version) VALUES ('20200101000000')")
    assert migrate.up(database_url) == []
    build_core(load_settings(), database_url).close()

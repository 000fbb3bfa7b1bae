"""A real PostgreSQL for tests: one server per run, one database per test, copied from a migrated template.

All workers of a run name the same directory: the first starts the server, the last stops it and clears up.
"""

import itertools
import os
import shutil
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import psycopg
import pytest
from psycopg import sql
from psycopg.conninfo import conninfo_to_dict, make_conninfo

from televent.adapters.postgres.embedded import EmbeddedPostgres
from televent.adapters.postgres.embedded.locks import FileLock
from televent.adapters.postgres.schema import migrate

# A crash of the machine may take the tests' data, so nothing is synced: this is not the product's setting.
UNSAFE_BUT_FAST = {"fsync": "off", "synchronous_commit": "off", "full_page_writes": "off"}

TEMPLATE = "televent_template"


@dataclass
class TestServer:
    """The run's server, as one worker uses it."""

    __test__ = False

    conninfo: str
    worker: str
    numbers: Iterator[int] = field(default_factory=itertools.count)

    def to(self, database: str) -> str:
        """The connection string of another database on this server."""
        return make_conninfo(self.conninfo, dbname=database)

    def create(self, *, template: str = TEMPLATE) -> str:
        """Make a new database from `template` ("template0" for an empty one) and return its name."""
        name = f"test_{self.worker}_{next(self.numbers)}"
        # FILE_COPY takes two checkpoints, which cost nothing with fsync off; writing a log of it costs more.
        self._run("CREATE DATABASE {} TEMPLATE {} STRATEGY FILE_COPY", name, template)
        return name

    def drop(self, name: str) -> None:
        """Drop a database and cut the clients that are still connected to it."""
        self._run("DROP DATABASE IF EXISTS {} WITH (FORCE)", name)

    def make_template(self) -> None:
        """Make the migrated template unless another worker did; under a lock that its end releases."""
        with psycopg.connect(self.conninfo, autocommit=True) as connection:
            connection.execute("SELECT pg_advisory_lock(1)")
            if connection.execute("SELECT 1 FROM pg_database WHERE datname = %s", [TEMPLATE]).fetchone():
                return
            half_made = f"{TEMPLATE}_half_made"
            self._run("CREATE DATABASE {} TEMPLATE template0", half_made)
            migrate.up(self.to(half_made))
            self._run("ALTER DATABASE {} RENAME TO {}", half_made, TEMPLATE)

    def _run(self, statement: str, *names: str) -> None:
        with psycopg.connect(self.conninfo, autocommit=True) as connection:
            connection.execute(sql.SQL(statement).format(*map(sql.Identifier, names)))


@pytest.fixture(scope="session")
def postgres_server(worker_id: str, testrun_uid: str) -> Iterator[TestServer]:
    """The run's own PostgreSQL, started by the worker that asks first."""
    temporary = fast_temporary_directory()
    mine = f"televent-tests-{os.getuid()}"
    home = temporary / f"{mine}-{testrun_uid[:8]}"
    # One worker may clear up while another, whose first such test comes late, starts the server.
    coming_and_going = FileLock(temporary / f"{mine}.lock")
    server = EmbeddedPostgres(options=UNSAFE_BUT_FAST)
    with coming_and_going.exclusive(timeout=120):
        for left in temporary.glob(f"{mine}-*"):
            if left != home:
                clear_up_after_killed_run(left)
        conninfo = server.start(home)
    yield TestServer(conninfo, worker_id)
    with coming_and_going.exclusive(timeout=120):
        if server.stop():
            shutil.rmtree(home)


def fast_temporary_directory(needed: int = 2 * 1024**3) -> Path:
    """Memory where `needed` bytes of it are free, since a database per test is hundreds of files; else the disk."""
    memory = Path("/dev/shm")
    if memory.is_dir() and os.access(memory, os.W_OK | os.X_OK):
        room = os.statvfs(memory)
        if room.f_bavail * room.f_frsize >= needed:
            return memory
    return Path(tempfile.gettempdir())


def clear_up_after_killed_run(home: Path) -> None:
    """Stop the server of a run that was killed, and remove its files; a run that lives is left alone."""
    users = FileLock(home / "users.lock")
    if users.try_exclusive():
        users.release()
        with EmbeddedPostgres(options=UNSAFE_BUT_FAST) as server:
            server.start(home)
            stopped = server.stop()
        if stopped:
            shutil.rmtree(home)


@pytest.fixture(scope="session")
def migrated_template(postgres_server: TestServer) -> str:
    """The name of the template database that holds every migration."""
    postgres_server.make_template()
    return TEMPLATE


@pytest.fixture
def database_url(postgres_server: TestServer, migrated_template: str) -> Iterator[str]:
    """A fresh migrated database of this test alone, as a connection URL; dropped at the test's end."""
    name = postgres_server.create(template=migrated_template)
    yield as_url(postgres_server.to(name))
    postgres_server.drop(name)


@pytest.fixture(scope="module")
def module_database_url(postgres_server: TestServer, migrated_template: str) -> Iterator[str]:
    """A migrated database that tests of one module share, as a connection URL; dropped at the module's end."""
    name = postgres_server.create(template=migrated_template)
    yield as_url(postgres_server.to(name))
    postgres_server.drop(name)


@pytest.fixture
def empty_database_url(postgres_server: TestServer) -> Iterator[str]:
    """A fresh database of this test alone without any table; dropped at the test's end."""
    name = postgres_server.create(template="template0")
    yield as_url(postgres_server.to(name))
    postgres_server.drop(name)


def as_url(conninfo: str) -> str:
    """The same place as a URL, the form that DATABASE_URL has."""
    parts = conninfo_to_dict(conninfo)
    host = str(parts["host"]).replace("/", "%2F")
    return f"postgresql://{parts['user']}:{parts['password']}@/{parts['dbname']}?host={host}&port={parts['port']}"

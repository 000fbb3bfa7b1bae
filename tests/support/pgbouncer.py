"""A real pgbouncer in transaction mode, in front of a test's database."""

from __future__ import annotations

import shutil
import socket
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psycopg
from psycopg.conninfo import conninfo_to_dict

from support.running import free_ports
from support.waiting import wait_until

ABSENT = "pgbouncer is not on PATH (make setup-interop installs it on Debian)"
SESSIONS = 6
"""Sessions of PostgreSQL that all clients share: fewer than one Televent has connections."""


def program() -> str | None:
    """The path of pgbouncer; None where it is not installed."""
    return shutil.which("pgbouncer") or shutil.which("pgbouncer", path="/usr/sbin:/usr/local/sbin")


@contextmanager
def pooled(database_url: str, mode: str = "transaction") -> Iterator[str]:
    """The URL of a new pgbouncer that leads to the same database. It runs as the account of the database server."""
    command = program()
    assert command is not None, ABSENT
    parts = conninfo_to_dict(database_url)
    owner = Path(str(parts["host"])).stat()
    (port,) = free_ports(1)
    place = Path(tempfile.mkdtemp(prefix="televent-pgbouncer-"))
    configuration = place / "pgbouncer.ini"
    configuration.write_text(
        "[databases]\n"
        f"pooled = host={parts['host']} port={parts['port']} dbname={parts['dbname']}"
        f" user={parts['user']} password={parts['password']}\n"
        "[pgbouncer]\n"
        f"listen_addr = 127.0.0.1\nlisten_port = {port}\nunix_socket_dir =\n"
        # Everybody may come in, as the one user above.
        f"auth_type = any\npool_mode = {mode}\ndefault_pool_size = {SESSIONS}\nmax_client_conn = 500\n"
        f"logfile = {place / 'pgbouncer.log'}\n"
    )
    place.chmod(0o755)
    for each in (place, configuration):
        shutil.chown(each, owner.st_uid, owner.st_gid)
    process = subprocess.Popen(
        [command, "-q", str(configuration)],
        user=owner.st_uid,
        group=owner.st_gid,
        extra_groups=[],
        stdin=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    try:
        wait_until(lambda: listens(port) or process.poll() is not None, what="pgbouncer listens")
        assert process.poll() is None, (place / "pgbouncer.log").read_text()
        yield f"postgresql://{parts['user']}@127.0.0.1:{port}/pooled"
    finally:
        process.kill()
        process.wait()
        shutil.rmtree(place)


def listens(port: int) -> bool:
    """Whether a program accepts connections there."""
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0


def left_behind(database_url: str) -> dict[str, int]:
    """The session state that clients of the pooler left in its sessions, by kind. Sessions that end take it with them,
    so this looks while they are open."""
    queries = {
        "advisory locks": "SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND database ="
        " (SELECT oid FROM pg_database WHERE datname = current_database())",
        "temporary tables": "SELECT count(*) FROM pg_class JOIN pg_namespace ON pg_namespace.oid = relnamespace"
        " WHERE nspname LIKE 'pg_temp_%'",
    }
    with psycopg.connect(database_url) as connection:
        found = {name: connection.execute(query).fetchone() for name, query in queries.items()}
    return {name: row[0] for name, row in found.items() if row is not None and row[0]}


STATE = {
    "prepared statements": "SELECT count(*) FROM pg_prepared_statements",
    "channels": "SELECT count(*) FROM pg_listening_channels()",
    "cursors": "SELECT count(*) FROM pg_cursors",
    # pgbouncer sets the others itself, for each client.
    "settings": "SELECT count(*) FROM pg_settings WHERE source = 'session' AND name NOT IN"
    " ('application_name', 'client_encoding', 'DateStyle', 'TimeZone', 'standard_conforming_strings')",
}


def state_of_sessions(pooled_url: str) -> dict[str, int]:
    """Prepared statements, channels and settings in the pooler's sessions, by kind. It holds all sessions at once, so
    nobody else may use the pooler meanwhile."""
    totals = dict.fromkeys(STATE, 0)
    held = [psycopg.connect(pooled_url, prepare_threshold=None) for _ in range(SESSIONS)]
    try:
        seen = set()
        for connection in held:
            pid = connection.execute("SELECT pg_backend_pid()").fetchone()
            seen.add(pid)
            for name, query in STATE.items():
                row = connection.execute(query).fetchone()
                assert row is not None
                totals[name] += row[0]
        assert len(seen) == SESSIONS
    finally:
        for connection in held:
            connection.close()
    return {name: count for name, count in totals.items() if count}

"""Connections to PostgreSQL: how they are opened, shared, and seen to be alive."""

import select
import time
from typing import Any

import psycopg
from psycopg.conninfo import conninfo_to_dict, make_conninfo
from psycopg_pool import ConnectionPool

Connection = psycopg.Connection[tuple[Any, ...]]

# Until the network itself says that a host is gone, hours pass by default. Values in seconds, but for
# tcp_user_timeout, which is in milliseconds; none has an effect on a unix socket.
NETWORK: dict[str, str | int] = {
    "connect_timeout": 5,
    "keepalives_idle": 10,
    "keepalives_interval": 5,
    "keepalives_count": 3,
    "tcp_user_timeout": 20_000,
}

# What waiting does not mend; libpq gives no SQLSTATE for a refused connection, only the server's sentence.
FINAL = (
    "password authentication failed",
    "no password supplied",
    "no pg_hba.conf entry",
    "does not exist",
    "is not permitted to log in",
    "permission denied for database",
    "could not translate host name",
    "invalid connection option",
    "invalid port number",
    "invalid integer value",
    "invalid sslmode value",
)


class DatabaseUnavailable(Exception):
    """The database does not accept us; the message names the place, never the password."""


def open_pool(
    conninfo: str,
    min_size: int = 2,
    max_size: int = 16,
    *,
    application_name: str = "televent",
    prepare_threshold: int | None = 5,
    autocommit: bool = False,
    patience: float = 30.0,
    generic_plans: bool = False,
) -> ConnectionPool[Connection]:
    """An open pool with `min_size` connections made; close it, or use it in a `with` statement.

    Tries for up to `patience` seconds while the server is starting or away, and also later waits that long for
    a free connection. `prepare_threshold` is how often a statement runs before it is prepared; None behind
    pgbouncer in transaction mode. `generic_plans`: a prepared statement is planned once and for all values; each of
    ours looks rows up in the one index that answers it, and to plan it anew takes longer than to run it.
    Raises DatabaseUnavailable.
    """
    place = describe(conninfo)
    defaults = {name: value for name, value in NETWORK.items() if name not in conninfo_to_dict(conninfo)}
    target = make_conninfo(conninfo, **defaults)
    await_database(target, patience)
    pool = LivePool(
        target,
        min_size=min_size,
        max_size=max_size,
        kwargs={
            "application_name": application_name,
            "prepare_threshold": prepare_threshold,
            "autocommit": autocommit,
        },
        name=application_name,
        timeout=patience,
        max_lifetime=3600,
        configure=_plan_once if generic_plans else None,
        open=False,
    )
    try:
        pool.open(wait=True, timeout=patience)
    except psycopg.Error as error:
        pool.close()
        raise DatabaseUnavailable(f"{place} does not give {min_size} connections: {error}") from error
    return pool


def _plan_once(connection: Connection) -> None:
    connection.execute("SET plan_cache_mode = force_generic_plan")
    if not connection.autocommit:
        connection.commit()


class LivePool(ConnectionPool[Connection]):
    """Hands out no connection that the server has closed.

    The pool's own `check` would do, but after a failover every idle connection is dead, and from the second one on
    it sleeps for one, two, four, … seconds before it looks at the next.
    """

    def getconn(self, timeout: float | None = None) -> Connection:
        """A living connection; dead ones on the way are replaced in the background. Raises PoolTimeout."""
        deadline = time.monotonic() + (self.timeout if timeout is None else timeout)
        while True:
            connection = super().getconn(deadline - time.monotonic())
            try:
                discard_if_cut(connection)
            except psycopg.Error:
                connection.close()
                self.putconn(connection)
            except BaseException:
                self.putconn(connection)
                raise
            else:
                return connection


def await_database(conninfo: str, patience: float) -> None:
    """Return once the server accepts a connection, at the latest after `patience` seconds.

    Raises DatabaseUnavailable, at once for what waiting does not mend: password, database or user wrong.
    """
    deadline = time.monotonic() + patience
    while True:
        try:
            psycopg.connect(conninfo).close()
            return
        except psycopg.Error as error:
            said = " ".join(str(error).split())[:300]
            if time.monotonic() > deadline or any(final in said for final in FINAL):
                raise DatabaseUnavailable(f"{describe(conninfo)} does not answer: {said}") from error
        time.sleep(0.1)


def describe(conninfo: str) -> str:
    """Where a connection string leads, fit for logs: "database televent at db.example.com:5432".

    Raises DatabaseUnavailable where it is no connection string; the message does not quote it.
    """
    try:
        parts = conninfo_to_dict(conninfo)
    except psycopg.ProgrammingError as error:
        raise DatabaseUnavailable("the database's address is no PostgreSQL URL or connection string") from error
    host = parts.get("host") or parts.get("hostaddr") or "the local socket"
    return f"database {parts.get('dbname') or parts.get('user') or ''} at {host}:{parts.get('port') or 5432}"


def discard_if_cut(connection: Connection) -> None:
    """Raise OperationalError where the server has closed an idle connection.

    A query to find out would cost every request a round trip. A server that hangs up always writes or closes
    first, which makes the socket readable; only then is it worth asking. A host that vanished without a word
    is left to the keepalives.
    """
    waiting = select.poll()
    waiting.register(connection.fileno(), select.POLLIN | select.POLLHUP | select.POLLERR)
    if waiting.poll(0):
        ConnectionPool.check_connection(connection)

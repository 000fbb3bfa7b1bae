"""Opens connections to PostgreSQL, shares them in a pool, and replaces dead ones."""

import os
import select
import socket
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from typing import Any

import psycopg
from psycopg.conninfo import conninfo_to_dict, make_conninfo
from psycopg_pool import ConnectionPool, PoolTimeout

from televent.adapters.postgres.outages import one_line, outage_of
from televent.adapters.postgres.server_start import THIS_START
from televent.application.outage import DatabaseAway, DatabaseFull, Outage

Connection = psycopg.Connection[tuple[Any, ...]]

# By default a connection to a host that is gone lasts for hours. Values are in seconds, except tcp_user_timeout, which
# is in milliseconds. None has an effect on a unix socket, nor where a proxy still answers for the host: see pulse.py.
NETWORK: dict[str, str | int] = {
    "connect_timeout": 2,
    "keepalives_idle": 5,
    "keepalives_interval": 1,
    "keepalives_count": 3,
    "tcp_user_timeout": 4_000,
}
PATIENCE = 3.0
"""Max seconds that a caller waits for a connection. A request must be answered within five."""
ASK_AGAIN = 0.5
"""Seconds after which a caller that waits asks the pool again, which then tries to open a connection."""

# Errors that a retry cannot fix. libpq gives no SQLSTATE for a refused connection, only the server's sentence.
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
    """The database does not accept connections; the message names host and database, never the password."""


def open_pool(
    conninfo: str,
    min_size: int = 2,
    max_size: int = 16,
    *,
    application_name: str = "televent",
    prepare_threshold: int | None = 5,
    autocommit: bool = False,
    timeout: float = 30.0,
    generic_plans: bool = False,
) -> "LivePool":
    """An open pool with `min_size` connections; close it, or use it in a `with` statement.

    It retries for up to `timeout` seconds while the server starts or does not answer. Later a caller waits that long
    for a free connection, at most PATIENCE. `prepare_threshold`: how often a statement runs before it is prepared; None
    behind pgbouncer in transaction mode. `generic_plans`: a prepared statement is planned once for all values. Each of
    our statements reads the one index that answers it, and planning takes longer than running it.
    Raises DatabaseUnavailable.
    """
    place = describe(conninfo)
    defaults = {name: value for name, value in NETWORK.items() if name not in conninfo_to_dict(conninfo)}
    target = make_conninfo(conninfo, **defaults)
    await_database(target, timeout)
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
        timeout=min(timeout, PATIENCE),
        reconnect_timeout=timeout,
        max_lifetime=3600,
        generic_plans=generic_plans,
        open=False,
    )
    try:
        pool.open(wait=True, timeout=timeout)
    except psycopg.Error as error:
        pool.close()
        raise DatabaseUnavailable(f"{place} does not give {min_size} connections: {error}") from error
    # The pool would wait for ever longer between two attempts, also when the database is back. Without this timeout it
    # gives up an attempt that failed, and the callers that wait cause new ones.
    pool.reconnect_timeout = 0.0
    return pool


class LivePool(ConnectionPool[Connection]):
    """A pool that gives out no connection that the server has closed, and that translates errors into outages.

    The pool's own `check` is too slow: after a failover every idle connection is dead, and from the second one on
    `check` sleeps for one, two, four, … seconds before it tries the next.
    """

    outage: Outage | None = None
    """While it is set, every call fails at once: nobody waits for a database that is known to be away."""
    answered_at = 0.0
    """The time, of the monotonic clock in seconds, at which a caller's block last ended well: its statements were
    answered."""
    full = False
    """True from an error because of a full disk until somebody finds that there is room again."""
    server = ""
    """The start of the PostgreSQL of the newest connection. Another value means that what was read before may be
    undone: by a failover that lost its last transactions, or by a restore."""

    def __init__(self, *args: Any, generic_plans: bool = False, **kwargs: Any) -> None:
        self._used: dict[int, Connection] = {}
        self._guard = threading.Lock()
        self._generic_plans = generic_plans
        self.on_other_server: list[Callable[[Connection], object]] = []
        """Called with the first connections to another start of PostgreSQL, before anybody gets one of them."""
        super().__init__(*args, configure=self._configure, **kwargs)

    def _configure(self, connection: Connection) -> None:
        # The pool's own threads come here, and they are few.
        self._register(connection)
        try:
            self._prepare(connection)
        finally:
            self._unregister(connection)

    def _prepare(self, connection: Connection) -> None:
        if self._generic_plans:
            connection.execute("SET plan_cache_mode = force_generic_plan")
        row = connection.execute(THIS_START, prepare=False).fetchone()
        assert row is not None
        if row[0] != self.server:
            for hook in self.on_other_server:
                hook(connection)
            self.server = row[0]
        if not connection.autocommit:
            connection.commit()

    @contextmanager
    def connection(self, timeout: float | None = None) -> Iterator[Connection]:
        """A live connection for the block. Raises Outage, also for an error of the block that means one."""
        lost = False
        try:
            with super().connection(timeout) as connection:
                try:
                    yield connection
                except psycopg.Error as error:
                    # Later it says less: the pool closes a connection that comes back and is past its time.
                    lost = connection.closed
                    if isinstance(error, psycopg.errors.ReadOnlySqlTransaction):
                        # It may lead to a server that is a standby now; a new one may lead to the primary.
                        connection.close()
                    raise
            self.answered_at = time.monotonic()
        except psycopg.Error as error:
            outage = outage_of(error)
            if outage is None and lost:
                outage = DatabaseAway(one_line(error))
            if outage is None:
                raise
            self.full = self.full or isinstance(outage, DatabaseFull)
            raise outage from error

    def getconn(self, timeout: float | None = None) -> Connection:
        """A live connection; the pool replaces dead ones in the background. Raises PoolTimeout, Outage."""
        patience = self.timeout if timeout is None else timeout
        deadline = time.monotonic() + patience
        while True:
            self._refuse_while_away()
            try:
                connection = super().getconn(min(ASK_AGAIN, deadline - time.monotonic()))
            except PoolTimeout:
                if time.monotonic() >= deadline:
                    raise PoolTimeout(f"no connection within {patience:g} s") from None
                continue
            try:
                # Before the first question: on a silent connection that waits as long as any other.
                self._register(connection)
                discard_if_cut(connection)
            except psycopg.Error:
                connection.close()
                self.putconn(connection)
            except BaseException:
                self.putconn(connection)
                raise
            else:
                return connection

    def _get_ready_connection(self, timeout: float | None) -> Connection | None:
        # psycopg gives out the connection that was idle for the longest, so writes that come one after the other go
        # through all processes of PostgreSQL, and each finds its data in no cache of the processor (ADR 95). The pool's
        # lock is held.
        self._pool.rotate(1)
        return super()._get_ready_connection(timeout)

    def putconn(self, conn: Connection) -> None:
        """Takes a connection back."""
        self._unregister(conn)
        super().putconn(conn)

    def _register(self, connection: Connection) -> None:
        """From now on ``cut`` ends what waits on the connection. Raises Outage where ``cut`` may have come before."""
        with self._guard:
            self._refuse_while_away()
            self._used[id(connection)] = connection

    def _unregister(self, connection: Connection) -> None:
        with self._guard:
            self._used.pop(id(connection), None)

    def _refuse_while_away(self) -> None:
        outage = self.outage
        if outage is not None:
            raise type(outage)(*outage.args)

    def cut(self) -> None:
        """Ends every statement under way with an error, and closes every idle connection. Set ``outage`` before: a
        connection that is given out meanwhile is not cut.

        A statement on a connection that has gone silent would wait for minutes.
        """
        with self._guard:
            for connection in self._used.values():
                # The connection belongs to another thread, so only its socket is ended; the thread then finds it cut.
                with suppress(OSError, psycopg.Error), socket.socket(fileno=os.dup(connection.fileno())) as wire:
                    wire.shutdown(socket.SHUT_RDWR)
        self.drain()


def await_database(conninfo: str, timeout: float) -> None:
    """Return when the server accepts a connection; retry for up to `timeout` seconds.

    Raises DatabaseUnavailable: at once where a retry cannot help, such as a wrong password, database or user.
    """
    deadline = time.monotonic() + timeout
    while True:
        try:
            psycopg.connect(conninfo).close()
            return
        except psycopg.Error as error:
            reason = " ".join(str(error).split())[:300]
            if time.monotonic() > deadline or any(final in reason for final in FINAL):
                raise DatabaseUnavailable(f"{describe(conninfo)} does not answer: {reason}") from error
        time.sleep(0.1)


def describe(conninfo: str) -> str:
    """The database, host and port of a connection string, for logs: "database televent at db.example.com:5432".

    Raises DatabaseUnavailable where it is no connection string; the message does not quote it.
    """
    try:
        parts = conninfo_to_dict(conninfo)
    except psycopg.ProgrammingError as error:
        raise DatabaseUnavailable("the address of the database is no PostgreSQL URL or connection string") from error
    host = parts.get("host") or parts.get("hostaddr") or "the local socket"
    return f"database {parts.get('dbname') or parts.get('user') or ''} at {host}:{parts.get('port') or 5432}"


def discard_if_cut(connection: Connection) -> None:
    """Raise OperationalError where the server has closed an idle connection.

    A query to find out would cost every request a round trip. A server that ends a connection writes to it or closes
    it, which makes the socket readable; only then the check sends a query. The keepalives detect a host that
    vanished without closing.
    """
    waiting = select.poll()
    waiting.register(connection.fileno(), select.POLLIN | select.POLLHUP | select.POLLERR)
    if waiting.poll(0):
        ConnectionPool.check_connection(connection)

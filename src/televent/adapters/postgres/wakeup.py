"""Notifies those that wait for new rows: LISTEN and NOTIFY, outside the writers' transactions.

A NOTIFY inside a transaction takes a lock on the whole database at commit and costs most of the throughput. So it is
sent after the commit, from its own thread and connection, at most once per 20 ms for all writers of the process. A
notification may be lost with a connection: every listener also polls.
"""

from __future__ import annotations

import select
import threading
from collections.abc import Callable

import psycopg
import structlog
from psycopg.conninfo import conninfo_to_dict, make_conninfo

from televent.adapters.postgres.pool import NETWORK

log = structlog.get_logger("televent.wakeup")

EVENTS = "televent_events"
OUTBOX = "televent_outbox"
REMINDERS = "televent_reminders"
MAIL = "televent_mail"
SEARCH = "televent_search"
SESSIONS = "televent_sessions"
SUBSCRIPTIONS = "televent_subscriptions"
CHANNELS = (EVENTS, OUTBOX, REMINDERS, MAIL, SEARCH, SESSIONS, SUBSCRIPTIONS)

INTERVAL = 0.02
"""Seconds between two NOTIFY statements."""
RECONNECT = 0.5
"""Seconds between two attempts to connect, and max seconds until ``close`` is noticed."""


class Wakeups:
    """Sends and receives notifications; one per process. Its threads start when first needed; ``close`` ends them."""

    def __init__(self, conninfo: str, *, listens: bool = True) -> None:
        """``listens`` False: notifications of other processes are not received, because ``conninfo`` leads through a
        pooler, which would leave LISTEN in a session that serves somebody else."""
        self._listens = listens
        given = conninfo_to_dict(conninfo)
        defaults = {name: value for name, value in NETWORK.items() if name not in given}
        self._conninfo = make_conninfo(conninfo, application_name="televent-wakeup", **defaults)
        self._guard = threading.Lock()
        self._listeners: dict[int, tuple[str, Callable[[], None]]] = {}
        self._numbered = 0
        self._pending: set[str] = set()
        self._send_now = threading.Event()
        self._closing = threading.Event()
        self._threads: dict[str, threading.Thread] = {}

    def notify(self, *channels: str) -> None:
        """Notifies the listeners of these channels, here and in other processes, after a commit. Returns at once and
        never raises."""
        with self._guard:
            self._pending.update(channels)
            self._start("notifier", self._send)
        self._send_now.set()

    def listen(self, channel: str, callback: Callable[[], None]) -> Callable[[], None]:
        """Calls ``callback`` for each notification, from another thread: it must not block. Returns a function that
        ends this."""
        with self._guard:
            self._numbered += 1
            number = self._numbered
            self._listeners[number] = (channel, callback)
            if self._listens:
                self._start("listener", self._receive)

        def end() -> None:
            with self._guard:
                self._listeners.pop(number, None)

        return end

    def close(self) -> None:
        """Ends the threads; pending notifications are sent first."""
        self._closing.set()
        self._send_now.set()
        for thread in list(self._threads.values()):
            thread.join()

    def _start(self, name: str, target: Callable[[], None]) -> None:
        if name not in self._threads and not self._closing.is_set():
            self._threads[name] = threading.Thread(target=target, name=f"wakeup-{name}", daemon=True)
            self._threads[name].start()

    def _wake(self, *channels: str) -> None:
        with self._guard:
            callbacks = [callback for channel, callback in self._listeners.values() if channel in channels]
        for callback in callbacks:
            try:
                callback()
            except Exception:
                # The callback's event loop may have closed, for example. The other listeners are still notified.
                log.exception("a listener could not be notified", channels=channels)

    def _connect(self) -> psycopg.Connection[tuple[object, ...]]:
        # Notifications may go through a pooler, in whose sessions nothing may stay prepared.
        return psycopg.connect(self._conninfo, autocommit=True, prepare_threshold=None)

    def _send(self) -> None:
        connection: psycopg.Connection[tuple[object, ...]] | None = None
        while True:
            self._send_now.wait()
            self._send_now.clear()
            with self._guard:
                channels, self._pending = sorted(self._pending), set()
            if channels:
                # Listeners in this process need no round trip to the server.
                self._wake(*channels)
                try:
                    connection = connection if connection and not connection.closed else self._connect()
                    connection.execute("SELECT pg_notify(channel, '') FROM unnest(%s::text[]) AS channel", [channels])
                except psycopg.Error:
                    # Listeners poll, so a lost notification only delays them. The next one connects again.
                    if connection is not None:
                        connection.close()
                    connection = None
            elif self._closing.is_set():
                break
            if not self._closing.wait(INTERVAL):
                continue
            self._send_now.set()
        if connection is not None:
            connection.close()

    def _receive(self) -> None:
        while not self._closing.is_set():
            try:
                with self._connect() as connection:
                    for channel in CHANNELS:
                        connection.execute(f"LISTEN {channel}")
                    # PostgreSQL does not repeat notifications that came before LISTEN.
                    self._wake(*CHANNELS)
                    # psycopg wakes up ten times a second while it waits, to see signals. This thread gets none.
                    readable = select.poll()
                    readable.register(connection.fileno(), select.POLLIN)
                    while not self._closing.is_set():
                        for notice in connection.notifies(timeout=0):
                            self._wake(notice.channel)
                        readable.poll(RECONNECT * 1000)
            except psycopg.Error:
                self._closing.wait(RECONNECT)

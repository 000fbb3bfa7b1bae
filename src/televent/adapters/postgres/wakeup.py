"""Waking those who wait for rows: LISTEN and NOTIFY, out of the writers' way.

A NOTIFY inside a transaction takes a lock of the whole database at its commit and costs most of the throughput. So it
is sent after the commit, from a thread and a connection of its own, at most once per 20 ms for all writers of the
process. A ring may be lost with a connection: whoever waits also polls.
"""

from __future__ import annotations

import threading
from collections.abc import Callable

import psycopg
import structlog
from psycopg.conninfo import conninfo_to_dict, make_conninfo

from televent.adapters.postgres.pool import NETWORK

log = structlog.get_logger("televent.wakeup")

EVENTS = "televent_events"
OUTBOX = "televent_outbox"
CHANNELS = (EVENTS, OUTBOX)

INTERVAL = 0.02
RECONNECT = 0.5


class Wakeups:
    """One per process. Its threads start with the first ring and the first listener; ``close`` ends them."""

    def __init__(self, conninfo: str) -> None:
        given = conninfo_to_dict(conninfo)
        defaults = {name: value for name, value in NETWORK.items() if name not in given}
        self._conninfo = make_conninfo(conninfo, application_name="televent-wakeup", **defaults)
        self._guard = threading.Lock()
        self._listeners: dict[int, tuple[str, Callable[[], None]]] = {}
        self._numbered = 0
        self._rung: set[str] = set()
        self._bell = threading.Event()
        self._closing = threading.Event()
        self._threads: dict[str, threading.Thread] = {}

    def ring(self, *channels: str) -> None:
        """Something was committed that listeners of these channels wait for. Returns at once, never raises."""
        with self._guard:
            self._rung.update(channels)
            self._start("ringer", self._send)
        self._bell.set()

    def listen(self, channel: str, callback: Callable[[], None]) -> Callable[[], None]:
        """Calls ``callback`` on each ring, from a thread of ours: it must not block. Returns what ends that."""
        with self._guard:
            self._numbered += 1
            number = self._numbered
            self._listeners[number] = (channel, callback)
            self._start("listener", self._receive)

        def end() -> None:
            with self._guard:
                self._listeners.pop(number, None)

        return end

    def close(self) -> None:
        """Ends the threads; what was rung before is still sent."""
        self._closing.set()
        self._bell.set()
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
                # Such as an event loop that has closed: the others are still to be woken.
                log.exception("a listener could not be woken", channels=channels)

    def _connect(self) -> psycopg.Connection[tuple[object, ...]]:
        return psycopg.connect(self._conninfo, autocommit=True)

    def _send(self) -> None:
        connection: psycopg.Connection[tuple[object, ...]] | None = None
        while True:
            self._bell.wait()
            self._bell.clear()
            with self._guard:
                channels, self._rung = sorted(self._rung), set()
            if channels:
                # Those in this process need no way round through the server.
                self._wake(*channels)
                try:
                    connection = connection if connection and not connection.closed else self._connect()
                    connection.execute("SELECT pg_notify(channel, '') FROM unnest(%s::text[]) AS channel", [channels])
                except psycopg.Error:
                    # Lost rings are made good by polling; the next one connects anew.
                    if connection is not None:
                        connection.close()
                    connection = None
            elif self._closing.is_set():
                break
            if not self._closing.wait(INTERVAL):
                continue
            self._bell.set()
        if connection is not None:
            connection.close()

    def _receive(self) -> None:
        while not self._closing.is_set():
            try:
                with self._connect() as connection:
                    for channel in CHANNELS:
                        connection.execute(f"LISTEN {channel}")
                    # What was rung while nobody listened is not told again.
                    self._wake(*CHANNELS)
                    while not self._closing.is_set():
                        for notice in connection.notifies(timeout=RECONNECT):
                            self._wake(notice.channel)
            except psycopg.Error:
                self._closing.wait(RECONNECT)

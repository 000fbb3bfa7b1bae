"""Waiting for a condition instead of sleeping for a while and hoping."""

import time
from collections.abc import Callable, Sequence
from typing import Protocol, TypeVar

Value = TypeVar("Value")

NET = 120.0
"""Seconds after which a waiting test fails: many times the need of a slow and busy machine."""


class Log(Protocol):
    """The part of a recorder that is used here."""

    def max_notification_id(self) -> int | None: ...
    def select_notifications(self, start: int | None, limit: int) -> Sequence[object]: ...


def await_settled(log: Log) -> None:
    """Returns when followers may read all recorded facts. A transaction of another test, in another database of the
    same server, delays them like one of this test."""
    last = log.max_notification_id()
    wait_until(lambda: last is None or log.select_notifications(last, 1), what="the log settled")


def wait_until(condition: Callable[[], Value | None], deadline: float = NET, *, what: str = "") -> Value:
    """Ask `condition` again until it is true and return its value.

    Fails the test when there is none within `deadline` seconds, naming `what` was waited for. The deadline is
    a net for a broken system, not a measure of a working one: leave it generous.
    """
    end = time.monotonic() + deadline
    pause = 0.002
    while not (value := condition()):
        if time.monotonic() > end:
            waited_for = what or getattr(condition, "__name__", repr(condition))
            raise AssertionError(f"not so within {deadline:g} s: {waited_for}")
        time.sleep(pause)
        pause = min(pause * 1.5, 0.1)
    return value

"""Waiting for a condition instead of sleeping for a while and hoping."""

import time
from collections.abc import Callable, Sequence
from typing import Protocol, TypeVar

Value = TypeVar("Value")

NET = 120.0
"""Seconds after which a test takes what it waits for as broken: many times what a slow and busy machine needs."""


class Log(Protocol):
    """What is asked of a recorder here."""

    def max_notification_id(self) -> int | None: ...
    def select_notifications(self, start: int | None, limit: int) -> Sequence[object]: ...


def await_settled(log: Log) -> None:
    """Returns once followers may read all that is recorded: another test's transaction, in another database of the same
    server, holds them back as one of our own would."""
    last = log.max_notification_id()
    wait_until(lambda: last is None or log.select_notifications(last, 1), what="the log settled")


def wait_until(condition: Callable[[], Value | None], deadline: float = NET, *, what: str = "") -> Value:
    """Ask `condition` again and again and return its first true value.

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

"""The access lines of a process whose log is JSON: the same lines as of any other log call, at a tenth of the cost.

A log call makes a record, takes locks and writes at once, and each write lets another thread run first. Here the lines
of one iteration of the event loop are written together.
"""

from __future__ import annotations

import asyncio
import json
import logging
import sys
import time
from collections.abc import Callable
from datetime import UTC, datetime
from functools import lru_cache
from typing import Any, Final

import msgspec
import structlog

from televent.runtime.logs import writes_json

LOGGER: Final = "televent.access"
_ENCODE: Final = msgspec.json.Encoder().encode
_SAME: Final = f', "event": "request", "logger": "{LOGGER}", "level": "info", '
"""The part of every line that is the same."""


def access_log() -> Callable[[dict[str, Any]], None] | None:
    """Writes access lines; None where the log of this process is not JSON, or leaves them out."""
    if not writes_json() or not logging.getLogger(LOGGER).isEnabledFor(logging.INFO):
        return None
    return AccessLines().write


class AccessLines:
    """Lines that wait for the end of the loop's iteration. It belongs to one event loop."""

    def __init__(self) -> None:
        self._waiting: list[tuple[dict[str, Any], int]] = []

    def write(self, values: dict[str, Any]) -> None:
        """Writes a line soon."""
        self._waiting.append(({**structlog.contextvars.get_contextvars(), **values}, time.time_ns() // 1000))
        if len(self._waiting) == 1:
            asyncio.get_running_loop().call_soon(self._flush)

    def _flush(self) -> None:
        waiting, self._waiting = self._waiting, []
        # One call, so that no line of another thread comes into the middle.
        sys.stderr.write("".join([_line(*each) for each in waiting]))
        sys.stderr.flush()


def _line(values: dict[str, Any], microseconds: int) -> str:
    second, fraction = divmod(microseconds, 1_000_000)
    said = _ENCODE(values).decode()
    if not said.isascii():
        # Readers of lines take some other characters for the end of a line.
        said = json.dumps(values)
    return f'{said[:-1]}{_SAME}"timestamp": "{_clock(second)}.{fraction:06}Z"}}\n'


@lru_cache(maxsize=2)
def _clock(second: int) -> str:
    return f"{datetime.fromtimestamp(second, UTC):%Y-%m-%dT%H:%M:%S}"

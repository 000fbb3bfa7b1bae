"""The access lines of a process whose log is JSON: the same lines as of any other log call, at a tenth of the cost.

A log call makes a record, takes locks and writes at once, and each write lets another thread run first. Here the lines
of one iteration of the event loop are written together.
"""

from __future__ import annotations

import asyncio
import json
import logging
import sys
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any, Final

import structlog

from televent.runtime.logs import writes_json

LOGGER: Final = "televent.access"


def access_log() -> Callable[[dict[str, Any]], None] | None:
    """Writes access lines; None where the log of this process is not JSON, or leaves them out."""
    if not writes_json() or not logging.getLogger(LOGGER).isEnabledFor(logging.INFO):
        return None
    return AccessLines().write


class AccessLines:
    """Lines that wait for the end of the loop's iteration. It belongs to one event loop."""

    def __init__(self) -> None:
        self._waiting: list[dict[str, Any]] = []

    def write(self, values: dict[str, Any]) -> None:
        """Writes a line soon."""
        line = {
            **structlog.contextvars.get_contextvars(),
            **values,
            "event": "request",
            "logger": LOGGER,
            "level": "info",
            "timestamp": datetime.now(UTC).isoformat(timespec="microseconds")[:26] + "Z",
        }
        self._waiting.append(line)
        if len(self._waiting) == 1:
            asyncio.get_running_loop().call_soon(self._flush)

    def _flush(self) -> None:
        waiting, self._waiting = self._waiting, []
        # One call, so that no line of another thread comes into the middle.
        sys.stderr.write("".join([json.dumps(each) + "\n" for each in waiting]))
        sys.stderr.flush()

"""An asynchronous projection: a table made of the log, which can be thrown away and made again today."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from televent.application.event_store.recorded import RecordedNotification

Row = Sequence[Any]


@dataclass(frozen=True, slots=True)
class Projection:
    """``rows`` is pure: an event becomes rows of ``table``. Each event is applied once, in the order of the log."""

    name: str
    table: str
    columns: tuple[str, ...]
    rows: Callable[[RecordedNotification], list[Row]]

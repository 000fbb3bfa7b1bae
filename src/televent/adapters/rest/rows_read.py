"""The rows that a handler's answer is made of: their marks are read in one round trip with the session."""

from __future__ import annotations

from collections.abc import Callable, MutableMapping
from typing import Any, Final
from uuid import UUID

from televent.application.marks import Key

ROWS: Final = "rows"
"""The option of a handler: the function that names the rows of a request, from its scope and the account."""
MARKS: Final = "televent_marks"
"""The key, in a request's state, of the marks of those rows."""

Rows = Callable[[MutableMapping[str, Any], UUID], tuple[Key, ...]]


def no_rows(_: MutableMapping[str, Any], __: UUID) -> tuple[Key, ...]:
    """No rows: the answer is made again each time."""
    return ()


def event_rows(scope: MutableMapping[str, Any], tenant: UUID) -> tuple[Key, ...]:
    """The rows of an event in an own calendar."""
    return ("account", tenant), ("event", tenant, scope["path_params"]["event_id"])


def home_rows(_: MutableMapping[str, Any], tenant: UUID) -> tuple[Key, ...]:
    """The rows of all calendars of a person, with what is in them."""
    return ("account", tenant), ("home", tenant)

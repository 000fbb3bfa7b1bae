"""How CalDAV calls synchronous code."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Protocol, TypeVar

T = TypeVar("T")


class Run(Protocol):
    """Calls synchronous code in a bounded thread pool. Every call from CalDAV to the application goes through it, but
    for the reads of single rows (application.rows)."""

    def __call__(self, function: Callable[..., T], *args: object) -> Awaitable[T]: ...

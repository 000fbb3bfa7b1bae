"""Requests to URLs that people or their programs chose: of push services, webhooks and subscribed calendars."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Protocol


@dataclass(frozen=True, slots=True)
class Request:
    """One HTTP request. ``limit``: max bytes of the answer's body that are read; 0: it is not read at all."""

    url: str
    method: str = "GET"
    headers: Mapping[str, str] = field(default_factory=dict)
    body: bytes = b""
    limit: int = 0


@dataclass(frozen=True, slots=True)
class Answer:
    """The answer to it. Names of ``headers`` are in lower case. ``whole`` False: the body is longer than the limit.
    ``retry_after``: the seconds that the other side asks to wait; None where it names none."""

    status: int
    headers: Mapping[str, str]
    body: bytes = b""
    whole: bool = True
    retry_after: float | None = None

    @property
    def taken(self) -> bool:
        """Whether the other side accepted the request."""
        return 200 <= self.status < 300


class BadUrl(ValueError):
    """No request may be sent to this URL; the text says why, and has nothing of the URL."""


class Unreachable(Exception):
    """The other side gave no answer. The text never contains the URL, which may be a secret."""


class Outward(Protocol):
    """Sends requests, and follows no redirects. Bounded in time and memory."""

    def check(self, url: str) -> None:
        """Checks the text of a URL before it is stored. Raises BadUrl."""
        ...

    async def send(self, request: Request) -> Answer:
        """Sends one request. Raises BadUrl, Unreachable."""
        ...

    async def close(self) -> None:
        """Closes all connections, in the loop that used them."""
        ...

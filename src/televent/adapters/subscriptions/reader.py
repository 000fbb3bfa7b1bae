"""Reads a calendar at a URL by a conditional GET, and follows a few redirects, each of which is checked."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import Final
from urllib.parse import urljoin

from televent.application.outward import Answer, BadUrl, Outward, Request, Unreachable
from televent.ical.mending.files import MAX_FILE

MAX_REDIRECTS: Final = 5
MOVED: Final = frozenset({301, 302, 303, 307, 308})
VALIDATOR: Final = 500
"""Max characters of a validator that is kept."""


class Unread(Exception):
    """The calendar could not be read. ``code``: for the person; ``wait``: the time that the other side asks for."""

    def __init__(self, code: str, wait: timedelta | None = None) -> None:
        super().__init__(code)
        self.code, self.wait = code, wait


@dataclass(frozen=True, slots=True)
class Fetched:
    """The file with its validators. ``data`` None: it is the one that is known already."""

    data: bytes | None
    etag: str
    modified: str


async def fetch(outward: Outward, url: str, etag: str, modified: str) -> Fetched:
    """Reads a calendar of at most MAX_FILE bytes. ``etag`` and ``modified``: those of the file that is known, or "".
    Raises Unread."""
    headers = {"Accept": "text/calendar, */*;q=0.1"}
    if etag:
        headers["If-None-Match"] = etag
    if modified:
        headers["If-Modified-Since"] = modified
    answer = await _followed(outward, url, headers)
    if answer.status == 304 and (etag or modified):
        return Fetched(None, etag, modified)
    if answer.status != 200:
        wait = timedelta(seconds=min(answer.retry_after, 86_400.0)) if answer.retry_after is not None else None
        raise Unread(f"http-{answer.status}", wait)
    if not answer.whole:
        raise Unread("too-large")
    return Fetched(answer.body, _kept(answer, "etag"), _kept(answer, "last-modified"))


async def _followed(outward: Outward, url: str, headers: dict[str, str]) -> Answer:
    for _ in range(1 + MAX_REDIRECTS):
        try:
            answer = await outward.send(Request(url, headers=headers, limit=MAX_FILE))
        except BadUrl:
            raise Unread("forbidden-address") from None
        except Unreachable:
            raise Unread("unreachable") from None
        if answer.status not in MOVED or not answer.headers.get("location"):
            return answer
        try:
            url = urljoin(url, answer.headers["location"])
        except ValueError:
            raise Unread("forbidden-address") from None
    raise Unread("too-many-redirects")


def _kept(answer: Answer, name: str) -> str:
    value = answer.headers.get(name, "")
    return value if len(value) <= VALIDATOR and value.isascii() and value.isprintable() else ""

"""A server under measurement: sends its requests and checks its answers."""

from __future__ import annotations

import asyncio
import itertools
import statistics
import time
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field

from lxml import etree

from bench import dav, events
from bench.load import Answer, Connection, LoadError, Sample, run
from bench.servers import HOST, Login, Server

DAV_NS = "{DAV:}"
ONCE = 1.0
"""Seconds above which one call of a limited site is enough."""


@dataclass(frozen=True, slots=True)
class Scale:
    """The size of a measurement. ``seconds`` and ``calls`` are per round."""

    items: int
    rounds: int
    seconds: float
    calls: int
    full: int
    block: int
    people: int = 0
    """Number of accounts that ask once in a round."""

    @property
    def per_round(self) -> int:
        """Number of events that are put in one round."""
        return self.items // self.rounds


class TooSlow(Exception):
    """The site did not answer within its limit."""


@dataclass
class Site:
    """A server under measurement, and the state of its rows.

    ``label`` names it in results, ``collection`` is its calendar. ``limit``: max seconds for an answer. After that
    ``again`` restarts the server, which may still be busy with the request.
    """

    server: Server
    scale: Scale
    label: str = ""
    collection: str = "bench"
    limit: float | None = None
    again: Callable[[], Server] | None = None
    people: Sequence[Login] = ()
    """The accounts that ask once in a round, each about another calendar in each round. A peer has none: it does the
    same work for a first and for a repeated request."""
    asked: Counter[str] = field(default_factory=Counter)
    """The rounds of each row in which they have asked."""
    filled: int = 0
    numbers: Iterator[int] = field(default_factory=lambda: itertools.count(events.NEW))
    token: str = ""
    took: float = 0.0
    """Seconds of the last ``ask``."""

    def __post_init__(self) -> None:
        self.label = self.label or self.server.name

    @property
    def calendar(self) -> str:
        """The path of the calendar."""
        return self.server.calendar(self.collection)

    def request(self, method: str, path: str, body: bytes = b"", **more: object) -> bytes:
        """A request to this server with its login; ``more`` as in ``dav.request``."""
        host = f"{HOST}:{self.server.port}"
        return dav.request(method, path, host=host, login=self.server.login, body=body, **more)  # type: ignore[arg-type]

    def request_of(self, person: Login, method: str, path: str, body: bytes = b"", **more: object) -> bytes:
        """As ``request``, with the login of one of the people."""
        login, host = (person.user, person.password), f"{HOST}:{self.server.port}"
        return dav.request(method, path, host=host, login=login, body=body, **more)  # type: ignore[arg-type]

    def put(self, calendar: str, number: int, *, prefix: str = "bench", revision: int = 0) -> bytes:
        """The PUT of event ``number`` into a calendar."""
        body = events.event(number, prefix=prefix, revision=revision)
        path = calendar + events.name(number, prefix=prefix)
        return self.request("PUT", path, body, content_type="text/calendar; charset=utf-8")

    async def ask(self, request: bytes, *statuses: int) -> Answer:
        """Sends one request on a new connection. Raises LoadError for any other status, and TooSlow."""
        connection = Connection(HOST, self.server.port)
        began = time.perf_counter()
        try:
            async with asyncio.timeout(self.limit):
                answer = await connection.send(request)
        except TimeoutError as error:
            raise TooSlow from error
        finally:
            connection.close()
        self.took = time.perf_counter() - began
        if answer.status not in statuses:
            first = request.split(b" HTTP/")[0].decode()
            raise LoadError(f"{first}: {answer.status} {answer.body[:300].decode('utf-8', 'replace')}")
        return answer

    async def make_calendar(self, name: str) -> str:
        """Creates a calendar, returns its path."""
        path = self.server.calendar(name)
        await self.ask(self.request("MKCALENDAR", path, dav.MKCALENDAR), 201)
        return path

    async def load(self, prepared: bytes | Callable[[], bytes], statuses: tuple[int, ...], **how: object) -> Sample:
        """Runs ``load.run`` on this server. Raises TooSlow where no answer arrived within the limit."""
        sample = await run(HOST, self.server.port, prepared, statuses=statuses, limit=self.limit, **how)  # type: ignore[arg-type]
        if self.limit is not None and not sample.latencies:
            raise TooSlow
        return sample

    async def rate(self, prepared: bytes | Callable[[], bytes], statuses: tuple[int, ...], connections: int) -> float:
        """Requests per second of one round."""
        return (await self.load(prepared, statuses, connections=connections, seconds=self.scale.seconds)).rate

    async def milliseconds(self, prepared: bytes, statuses: tuple[int, ...] = (207,)) -> float:
        """The median time of a few calls in sequence; the time of a slow last ``ask`` where the site has a limit."""
        if self.limit is not None and self.took > ONCE:
            return self.took * 1000
        sample = await self.load(prepared, statuses, connections=1, count=self.scale.calls)
        return statistics.median(sample.latencies) * 1000


def _tree(answer: Answer) -> etree._Element:
    try:
        return etree.fromstring(answer.body, etree.XMLParser(huge_tree=True))
    except etree.XMLSyntaxError as error:
        raise LoadError(f"the answer is not XML: {error}") from error


def hrefs(answer: Answer) -> list[str]:
    """The hrefs in a multistatus, without collections. Raises LoadError where it is not XML."""
    found = _tree(answer).iterfind(f"{DAV_NS}response/{DAV_NS}href")
    return [href.text for href in found if href.text and not href.text.endswith("/")]


def sync_token(answer: Answer) -> str:
    """The sync token of a REPORT or a property (RFC 6578 sections 6.4, 4). Raises LoadError where there is none."""
    token = _tree(answer).findtext(f".//{DAV_NS}sync-token")
    if not token:
        raise LoadError("the answer has no sync-token")
    return token


def expect(count: int, answer: Answer, what: str) -> None:
    """Checks the number of resources in an answer. Raises LoadError where it is wrong."""
    if (found := len(hrefs(answer))) != count:
        raise LoadError(f"{what}: {found} resources in the answer, not {count}")

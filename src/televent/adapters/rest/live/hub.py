"""Reads the log once for all open streams of a process, and tells each what its account may see (ADR 87).

It belongs to one event loop. It reads only while there are streams.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Final
from uuid import UUID

import structlog

from televent.adapters.rest.live.frames import Item, Reason, item_of
from televent.adapters.rest.live.stream import Caught, Stream
from televent.adapters.rest.signing_in.auth import Person, Run
from televent.application.backend import Backend
from televent.application.outage import Outage
from televent.application.read_models.changes import ChangePage, LoggedChange
from televent.application.use_cases.live.frames import Seen, by_calendar, frames_for
from televent.application.use_cases.live.kinds import ENDINGS, SHARING
from televent.application.use_cases.live.read_changes import MAX_PAGE, read_changes
from televent.domain.ids import AccountId

log = structlog.get_logger("televent.live")

PER_ACCOUNT: Final = 20
"""Max streams of one account in one process. One more ends the oldest: it may be of a phone that lost its network."""
PER_PROCESS: Final = 5_000
"""Max streams of one process."""
POLL: Final = 1.0
"""Seconds between two reads without a notification, which may be lost."""
SOON: Final = 0.02
"""Seconds until the next read where there are facts but an older transaction still runs."""
CHECK: Final = 15.0
"""Seconds between two looks at all sessions without a notification."""
READERS: Final = 2
"""Max streams that read the log at once. Without a bound, a restart with many clients would leave no thread for
requests."""

Listen = Callable[[Callable[[], None], Callable[[], None], Callable[[], None]], Callable[[], None]]
"""Calls the first function after commits, the second after sessions have ended, and the third where another start of
the database answers, each from another thread. Returns a function that ends this."""


@dataclass
class _Channel:
    """An account with open streams, the oldest first. ``calendars``: those shared with it; None: not read yet."""

    streams: list[Stream] = field(default_factory=list)
    calendars: Seen | None = None


@dataclass(frozen=True, slots=True)
class _Told:
    """A page of the log for all accounts that have streams. ``calendars``: those of accounts that may have changed."""

    page: ChangePage
    calendars: dict[AccountId, Seen]
    items: dict[AccountId, list[Item]]


class Hub:
    """All open streams of one process. ``run`` calls blocking code in a bounded pool of threads."""

    def __init__(self, backend: Backend, run: Run, listen: Listen) -> None:
        self._backend, self._run, self._listen = backend, run, listen
        self._channels: dict[AccountId, _Channel] = {}
        self._open = 0
        self._closed = False
        self._loop: asyncio.AbstractEventLoop | None = None
        self._tasks: list[asyncio.Task[None]] = []
        self._started: asyncio.Future[None] | None = None
        self._deaf: Callable[[], None] | None = None
        self._changed, self._due = asyncio.Event(), asyncio.Event()
        self._readers = asyncio.Semaphore(READERS)
        self.at = 0

    # ---- for streams
    def now(self) -> datetime:
        """The time."""
        return self._backend.clock()

    def may_see(self, tenant: AccountId, share: UUID) -> bool:
        """Whether the account still has that share."""
        channel = self._channels.get(tenant)
        calendars = {} if channel is None or channel.calendars is None else channel.calendars
        return any(each.calendar.share and each.calendar.share.share_id == share for each in calendars.values())

    async def read(self, tenant: AccountId, after: int, upto: int) -> Caught:
        """The next page of the account's frames in the log. Raises Outage."""
        async with self._readers:
            return await self._run(self._caught, tenant, after, upto)

    def _caught(self, tenant: AccountId, after: int, upto: int) -> Caught:
        page = read_changes(self._backend, tenant, after, upto)
        return Caught([item_of(each) for each in page.frames], page.upto, page.more)

    # ---- opening and ending
    @property
    def full(self) -> bool:
        """Whether another stream would be one too many."""
        return self._closed or self._open >= PER_PROCESS

    async def open(self, person: Person, cursor: str | None) -> tuple[Stream, str, bool]:
        """A stream of the changes after ``cursor``, or from now on; the cursor that it begins after; and whether the
        client has to read everything again, because this history of the log has no such place. Raises Outage."""
        stream = Stream(self, person.tenant, person.session_id, person.expires, self._left)
        channel = self._channels.setdefault(person.tenant, _Channel())
        channel.streams.append(stream)
        self._open += 1
        if len(channel.streams) > PER_ACCOUNT:
            channel.streams[0].end("too-many-connections")
        try:
            await self._start()
            known = None if cursor is None else await self._run(self._backend.changes.position_of, cursor)
            if cursor is None or known is None:
                position, begun = await self._run(self._backend.changes.newest)
            else:
                position, begun = known, cursor
        except BaseException:
            stream.close()
            raise
        stream.begin(position)
        # The session may have ended between its check and this moment.
        self._due.set()
        return stream, begun, cursor is not None and known is None

    def end_all(self, reason: Reason) -> None:
        """Ends every stream; its client connects again."""
        for channel in list(self._channels.values()):
            for stream in list(channel.streams):
                stream.end(reason)

    def close(self) -> None:
        """Ends every stream because the process stops, and takes no more. Any thread may call it."""
        self._closed = True
        if self._loop is not None:
            _call(self._loop, lambda: self.end_all("restart"))

    def _left(self, stream: Stream) -> None:
        channel = self._channels[stream.tenant]
        channel.streams.remove(stream)
        self._open -= 1
        if not channel.streams:
            del self._channels[stream.tenant]
        if self._open == 0:
            self._stop()

    async def _start(self) -> None:
        if self._started is None:
            self._loop = loop = asyncio.get_running_loop()
            self._started = loop.create_future()
            self._changed, self._due = asyncio.Event(), asyncio.Event()

            def soon(function: Callable[[], None]) -> Callable[[], None]:
                return lambda: _call(loop, function)

            self._deaf = self._listen(
                soon(self._changed.set), soon(self._due.set), soon(lambda: self.end_all("restart"))
            )
            self._tasks = [loop.create_task(self._follow(self._started)), loop.create_task(self._watch())]
        await asyncio.shield(self._started)

    def _stop(self) -> None:
        for task in self._tasks:
            task.cancel()
        self._tasks = []
        if self._deaf is not None:
            self._deaf()
            self._deaf = None
        if self._started is not None and not self._started.done():
            self._started.cancel()
        self._started = None

    # ---- the log
    async def _follow(self, started: asyncio.Future[None]) -> None:
        while not started.done():
            try:
                self.at = (await self._run(self._backend.changes.newest))[0]
            except Outage:
                await asyncio.sleep(POLL)
            else:
                started.set_result(None)
        while True:
            self._changed.clear()
            pause = POLL
            listening = dict(self._channels)
            known = {tenant: channel.calendars for tenant, channel in listening.items()}
            try:
                told = await self._run(self._told, self.at, known)
            except Outage:
                pass  # Nothing is lost: the position stays.
            except Exception:
                log.exception("a page of the log could not be told")
                await self._pass_over()
            else:
                self._tell(told, listening)
                if told.page.more:
                    continue
                pause = SOON if told.page.held_back else POLL
            await _wait(self._changed, pause)

    def _told(self, after: int, known: dict[AccountId, Seen | None]) -> _Told:
        page = self._backend.changes.logged(after, MAX_PAGE)
        touched = _touched(page.changes)
        # The shares are read after the page, so an ended share shows nothing of the page.
        stale = [
            tenant
            for tenant, calendars in known.items()
            if calendars is None
            or tenant in touched
            or any(each.calendar.tenant in touched for each in calendars.values())
        ]
        found = self._backend.changes.shared_with(stale) if stale else {}
        fresh = {tenant: by_calendar(found.get(tenant, ())) for tenant in stale}
        seen_by = {
            tenant: fresh[tenant] if calendars is None else fresh.get(tenant, calendars)
            for tenant, calendars in known.items()
        }
        frames = frames_for(self._backend, page.changes, seen_by)
        return _Told(page, fresh, {tenant: [item_of(each) for each in rows] for tenant, rows in frames.items()})

    def _tell(self, told: _Told, listening: Mapping[AccountId, _Channel]) -> None:
        """Gives a page to the streams. It must not wait: a stream compares positions between two of its own steps.

        ``listening``: the channels for which the page was read. A stream of a later one may have caught up meanwhile
        with everything but this page."""
        for tenant, later in self._channels.items() if told.page.changes else ():
            if listening.get(tenant) is not later:
                for stream in later.streams:
                    stream.fall_behind()
        for tenant, calendars in told.calendars.items():
            if tenant in self._channels:
                self._channels[tenant].calendars = calendars
        for tenant, items in told.items.items():
            channel = self._channels.get(tenant)
            for stream in list(channel.streams) if channel is not None else ():
                stream.push(items)
        self.at = told.page.upto
        if any(each.kind in ENDINGS and each.tenant in self._channels for each in told.page.changes):
            self._due.set()

    async def _pass_over(self) -> None:
        """Leaves a page to the streams themselves: so one fact that cannot be told holds up its own account only."""
        try:
            self.at = (await self._run(self._backend.changes.newest))[0]
        except Outage:
            return
        for channel in self._channels.values():
            for stream in channel.streams:
                stream.fall_behind()

    # ---- sessions
    async def _watch(self) -> None:
        while True:
            await _wait(self._due, CHECK)
            self._due.clear()
            pairs = {(each.tenant, each.session_id) for channel in self._channels.values() for each in channel.streams}
            try:
                alive = await self._run(self._backend.sessions.alive_among, pairs, self.now())
            except Outage:
                continue
            for channel in list(self._channels.values()):
                for stream in list(channel.streams):
                    if (stream.tenant, stream.session_id) in pairs and stream.session_id not in alive:
                        stream.end("session-ended")


def _touched(changes: list[LoggedChange]) -> set[AccountId]:
    """The accounts that may see other calendars after these facts."""
    found = set()
    for each in changes:
        if each.kind in SHARING:
            found.add(each.tenant)
            if "sharee" in each.fields:
                found.add(AccountId(UUID(each.fields["sharee"])))
    return found


async def _wait(event: asyncio.Event, seconds: float) -> None:
    try:
        async with asyncio.timeout(seconds):
            await event.wait()
    except TimeoutError:
        return


def _call(loop: asyncio.AbstractEventLoop, function: Callable[[], None]) -> None:
    # The loop may have closed while a notification was on its way.
    if not loop.is_closed():
        loop.call_soon_threadsafe(function)

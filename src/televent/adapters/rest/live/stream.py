"""One open stream of changes, whatever protocol carries it."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Final, Protocol
from uuid import UUID

from televent.adapters.rest.live.frames import Item, Reason
from televent.domain.ids import AccountId

MAX_QUEUE: Final = 256
"""Max frames that wait for one client. One that reads slower gets them from the log, when it is ready for them."""
HEARTBEAT: Final = 20.0
"""Seconds after which an idle stream shows that it is alive."""


@dataclass(frozen=True, slots=True)
class Caught:
    """A page of an account's earlier frames, from the log."""

    items: list[Item]
    upto: int
    more: bool


class Follows(Protocol):
    """The part of a hub that a stream needs."""

    @property
    def at(self) -> int:
        """The position up to which everything was told."""
        ...

    def may_see(self, tenant: AccountId, share: UUID) -> bool:
        """Whether the account still has that share."""
        ...

    def now(self) -> datetime: ...
    def read(self, tenant: AccountId, after: int, upto: int) -> Awaitable[Caught]:
        """The next page of the account's frames in the log. Raises Outage."""
        ...


class Stream:
    """The changes of one account for one client, each once and in order.

    A stream begins behind: it reads the log up to the position that the hub has told. Where no further page was told
    in the meantime, it takes the rest from the hub. No step waits between that comparison and the change, so no
    page falls between the two. A stream whose queue is full is behind again."""

    def __init__(
        self,
        hub: Follows,
        tenant: AccountId,
        session_id: UUID,
        expires: datetime | None,
        left: Callable[[Stream], None],
    ) -> None:
        self.tenant, self.session_id = tenant, session_id
        self._hub, self._expires, self._left = hub, expires, left
        self._at = 0
        self._behind = True
        self._queue: deque[Item] = deque()
        self._woken = asyncio.Event()
        self.ended: Reason | None = None

    def begin(self, position: int) -> None:
        """The position after which the client wants the changes."""
        self._at = position

    def push(self, items: list[Item]) -> None:
        """More frames, from the hub."""
        if self._behind:
            return
        if len(self._queue) + len(items) > MAX_QUEUE:
            self._queue.clear()
            self._behind = True
        else:
            self._queue.extend(items)
        self._woken.set()

    def fall_behind(self) -> None:
        """Lets the stream read the log itself."""
        self._queue.clear()
        self._behind = True
        self._woken.set()

    def end(self, reason: Reason) -> None:
        """Ends the stream; frames that wait are not sent."""
        if self.ended is None:
            self.ended = reason
            self._queue.clear()
            self._woken.set()
            self._left(self)

    def close(self) -> None:
        """The client has gone."""
        self.end("restart")

    async def next(self) -> list[Item]:
        """The next frames; none after HEARTBEAT seconds without any, and none where ``ended`` is set. Raises Outage."""
        try:
            async with asyncio.timeout(HEARTBEAT):
                while True:
                    self._look_at_the_clock()
                    if self.ended is not None:
                        return []
                    items = await self._catch_up() if self._behind else self._take()
                    if items and self.ended is None:
                        return items
                    if not self._behind and self.ended is None:
                        await self._wait()
        except TimeoutError:
            return []

    def _take(self) -> list[Item]:
        taken, self._queue = self._queue, deque()
        self._woken.clear()
        items = [each for each in taken if each.position > self._at]
        if items:
            self._at = items[-1].position
        # The share may have ended while the frame waited.
        return [each for each in items if each.share is None or self._hub.may_see(self.tenant, each.share)]

    async def _catch_up(self) -> list[Item]:
        upto = self._hub.at
        page = await self._hub.read(self.tenant, self._at, upto)
        self._at = page.upto
        if not page.more and self._hub.at == upto:
            self._behind = False
        return page.items

    async def _wait(self) -> None:
        left = None if self._expires is None else (self._expires - self._hub.now()).total_seconds()
        if left is None or left > HEARTBEAT:
            await self._woken.wait()
            return
        try:
            async with asyncio.timeout(max(0.0, left)):
                await self._woken.wait()
        except TimeoutError:
            return

    def _look_at_the_clock(self) -> None:
        if self._expires is not None and self._hub.now() >= self._expires:
            self.end("token-expired")

"""The bot's queue of updates and their confirmation (https://core.telegram.org/bots/api#getting-updates)."""

import time
from collections import deque
from collections.abc import Sequence
from typing import Any

from televent.adapters.sandbox.botapi.errors import TERMINATED, WEBHOOK_ACTIVE, BotApiError
from televent.adapters.sandbox.journal import Journal
from televent.adapters.sandbox.signal import Signal

Json = dict[str, Any]

MAX_PENDING = 10_000
"""Max updates that wait; above that the oldest are lost."""
MAX_POLL = 50
"""Max seconds of a long poll."""
# Sent only to a bot that names them in allowed_updates.
_ONLY_ON_REQUEST = frozenset({"chat_member", "message_reaction", "message_reaction_count"})


class UpdateQueue:
    """Keeps updates until the bot confirms them, by a greater offset or by a 2xx answer of its webhook."""

    def __init__(self, journal: Journal) -> None:
        self._journal = journal
        # Ids grow across restarts too: otherwise an offset that the bot kept would hide new updates.
        self.next_id = int(time.time())
        self.pending: deque[Json] = deque(maxlen=MAX_PENDING)
        self.allowed: tuple[str, ...] = ()
        self.webhook_url = ""
        self.added = Signal()
        self._poll = 0

    def add(self, kind: str, value: Json) -> None:
        """Queue an update of this kind, unless the bot has excluded the kind by allowed_updates."""
        if kind not in self.allowed if self.allowed else kind in _ONLY_ON_REQUEST:
            return
        update = {"update_id": self.next_id, kind: value}
        self.next_id += 1
        self.pending.append(update)
        self._journal.write("update", update)
        self.added.notify()

    def restore(self, update: Json) -> None:
        """Queue an update of the journal that waited when the sandbox stopped."""
        self.pending.append(update)
        self.next_id = max(self.next_id, update["update_id"] + 1)

    def allow(self, kinds: Sequence[str]) -> None:
        """Queue only these kinds from now on; an empty list means the default kinds."""
        self.allowed = tuple(kinds)

    def confirm(self, offset: int) -> None:
        """Forget every update below `offset`. A negative offset keeps that many of the newest updates."""
        if offset < 0:
            offset = self.pending[max(len(self.pending) + offset, 0)]["update_id"] if self.pending else 0
        dropped = False
        while self.pending and self.pending[0]["update_id"] < offset:
            self.pending.popleft()
            dropped = True
        if dropped:
            self._journal.write("confirmed", offset)

    def drop_all(self) -> None:
        """Forget all waiting updates."""
        self.confirm(self.next_id)

    async def poll(self, offset: int | None, limit: int, seconds: float) -> list[Json]:
        """The waiting updates from `offset` on, at most `limit`. Where there is none, wait up to `seconds` for one.

        A later call ends an earlier one, which raises BotApiError 409. Raises the same where a webhook is set.
        """
        if self.webhook_url:
            raise BotApiError(409, WEBHOOK_ACTIVE)
        self._poll += 1
        mine = self._poll
        self.added.notify()
        if offset is not None:
            self.confirm(offset)
        end = time.monotonic() + min(max(seconds, 0), MAX_POLL)
        while not self.pending and await self.added.wait(end - time.monotonic()):
            self._still_mine(mine)
            if self.added.closed:
                return []
        return [update for _, update in zip(range(limit), self.pending, strict=False)]

    def interrupt(self) -> None:
        """Wake every waiting poll, so that it checks again whether it may wait."""
        self.added.notify()

    def close(self) -> None:
        """End every waiting poll with an empty list."""
        self.added.close()

    def _still_mine(self, mine: int) -> None:
        if self.webhook_url:
            raise BotApiError(409, WEBHOOK_ACTIVE)
        if mine != self._poll:
            raise BotApiError(409, TERMINATED)

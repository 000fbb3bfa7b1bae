"""The bot's queue of updates and its confirmation (https://core.telegram.org/bots/api#getting-updates)."""

import time
from collections import deque
from collections.abc import Sequence
from typing import Any

from televent.adapters.sandbox.botapi.errors import TERMINATED, WEBHOOK_ACTIVE, BotApiError
from televent.adapters.sandbox.journal import Journal
from televent.adapters.sandbox.signal import Signal

Json = dict[str, Any]

MOST_PENDING = 10_000
LONGEST_POLL = 50
# Not sent unless asked for by name.
_ONLY_ON_REQUEST = frozenset({"chat_member", "message_reaction", "message_reaction_count"})


class UpdateQueue:
    """Updates wait here until the bot confirms them by a greater offset or by a 2xx answer to its webhook."""

    def __init__(self, journal: Journal) -> None:
        self._journal = journal
        # Grows over restarts, so that an offset kept by a bot never hides a new update.
        self.next_id = int(time.time())
        self.pending: deque[Json] = deque(maxlen=MOST_PENDING)
        self.allowed: tuple[str, ...] = ()
        self.webhook_url = ""
        self.added = Signal()
        self._poll = 0

    def add(self, kind: str, value: Json) -> None:
        """Queue an update of this kind, unless the bot has asked not to be sent such."""
        if kind not in self.allowed if self.allowed else kind in _ONLY_ON_REQUEST:
            return
        update = {"update_id": self.next_id, kind: value}
        self.next_id += 1
        self.pending.append(update)
        self._journal.write("update", update)
        self.added.notify()

    def restore(self, update: Json) -> None:
        """Queue again what was waiting when the sandbox stopped."""
        self.pending.append(update)
        self.next_id = max(self.next_id, update["update_id"] + 1)

    def allow(self, kinds: Sequence[str]) -> None:
        """Keep only these kinds from now on; none named means the usual ones."""
        self.allowed = tuple(kinds)

    def confirm(self, offset: int) -> None:
        """Forget every update below `offset`; a negative one keeps that many from the end."""
        if offset < 0:
            offset = self.pending[max(len(self.pending) + offset, 0)]["update_id"] if self.pending else 0
        dropped = False
        while self.pending and self.pending[0]["update_id"] < offset:
            self.pending.popleft()
            dropped = True
        if dropped:
            self._journal.write("confirmed", offset)

    def drop_all(self) -> None:
        """Forget everything that waits."""
        self.confirm(self.next_id)

    async def poll(self, offset: int | None, limit: int, seconds: float) -> list[Json]:
        """What waits from `offset` on, at most `limit`; where there is nothing, wait so many `seconds` for it.

        A later call ends an earlier one. Raises BotApiError 409 in the earlier, and where a webhook is set.
        """
        if self.webhook_url:
            raise BotApiError(409, WEBHOOK_ACTIVE)
        self._poll += 1
        mine = self._poll
        self.added.notify()
        if offset is not None:
            self.confirm(offset)
        end = time.monotonic() + min(max(seconds, 0), LONGEST_POLL)
        while not self.pending and await self.added.wait(end - time.monotonic()):
            self._still_mine(mine)
            if self.added.closed:
                return []
        return [update for _, update in zip(range(limit), self.pending, strict=False)]

    def interrupt(self) -> None:
        """Wake every waiting poll, to look again at whether it may still wait."""
        self.added.notify()

    def close(self) -> None:
        """Let every waiting poll end now with nothing."""
        self.added.close()

    def _still_mine(self, mine: int) -> None:
        if self.webhook_url:
            raise BotApiError(409, WEBHOOK_ACTIVE)
        if mine != self._poll:
            raise BotApiError(409, TERMINATED)

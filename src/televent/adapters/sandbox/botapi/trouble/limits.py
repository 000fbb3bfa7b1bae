"""Refuses messages beyond Telegram's limits, with its 429 and the seconds to wait."""

import math
from collections import Counter, deque
from dataclasses import asdict, dataclass, field
from typing import Any

from televent.adapters.sandbox.botapi.errors import BotApiError
from televent.adapters.sandbox.config import Limits

Json = dict[str, Any]

_COUNTED = ("send", "copymessage", "forwardmessage", "editmessage")
_FREE = frozenset({"sendchataction"})


@dataclass(slots=True)
class Pace:
    """Refuses calls beyond the limits, with Telegram's 429. Without limits it refuses nothing."""

    limits: Limits | None = None
    refused: Counter[str] = field(default_factory=Counter)
    counted: int = 0
    _sent: deque[float] = field(default_factory=deque)
    _groups: dict[int, deque[float]] = field(default_factory=dict)
    # When a chat has its whole burst again; a chat that has it may be forgotten.
    _full_at: dict[int, float] = field(default_factory=dict)

    def check(self, method: str, chat_id: int, now: float) -> None:
        """Count a call; `now` is in seconds of any steady clock. Raises BotApiError 429 where it comes too early."""
        name = method.lower()
        if self.limits is None or name in _FREE or not name.startswith(_COUNTED):
            return
        waits = {"chat": self._chat(chat_id, now), "all": _window(self._sent, self.limits.in_all, 1.0, now)}
        if chat_id < 0:
            group = self._groups.setdefault(chat_id, deque())
            waits["group"] = _window(group, self.limits.per_group, 60.0, now)
        kind, wait = max(waits.items(), key=lambda each: each[1])
        if wait > 0:
            self.refused[kind] += 1
            seconds = max(math.ceil(wait), 1)
            raise BotApiError(429, f"Too Many Requests: retry after {seconds}", {"retry_after": seconds})
        self._count(chat_id, now)

    def report(self) -> Json:
        """The limits, how many messages were counted, and how many calls each limit refused."""
        shown = asdict(self.limits) if self.limits else None
        return {"limits": shown, "counted": self.counted, "refused": dict(self.refused)}

    def _chat(self, chat_id: int, now: float) -> float:
        assert self.limits is not None
        owed = (self._full_at.get(chat_id, now) - now) * self.limits.per_chat
        return (owed + 1 - self.limits.burst) / self.limits.per_chat

    def _count(self, chat_id: int, now: float) -> None:
        assert self.limits is not None
        self.counted += 1
        self._sent.append(now)
        if chat_id < 0:
            self._groups[chat_id].append(now)
        self._full_at[chat_id] = max(self._full_at.get(chat_id, now), now) + 1 / self.limits.per_chat
        if len(self._full_at) > 20_000:
            self._full_at = {chat: at for chat, at in self._full_at.items() if at > now}


def _window(sent: deque[float], most: int, seconds: float, now: float) -> float:
    """Seconds until another message fits between `most` in a window of `seconds`; 0 where it fits now."""
    while sent and sent[0] <= now - seconds:
        sent.popleft()
    return sent[len(sent) - most] + seconds - now if len(sent) >= most else 0.0

"""Telegram's limits for messages, kept by all processes together.

All messages share one rate. A message that nobody waits for may take a turn of the next half second only, so a prompt
one never waits longer for those; and it is sure of one turn in FAIR, whatever else is sent (ADR 107).
"""

from __future__ import annotations

from typing import Final

from televent.adapters.postgres.queues.outbox import FAIR
from televent.adapters.postgres.rate_limit import PostgresRateLimit, Rate

ALL: Final = Rate(28, 1.0, 1)
"""Max messages on the bot's own behalf to all chats. Telegram admits 30 a second, answers to people among them."""
CHAT: Final = Rate(1, 1.0, 1)
"""Max messages on the bot's own behalf to one chat."""
AHEAD: Final = 0.5
"""Max seconds ahead of which mass messages take turns that others may want."""


class PostgresChatPace:
    """Tells when the next message to a chat may be sent. Without rates those that Telegram documents hold. ``ahead``:
    max seconds ahead of which mass messages take turns."""

    def __init__(
        self, limit: PostgresRateLimit, bot_id: int, *, everybody: Rate = ALL, chat: Rate = CHAT, ahead: float = AHEAD
    ) -> None:
        self._limit, self._bot = limit, f"telegram/{bot_id}"
        self._everybody, self._chat = everybody, chat
        self._ahead = ahead
        self._sure = Rate(everybody.count / FAIR, everybody.seconds, 1)

    def admit(self, chat_id: int, patience: float, *, mass: bool = False) -> float:
        """The seconds until a message to this chat may be sent. It is counted where they are at most ``patience``.
        ``mass``: it is a mass message, which lets the others go first."""
        if mass:
            # The chat comes second: a mass message is often refused, and must not use up the chat's turn each time.
            wait = self._turn_of_mass(patience)
            return wait if wait > patience else max(wait, self._turn_of_chat(chat_id, patience))
        wait = self._turn_of_chat(chat_id, patience)
        return wait if wait > patience else max(wait, self._turn(patience))

    def _turn_of_mass(self, patience: float) -> float:
        ahead = min(self._ahead, patience)
        wait = self._turn(ahead)
        if wait <= ahead:
            return wait
        sure = self._limit.hit(f"{self._bot}/mass", self._sure) == 0.0
        # A wait within the patience would mean that it was counted.
        return self._turn(patience) if sure else max(wait, patience + self._everybody.interval)

    def _turn(self, patience: float) -> float:
        return self._limit.hit(self._bot, self._everybody, patience=patience)

    def _turn_of_chat(self, chat_id: int, patience: float) -> float:
        return self._limit.hit(f"{self._bot}/{chat_id}", self._chat, patience=patience)

    def postpone(self, chat_id: int | None, seconds: float) -> None:
        """Lets messages to this chat, or to all chats, wait so many seconds: Telegram asks for it."""
        key = self._bot if chat_id is None else f"{self._bot}/{chat_id}"
        self._limit.close_for(key, seconds)

"""Telegram's limits for messages, kept by all processes together."""

from __future__ import annotations

from typing import Final

from televent.adapters.postgres.rate_limit import PostgresRateLimit, Rate

ALL: Final = Rate(28, 1.0, 1)
"""Max messages on the bot's own behalf to all chats. Telegram admits 30 a second, answers to people among them."""
CHAT: Final = Rate(1, 1.0, 1)
"""Max messages on the bot's own behalf to one chat."""


class PostgresChatPace:
    """Tells when the next message to a chat may be sent. Without ``rates`` those that Telegram documents hold."""

    def __init__(self, limit: PostgresRateLimit, bot_id: int, *, everybody: Rate = ALL, chat: Rate = CHAT) -> None:
        self._limit, self._bot = limit, f"telegram/{bot_id}"
        self._everybody, self._chat = everybody, chat

    def admit(self, chat_id: int, patience: float) -> float:
        """The seconds until a message to this chat may be sent. It is counted where they are at most ``patience``."""
        wait = self._limit.hit(f"{self._bot}/{chat_id}", self._chat, patience=patience)
        return wait if wait > patience else max(wait, self._limit.hit(self._bot, self._everybody, patience=patience))

    def postpone(self, chat_id: int | None, seconds: float) -> None:
        """Lets messages to this chat, or to all chats, wait so many seconds: Telegram asks for it."""
        key = self._bot if chat_id is None else f"{self._bot}/{chat_id}"
        self._limit.close_for(key, seconds)

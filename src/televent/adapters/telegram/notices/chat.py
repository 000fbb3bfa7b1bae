"""The senders of messages to a chat."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Any

from televent.adapters.telegram.chat import Chat

__all__ = ["Chat", "Sender"]

Sender = Callable[[Chat, Any], Awaitable[None]]
"""Sends one class of messages. The second argument is the message; a sender gets its own class only."""

"""Keeps the state of dialogues in the database: it survives a restart, and any bot process can continue a dialogue."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Protocol

from aiogram.fsm.state import State
from aiogram.fsm.storage.base import BaseStorage, StateType, StorageKey

from televent.adapters.telegram.door import Caller


class DialogueBook(Protocol):
    """Reads and writes the state and data of a dialogue. Synchronous; called in a thread."""

    def read(self, key: str) -> tuple[str | None, dict[str, Any]]:
        """The state and data of a dialogue; None and an empty dict where there is no dialogue."""

    def write_state(self, key: str, state: str | None) -> None:
        """Stores the state; None ends the dialogue."""

    def write_data(self, key: str, data: Mapping[str, Any]) -> None:
        """Stores the data, which replace the earlier data."""


class DialogueStorage(BaseStorage):
    """aiogram's storage interface on top of a DialogueBook."""

    def __init__(self, book: DialogueBook, run: Caller) -> None:
        self._book = book
        self._run = run

    async def set_state(self, key: StorageKey, state: StateType = None) -> None:
        """Stores the state of a dialogue."""
        await self._run(self._book.write_state, _name(key), state.state if isinstance(state, State) else state)

    async def get_state(self, key: StorageKey) -> str | None:
        """The state of a dialogue; None where there is none."""
        state, _ = await self._run(self._book.read, _name(key))
        return state

    async def set_data(self, key: StorageKey, data: Mapping[str, Any]) -> None:
        """Stores the data of a dialogue."""
        await self._run(self._book.write_data, _name(key), dict(data))

    async def get_data(self, key: StorageKey) -> dict[str, Any]:
        """The data of a dialogue."""
        _, data = await self._run(self._book.read, _name(key))
        return data

    async def close(self) -> None:
        """Does nothing: the process that opened the database pool closes it."""


def _name(key: StorageKey) -> str:
    return f"{key.bot_id}/{key.chat_id}/{key.user_id}/{key.destiny}"

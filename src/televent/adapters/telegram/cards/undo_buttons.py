"""The button that takes a change of an event back, and the one that does it again."""

from __future__ import annotations

from typing import Final
from uuid import UUID

from aiogram.types import InlineKeyboardButton

from televent.adapters.telegram.texts import plain
from televent.adapters.telegram.tokens import token_of
from televent.application.backend import Backend
from televent.application.refusals import UnknownResource
from televent.application.use_cases.events.undo_change import own_changes
from televent.domain.ids import AccountId

PREFIX: Final = "undo:"


def undo_data(stream_id: UUID, change_id: UUID) -> str:
    """The callback data of a button that takes that change back."""
    return f"{PREFIX}{token_of(stream_id)}:{token_of(change_id)}"


def undo_button(stream_id: UUID, change_id: UUID, language: str) -> InlineKeyboardButton:
    """The button that takes that change back."""
    return InlineKeyboardButton(text=plain(language, "button-undo"), callback_data=undo_data(stream_id, change_id))


def newest_change(backend: Backend, tenant: AccountId, stream_id: UUID) -> UUID | None:
    """The newest change that the person made of an event of theirs; None without one, and for others' events."""
    try:
        changes = own_changes(backend, tenant, stream_id)
    except UnknownResource:
        return None
    return changes[-1][-1].command_id if changes else None

"""The buttons below the question about a person who was not invited. They hold the start of a hash of the address:
callback data have 64 bytes at most."""

from __future__ import annotations

from typing import Final
from uuid import UUID

from aiogram.types import InlineKeyboardButton, InlineKeyboardMarkup

from televent.adapters.telegram.texts import plain
from televent.adapters.telegram.tokens import read_token, token_of
from televent.application.use_cases.scheduling.uninvited import mark_of

PREFIX: Final = "uninvited:"
WORDS: Final = ("add", "no", "deny")
"""Invite, leave it, and tell the person that they are not invited."""


def uninvited_buttons(stream_id: UUID, address: str, language: str, *, wrote: bool) -> InlineKeyboardMarkup:
    """The choices. Only a person who ``wrote`` can be refused."""
    end = f"{token_of(stream_id)}:{mark_of(address)}"
    row = [
        InlineKeyboardButton(text=plain(language, f"button-uninvited-{word}"), callback_data=f"{PREFIX}{word}:{end}")
        for word in WORDS
        if wrote or word != "deny"
    ]
    return InlineKeyboardMarkup(inline_keyboard=[row[:2], row[2:]] if wrote else [row])


def read_uninvited(data: str) -> tuple[str, UUID, str] | None:
    """The word, the event and the mark of the address; None for data that no button of ours has."""
    parts = data.removeprefix(PREFIX).split(":")
    token = read_token(parts[1]) if len(parts) == 3 and parts[0] in WORDS else None
    return (parts[0], token[0], parts[2]) if token is not None else None

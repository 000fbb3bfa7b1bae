"""The bot's texts in the reader's language (Fluent). Values are escaped for Telegram's HTML."""

from __future__ import annotations

import html

from televent.domain.refusal import Refusal
from televent.wording.texts import LANGUAGES, language_of, text_of

__all__ = ["LANGUAGES", "fitting", "language_of", "plain", "plain_refusal", "say", "say_refusal"]

MESSAGE_LIMIT = 4096
"""Max characters of a message (Bot API, sendMessage)."""


def say(language: str, key: str, **values: str | int) -> str:
    """A text as HTML; string values are escaped. Raises KeyError for an unknown key."""
    safe = {
        name: html.escape(value, quote=False) if isinstance(value, str) else value for name, value in values.items()
    }
    return text_of("televent.adapters.telegram", language, key, **safe)


def plain(language: str, key: str, **values: str | int) -> str:
    """A text without HTML, for buttons and toasts."""
    return html.unescape(say(language, key, **values))


def say_refusal(language: str, refusal: Refusal) -> str:
    """Why something is not done, as HTML: the text ``refusal-{class}`` with the refusal's details."""
    values = {name: value for name, value in refusal.details.items() if isinstance(value, str | int)}
    return say(language, f"refusal-{type(refusal).__name__}", **values)


def plain_refusal(language: str, refusal: Refusal) -> str:
    """The same without HTML, for toasts."""
    return html.unescape(say_refusal(language, refusal))


def fitting(lines: list[str], language: str, limit: int = MESSAGE_LIMIT) -> str:
    """As many whole lines as fit into ``limit`` characters, and the number of lines left out."""
    kept: list[str] = []
    room = limit - 64
    for number, line in enumerate(lines):
        room -= len(line) + 1
        if room < 0:
            return "\n".join([*kept, say(language, "and-more", count=len(lines) - number)])
        kept.append(line)
    return "\n".join(kept)

"""The texts of mails in a given language (Fluent); English where a text has no translation."""

from __future__ import annotations

from televent.wording.texts import LANGUAGES, language_of, text_of

__all__ = ["LANGUAGES", "language_of", "say"]


def say(language: str, key: str, **values: str) -> str:
    """A text with its values filled in. Raises KeyError for an unknown key."""
    return text_of("televent.adapters.email", language, key, **values)

"""The bot's texts in the reader's language (Fluent). Values are escaped for Telegram's HTML."""

from __future__ import annotations

import html
from functools import cache
from importlib.resources import files
from typing import Any

from fluent.runtime import FluentBundle, FluentResource

LANGUAGES = ("en", "ru")
MESSAGE_LIMIT = 4096
"""Max characters of a message (Bot API, sendMessage)."""


@cache
def _bundle(language: str) -> Any:
    bundle = FluentBundle([language], use_isolating=False)
    source = files("televent.adapters.telegram").joinpath("locales", f"{language}.ftl").read_text("utf-8")
    bundle.add_resource(FluentResource(source))
    return bundle


def language_of(locale: str | None) -> str:
    """The supported language for a locale or a language_code of Telegram; "en" where there is none."""
    language = (locale or "en").replace("_", "-").split("-")[0].lower()
    return language if language in LANGUAGES else "en"


def say(language: str, key: str, **values: str | int) -> str:
    """A text as HTML; string values are escaped. Raises KeyError for an unknown key."""
    safe = {
        name: html.escape(value, quote=False) if isinstance(value, str) else value for name, value in values.items()
    }
    for each in (language, "en"):
        bundle = _bundle(each)
        if bundle.has_message(key):
            text, _ = bundle.format_pattern(bundle.get_message(key).value, safe)
            return str(text)
    raise KeyError(key)


def plain(language: str, key: str, **values: str | int) -> str:
    """A text without HTML, for buttons and toasts."""
    return html.unescape(say(language, key, **values))


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

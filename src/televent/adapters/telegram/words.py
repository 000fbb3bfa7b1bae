"""Commands as people write them: in capitals, without a slash, in Russian, with a typo."""

from __future__ import annotations

import re
from collections.abc import Mapping
from difflib import get_close_matches
from types import MappingProxyType
from typing import Final

WORDS: Final[Mapping[str, str]] = MappingProxyType({
    "start": "start", "старт": "start", "начать": "start",
    "help": "help", "помощь": "help", "справка": "help", "помоги": "help", "команды": "help", "меню": "help",
    "menu": "help", "commands": "help",
    "create": "create", "new event": "create", "создать": "create", "новое событие": "create",
    "новая встреча": "create",
    "today": "today", "сегодня": "today", "what's today": "today", "что сегодня": "today",
    "tomorrow": "tomorrow", "завтра": "tomorrow", "что завтра": "tomorrow",
    "week": "week", "неделя": "week", "this week": "week", "на неделе": "week", "эта неделя": "week",
    "list": "list", "agenda": "list", "список": "list", "события": "list", "повестка": "list",
    "search": "search", "find": "search", "поиск": "search", "найти": "search", "найди": "search",
    "invite": "invite", "пригласить": "invite", "rsvp": "rsvp", "ответить": "rsvp",
    "attendees": "attendees", "участники": "attendees", "cancel": "cancel", "stop": "cancel", "отмена": "cancel",
    "отменить": "cancel", "стоп": "cancel", "device": "device", "устройство": "device", "устройства": "device",
    "share": "share", "поделиться": "share", "feeds": "feeds", "feed": "feeds", "ссылки": "feeds",
    "подписки": "feeds", "subscriptions": "feeds", "subscribe": "subscribe", "подписаться": "subscribe",
    "timezone": "timezone", "часовой пояс": "timezone", "пояс": "timezone",
    "freebusy": "freebusy", "занятость": "freebusy", "settings": "settings", "настройки": "settings",
    "event": "event", "событие": "event", "history": "history",
    "undo": "undo", "вернуть": "undo", "trash": "trash", "корзина": "trash",
    "export": "export", "экспорт": "export", "выгрузка": "export",
    "deleteaccount": "deleteaccount", "delete_account": "deleteaccount", "delete account": "deleteaccount",
    "delete my account": "deleteaccount", "удалить аккаунт": "deleteaccount", "keepaccount": "keepaccount",
    "keep my account": "keepaccount", "оставить аккаунт": "keepaccount",
    "история": "history", "language": "language", "язык": "language",
})  # fmt: skip
"""The words that people write for a command. Several words count only alone, without a slash."""
ALONE: Final = frozenset({
    "start", "help", "create", "today", "tomorrow", "week", "list", "cancel", "settings", "undo", "trash",
    "feeds", "export", "deleteaccount", "keepaccount",
})  # fmt: skip
"""Commands that a word without a slash means. The others need an event or more words."""
MAX_WORD: Final = 32
"""Max characters of a text that is compared with the commands."""
_SLASH: Final = re.compile(r"\A/(\w+)(@\w+)?(?=\s|\Z)")


def as_command(text: str, *, alone: bool) -> str | None:
    """The text with the command that it means; None where it means none, or is one already.

    ``alone``: words without a slash count as well.
    """
    found = _SLASH.match(text)
    if found is not None:
        word = found[1].lower()
        command = WORDS.get(word, word)
        return None if command == found[1] else f"/{command}{found[2] or ''}{text[found.end() :]}"
    word = " ".join(text.lower().strip(" \t\n.!?").split())
    command = WORDS.get(word, "") if alone and len(word) <= MAX_WORD else ""
    return f"/{command}" if command in ALONE else None


def nearest(text: str, commands: tuple[str, ...]) -> str | None:
    """The command that an unknown one may mean; None where none is near."""
    found = _SLASH.match(text)
    if found is None or len(found[1]) > MAX_WORD:
        return None
    known = {each: each for each in commands} | {word: name for word, name in WORDS.items() if name in commands}
    near = get_close_matches(found[1].lower(), known, n=1, cutoff=0.6)
    return known[near[0]] if near else None

"""Reads what stands behind /today, /week and the like: a day, "next", "picture"."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Final

from televent.adapters.telegram.handlers.agenda.views import Form, Kind, View, week_of
from televent.phrases.understanding import understand
from televent.wording.display import Display

MAX_WORDS: Final = 100
"""Max characters behind a command."""
_PICTURE: Final = frozenset(("picture", "pic", "image", "photo", "картинка", "картинкой", "картинку", "фото"))
_DARK: Final = frozenset(("dark", "night", "тёмная", "темная", "тёмной", "темной", "ночь", "ночная"))
_STEPS: Final = {
    "next": 1, "following": 1, "следующая": 1, "следующую": 1, "следующей": 1, "следующий": 1, "далее": 1,
    "last": -1, "previous": -1, "past": -1, "прошлая": -1, "прошлую": -1, "прошлой": -1, "прошлый": -1,
    "this": 0, "эта": 0, "эту": 0, "этой": 0,
}  # fmt: skip
_NOUNS: Final = frozenset(("week", "неделя", "неделю", "неделе", "the", "day", "день"))


def view_of(kind: Kind, words: str, display: Display, *, ahead: int = 0) -> View | None:
    """The view that a command asks for; ``ahead``: days from today of the one without words. None: it is not clear."""
    today = display.now.date()
    plain = None if ahead == 0 else today + timedelta(days=ahead)
    asked = words[:MAX_WORDS].casefold().split()
    form: Form = "dark" if _DARK.intersection(asked) else "light" if _PICTURE.intersection(asked) else "text"
    rest = [each for each in asked if each not in _PICTURE | _DARK]
    steps = [each for each in rest if each not in _NOUNS]
    if not rest or not steps:
        return View(kind, plain, form=form)
    if kind == "week" and len(steps) == 1 and steps[0] in _STEPS:
        return View(kind, week_of(today, display) + timedelta(days=7 * _STEPS[steps[0]]), form=form)
    if kind == "day" and len(steps) == 1 and steps[0] in _STEPS and len(rest) == 1 + ("day" in rest or "день" in rest):
        return View(kind, today + timedelta(days=_STEPS[steps[0]]), form=form)
    if len(words) > MAX_WORDS:
        return None
    read = understand(" ".join(rest), now=display.now, language=display.language)
    days = {each.start.date() if isinstance(each.start, datetime) else each.start for each in read.readings}
    if read.title or read.unread or len(days) == 0:
        return None
    return View(kind, min(days), form=form)

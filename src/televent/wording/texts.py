"""Texts in the reader's language (Fluent), from the files below ``locales/{language}/`` of a package."""

from __future__ import annotations

from functools import cache
from importlib.resources import files
from typing import Any, Final

LANGUAGES: Final = ("en", "ru")
"""The supported languages. The first is used where a text, or a person's language, is not there."""


def language_of(locale: str | None) -> str:
    """The supported language for a locale such as "ru_RU" or "ru-RU"; "en" where there is none."""
    language = (locale or "").replace("_", "-").split("-")[0].lower()
    return language if language in LANGUAGES else LANGUAGES[0]


def text_of(package: str, language: str, key: str, **values: str | int) -> str:
    """A text of that package with its values filled in, as they are. Raises KeyError for an unknown key."""
    for each in (language, LANGUAGES[0]):
        bundle = _bundle(package, each)
        if bundle.has_message(key):
            text, _ = bundle.format_pattern(bundle.get_message(key).value, values)
            return str(text)
    raise KeyError(key)


@cache
def _bundle(package: str, language: str) -> Any:
    # Imported late: the API process shows these texts to browsers only.
    from fluent.runtime import FluentBundle, FluentResource

    # Old mail programs show Unicode isolation marks in a subject as boxes.
    bundle = FluentBundle([language], use_isolating=False)
    for file in sorted(files(package).joinpath("locales", language).iterdir(), key=lambda each: each.name):
        if file.name.endswith(".ftl"):
            bundle.add_resource(FluentResource(file.read_text("utf-8")))
    return bundle

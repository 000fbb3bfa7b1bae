"""Every refusal has a sentence in every language of the bot."""

import re
from importlib.resources import files

import pytest

import televent.adapters.telegram.app  # noqa: F401 (with it all refusals are imported)
from televent.adapters.telegram.texts import LANGUAGES, say_refusal
from televent.application.refusals import TextTooLong
from televent.domain.refusal import every_refusal

REFUSALS = {each.__name__ for each in every_refusal() if each.__module__.startswith("televent.")}


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_texts_are_those_of_the_refusals(language: str) -> None:
    texts = files("televent.adapters.telegram").joinpath("locales", language, "refusals.ftl").read_text("utf-8")
    assert set(re.findall(r"(?m)^refusal-(\w+) =", texts)) == REFUSALS


def test_a_refusal_says_its_details() -> None:
    refusal = TextTooLong(field="SUMMARY", limit=200, length=201)
    assert say_refusal("en", refusal).startswith("The title may have 200 characters.")
    assert say_refusal("ru", refusal).startswith("Название слишком длинное. Символов здесь: 201,")

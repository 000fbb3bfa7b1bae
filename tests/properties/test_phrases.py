"""Rules that hold for every sentence: no word vanishes, no time is made up, and the work is bounded."""

from __future__ import annotations

import sys
from datetime import date, datetime, timedelta
from itertools import permutations
from zoneinfo import ZoneInfo

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from televent.phrases.grammar.cursor import Sentence
from televent.phrases.grammar.frequency import frequency_at
from televent.phrases.grammar.scan import is_name, scan
from televent.phrases.grammar.senses import is_other_sense
from televent.phrases.grammar.tokens import clean, tokens_of
from televent.phrases.grammar.values import Rule
from televent.phrases.own import read_own
from televent.phrases.reading import Understood
from televent.phrases.understanding import MAX_PIECE, MAX_SENTENCE, MAX_TEXT, understand
from televent.phrases.words.vocabulary import NUMBERED, TIME_WORDS

ZONE = ZoneInfo("Europe/London")
NOW = datetime(2026, 11, 25, 9, 30, tzinfo=ZONE)  # a Wednesday
LANGUAGES = ("en", "ru")

TITLES = {
    "en": ["dentist", "Team Meeting", "lunch with Ann", "project review", "Sprint 42", "buy 3 tickets", "day off"],
    "ru": ["стоматолог", "Планёрка", "обед с Аней", "обзор проекта", "купить 3 билета", "день рождения Пети"],
}
DAYS = {
    "en": {
        "tomorrow": 1, "on friday": 2, "next week Thursday": 8, "on 27 november": 2, "Nov 30": 5, "in 3 days": 3,
        "2026-12-05": 10, "on 5.12.2026": 10, "the day after tomorrow": 2, "this saturday": 3, "tuesday 1 december": 6,
    },
    "ru": {
        "завтра": 1, "в пятницу": 2, "на следующей неделе в четверг": 8, "27 ноября": 2, "30.11": 5, "через 3 дня": 3,
        "2026-12-05": 10, "5.12.2026": 10, "послезавтра": 2, "в эту субботу": 3, "во вторник 1 декабря": 6,
    },
}  # fmt: skip
CLOCKS: dict[str, dict[str, tuple[int, int | None]]] = {
    "en": {
        "at 3pm": (900, None), "15:00": (900, None), "at 10": (600, None), "at noon": (720, None),
        "at 10.30": (630, None), "3-4pm": (900, 960), "from 10 to 11:30": (600, 690), "at half past ten": (630, None),
        "at 8 in the evening": (1200, None), "from 14:00 for 90 minutes": (840, 930), "11:15 pm": (1395, None),
    },
    "ru": {
        "в 15:00": (900, None), "15:00": (900, None), "в 10": (600, None), "в полдень": (720, None),
        "в 10.30": (630, None), "с 15 до 16": (900, 960), "с 10 до 11:30": (600, 690), "в 3 часа дня": (900, None),
        "в 8 вечера": (1200, None), "в 14:00 на полтора часа": (840, 930), "в 23:15": (1395, None),
    },
}  # fmt: skip
UNREAD = {
    "en": [
        "sometime",
        "sometimes",
        "occasionally",
        "soon",
        "early",
        "late",
        "except",
        "previous",
        "hourly",
        "25:00",
        "13pm",
        "32.13",
        "ago",
    ],
    "ru": [
        "иногда",
        "как-нибудь",
        "временами",
        "попозже",
        "скоро",
        "рано",
        "кроме",
        "прошлый",
        "ежечасно",
        "25:00",
        "32.13",
        "назад",
        "однажды",
        "летом",
    ],
}


def minutes_after(day: int, minutes: int) -> datetime:
    start = date(2026, 11, 25) + timedelta(days=day)
    return datetime(start.year, start.month, start.day, tzinfo=ZONE) + timedelta(minutes=minutes)


@st.composite
def meant(draw: st.DrawFn) -> tuple[str, str, datetime, datetime | None, list[str]]:
    """A language, a sentence, its start and end, and its pieces."""
    language = draw(st.sampled_from(LANGUAGES))
    day, ahead = draw(st.sampled_from(sorted(DAYS[language].items())))
    clock, (first, last) = draw(st.sampled_from(sorted(CLOCKS[language].items())))
    title = draw(st.sampled_from(TITLES[language]))
    pieces = list(draw(st.sampled_from(list(permutations([title, day, clock])))))
    sentence = draw(st.sampled_from([" ", ", "])).join(pieces)
    end = minutes_after(ahead, last) if last is not None else None
    return language, sentence, minutes_after(ahead, first), end, pieces


@given(meant())
@settings(max_examples=300)
def test_what_is_certain_is_what_was_meant(given_: tuple[str, str, datetime, datetime | None, list[str]]) -> None:
    language, sentence, start, end, _ = given_
    understood = understand(sentence, now=NOW, language=language)
    assert understood.readings
    if understood.certain:
        assert (understood.readings[0].start, understood.readings[0].end) == (start, end)
        assert understood.readings[0].rrule is None
    else:
        assert understood.unread or start in [each.start for each in understood.readings]


@given(meant(), st.data())
@settings(max_examples=300)
def test_no_sentence_with_an_unread_word_of_time_is_certain(
    given_: tuple[str, str, datetime, datetime | None, list[str]], data: st.DataObject
) -> None:
    language, _, _, _, pieces = given_
    word = data.draw(st.sampled_from(UNREAD[language]))
    place = data.draw(st.integers(0, 3))
    sentence = " ".join([*pieces[:place], word, *pieces[place:]])
    assert not understand(sentence, now=NOW, language=language).certain, sentence


def in_texts(understood: Understood) -> set[str]:
    texts = [understood.title, understood.place, *understood.guests, *understood.unread, understood.rest]
    return {token.low for token in tokens_of(clean("\n".join(texts)))}


WORDS = [
    *sorted(TIME_WORDS), *TITLES["en"], *TITLES["ru"], "at", "в", "до", "to", "-", ",", "3", "15", "10:30", "5th",
    "24.12", "ann@example.com", "@carol", "from", "с", "по", "and", "и", "with", "(", ")", "99", "2027",
]  # fmt: skip
SENTENCES = st.lists(st.sampled_from(WORDS), min_size=1, max_size=9).map(" ".join)


@given(SENTENCES, st.sampled_from(LANGUAGES))
@settings(max_examples=300)
def test_no_word_vanishes(sentence: str, language: str) -> None:
    own = read_own(clean(sentence), NOW, language)
    understood = understand(sentence, now=NOW, language=language)
    kept = in_texts(understood)
    if understood.place:
        kept |= {"at", "in", "on", "в", "на"}
    for place, token in enumerate(tokens_of(clean(sentence))):
        assert token.kind == "mark" or token.low in kept or place in own.used, (token, understood)


@given(SENTENCES, st.sampled_from(LANGUAGES))
@settings(max_examples=300)
def test_a_word_of_time_in_the_title_is_named(sentence: str, language: str) -> None:
    understood = understand(sentence, now=NOW, language=language)
    named = {token.low for token in tokens_of(clean(" ".join(understood.unread)))}
    whole = Sentence(tokens_of(clean(sentence)), NOW, language)
    # Words in another sense, such as "half day" and "week 3".
    others = {token.low for place, token in enumerate(whole.tokens) if is_plain(whole, place)}
    # "Quiz night", "May Day": read as time, and kept in the title.
    titled = [item for item in scan(whole).items if item.titled and not isinstance(item.value, Rule)]
    others |= {whole.low(place) for item in titled for place in range(item.first, item.last)}
    for token in tokens_of(clean(f"{understood.title} {understood.place}")):
        if understood.readings and token.low in TIME_WORDS - others:
            if frequency_at(Sentence([token], NOW, language), 0) and any(each.rrule for each in understood.readings):
                continue  # "weekly report": the repetition is offered, or said elsewhere
            assert token.low in named, (sentence, understood)


def is_plain(text: Sentence, place: int) -> bool:
    """Whether a word of time tells none beside its neighbours."""
    numbered = text.low(place) in NUMBERED and text.token(place + 1).kind == "number"
    return numbered or is_other_sense(text, place) or is_name(text, place) or text.low(place) == "working"


@given(st.text(max_size=MAX_SENTENCE + 40), st.sampled_from(LANGUAGES))
@example("0" * MAX_SENTENCE, "en")
@example("\u0661\u0662:\u0663\u0660 \u202eתשע\u202c ²³ ½ 😀\u200d😀", "en")
@example("tomorrow at 99999999999999999999pm", "en")
@example("every 4000000 years", "en")
@example("in 99999 months", "en")
@example("9999-12-31 23:00 for 9 hours", "en")
@example("0001-01-01 00:00 MSK", "en")
def test_no_text_raises(text: str, language: str) -> None:
    check(understand(text, now=NOW, language=language))


@given(SENTENCES, st.sampled_from(LANGUAGES))
@settings(max_examples=300)
def test_readings_are_whole(sentence: str, language: str) -> None:
    check(understand(sentence, now=NOW, language=language))


def check(understood: Understood) -> None:
    assert len(understood.readings) <= 5
    for reading in understood.readings:
        assert isinstance(reading.start, datetime) == (reading.end is None or isinstance(reading.end, datetime))
        assert reading.end is None or reading.end > reading.start
        assert not isinstance(reading.start, datetime) or reading.start.tzinfo is ZONE


HOSTILE = [
    "1 ", "every monday ", "at ", "9", "в 5 ", "a-b:", "mon ", "tomorrow at 5 and ", "1:1:", "10:30-", "(", "a\n",
    "half past ", "from 3 to 4 ", "a@b", "@abcde ", "no time here. ", "без ", "1.1.", "до ", "- ", "3 days ",
]  # fmt: skip


def work(text: str) -> int:
    """The number of functions that are called to read a text."""
    calls = 0

    def count(_frame: object, event: str, _argument: object) -> None:
        nonlocal calls
        calls += event in ("call", "c_call")

    sys.setprofile(count)
    try:
        understand(text, now=NOW, language="en")
    finally:
        sys.setprofile(None)
    return calls


@pytest.mark.parametrize("piece", HOSTILE)
def test_the_work_is_bounded(piece: str) -> None:
    work("tomorrow 3pm")  # builds what the library builds once
    whole = (piece * MAX_SENTENCE)[:MAX_SENTENCE]
    assert work(whole) < 1_200_000
    assert work((piece * MAX_TEXT)[:MAX_TEXT]) < 1_500_000
    assert work((piece * MAX_TEXT)[:MAX_TEXT]) < 1.1 * work(piece * 10 * MAX_TEXT) + 50_000
    line = f"{(piece.replace(chr(10), ' ') * MAX_PIECE)[: MAX_PIECE - 1]}\n"
    assert work(line * 4) < 3_000_000

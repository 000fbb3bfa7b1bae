"""A search finds each event by every word of its title, by every beginning of one, and with one typing error; and never
an event of somebody else."""

from __future__ import annotations

from datetime import timedelta
from uuid import uuid4

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from support.town import NOON, Person, Town
from televent.application.use_cases.calendars.search_events import search_events
from televent.application.use_cases.calendars.search_query import Question
from televent.ical.search.words import words_of

LATIN = "abcdefghiklmnoprstuvwxyz"
CYRILLIC = "абвгдежзийклмнопрстуфхцчшщыэюя"
WORDS = st.one_of(st.text(LATIN, min_size=6, max_size=12), st.text(CYRILLIC, min_size=6, max_size=12))
TITLES = st.lists(WORDS, min_size=1, max_size=5).map(" ".join)


def write(person: Person, title: str) -> str:
    uid = uuid4().hex
    lines = (
        "BEGIN:VCALENDAR", "VERSION:2.0", "PRODID:-//test//EN", "BEGIN:VEVENT", f"UID:{uid}",
        "DTSTAMP:20261101T000000Z", f"DTSTART:{NOON + timedelta(days=1):%Y%m%dT%H%M%SZ}", f"SUMMARY:{title}",
        "END:VEVENT", "END:VCALENDAR", "",
    )  # fmt: skip
    person.put("\r\n".join(lines).encode(), href=f"{uid}.ics")
    return title


def found(person: Person, text: str) -> list[str]:
    now = person.town.now
    results = search_events(person.town.core.backend, person.tenant, Question(text), now=now, after=None, limit=100)
    return [hit.entry.summary for hit in results.hits]


@given(data=st.data())
@settings(max_examples=40, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_every_word_beginning_and_error_finds_the_event(town: Town, data: st.DataObject) -> None:
    ann, bob = town.person(f"ann{uuid4().hex}"), town.person(f"bob{uuid4().hex}")
    titles = [write(ann, data.draw(TITLES)) for _ in range(data.draw(st.integers(1, 4)))]
    theirs = write(bob, data.draw(TITLES) + " qqqqqq")
    title = data.draw(st.sampled_from(titles))
    words = title.split()
    chosen = data.draw(st.permutations(words))[: data.draw(st.integers(1, len(words)))]
    assert title in found(ann, " ".join(chosen))
    assert title in found(ann, " ".join(each[: data.draw(st.integers(3, len(each)))] for each in chosen).upper())
    assert title in found(ann, " ".join(word for each in chosen for word in words_of(each, 1)))
    word = data.draw(st.sampled_from(words))
    assert title in found(ann, wrong(data, word)), word
    assert theirs not in found(ann, data.draw(st.sampled_from(theirs.split())))


def wrong(data: st.DataObject, word: str) -> str:
    """The word with one typing error."""
    at, kind = (
        data.draw(st.integers(0, len(word) - 2)),
        data.draw(st.sampled_from(["less", "more", "other", "swapped"])),
    )
    alphabet = LATIN if word.isascii() else CYRILLIC
    if kind == "less":
        return word[:at] + word[at + 1 :]
    if kind == "swapped":
        return word[:at] + word[at + 1] + word[at] + word[at + 2 :]
    added = data.draw(st.sampled_from(alphabet))
    return word[:at] + added + word[at + (kind == "other") :]

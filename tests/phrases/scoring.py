"""Judges what a reader made of a phrase."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime, timedelta
from enum import StrEnum
from itertools import islice
from zoneinfo import ZoneInfo

from dateutil.rrule import rrulestr

from phrases.corpus import PARTS_OF_DAY, Duty, Moment, Phrase
from televent.phrases.reading import Reading, Understood

INSTANCES = 20
"""Number of first instances of two repetitions that are compared."""
LAST_OF = 2000
"""Max instances among which the end of a repetition is looked for."""

_WORD = re.compile(r"[\w’'-]+(?:[.@:][\w-]+)*")
_OPTIONAL = re.compile(r"\[([^\]]*)\]")
_SMALL = frozenset(
    {"a", "an", "the", "at", "in", "on", "to", "by", "for", "from", "of", "and", "with", "w"}
    | {"в", "во", "на", "с", "со", "у", "к", "и", "до", "по", "от", "из", "для"}
)
"""Words that join a text to its neighbour: they belong to either, or to none."""


class Outcome(StrEnum):
    """The result of reading a phrase."""

    RIGHT = "right"
    """Read as it was meant, without a question."""
    ASKED = "asked"
    """Asked about, with what was meant among the choices, or with the words that were not understood."""
    NEAR = "near"
    """The time is right; the title lost or gained a word, or a guess was not said."""
    UNREAD = "unread"
    """Nothing was read and no word named, or none of the choices is what was meant."""
    SILENT = "silent"
    """One certain reading, and it is not what was meant. Nobody would notice."""


MUST_ASK = frozenset({Duty.ASK, Duty.PAST, Duty.REFUSE})
"""Where asking is right."""


def judge(phrase: Phrase, understood: Understood) -> Outcome:
    """The outcome of the phrase with this reader."""
    readings, named = understood.readings, _named(phrase, understood)
    match phrase.duty:
        case Duty.NOTHING:
            if named:
                return Outcome.ASKED
            return _wrong(readings) if readings else Outcome.RIGHT
        case Duty.REFUSE:
            return Outcome.ASKED if named or len(readings) > 1 else _wrong(readings)
        case Duty.ASK:
            choices = all(any(_means(phrase, moment, each) for each in readings) for moment in phrase.moments)
            return Outcome.ASKED if named or (choices and len(readings) > 1) else _wrong(readings)
        case Duty.PAST:
            marked = [each for each in readings if _means(phrase, phrase.moments[0], each) and each.past]
            return Outcome.ASKED if named or marked else _wrong(readings)
    right = [each for each in readings if _means(phrase, phrase.moments[0], each)]
    if named or (right and len(readings) > 1):
        return Outcome.ASKED
    if not right:
        return _wrong(readings)
    if right[0].past:
        return Outcome.UNREAD
    if not title_is_right(phrase, understood) or (phrase.duty is Duty.GUESS and not (right[0].guesses or right[0].gap)):
        return Outcome.NEAR
    return Outcome.RIGHT


def _wrong(readings: tuple[Reading, ...]) -> Outcome:
    """Several wrong choices, or a past one, do no harm: the person is asked, and sees that none fits."""
    return Outcome.SILENT if len(readings) == 1 and not readings[0].past else Outcome.UNREAD


def _named(phrase: Phrase, understood: Understood) -> bool:
    """Whether the reader named words of the phrase that it did not understand; of what cannot be, at least one."""
    among = (phrase.refused or phrase.text).casefold()
    return any(words(each) & words(among) or (each and each.casefold() in among) for each in understood.unread)


def _means(phrase: Phrase, moment: Moment, reading: Reading) -> bool:
    """Whether a reading is that moment, in its zone and with its repetition."""
    if moment.part is not None:
        return _in_part(moment, reading) and _repeats_alike(phrase.rrule, reading, reading.start)
    return (
        _same(reading.start, moment.start)
        and _same_end(reading, moment)
        and _same_zone(phrase, reading)
        and _repeats_alike(phrase.rrule, reading, moment.start)
    )


def _in_part(moment: Moment, reading: Reading) -> bool:
    assert moment.part is not None
    first, last = PARTS_OF_DAY[moment.part]
    start = reading.start
    return isinstance(start, datetime) and start.date() == moment.start and first <= start.time() <= last


def _same(one: datetime | date, other: datetime | date) -> bool:
    if isinstance(one, datetime) and isinstance(other, datetime):
        return one.astimezone(UTC) == other.astimezone(UTC)
    return not isinstance(one, datetime) and not isinstance(other, datetime) and one == other


def _same_end(reading: Reading, moment: Moment) -> bool:
    if moment.end is not None:
        return reading.end is not None and _same(reading.end, moment.end)
    one_day = not isinstance(reading.start, datetime) and reading.end == reading.start + timedelta(days=1)
    return reading.end is None or one_day


def _same_zone(phrase: Phrase, reading: Reading) -> bool:
    """Whether both have the same clock: at the start, and half a year later where it repeats."""
    if phrase.zone is None and reading.zone is None:
        return True
    here = str(phrase.now.tzinfo)
    one, other = ZoneInfo(phrase.zone or here), ZoneInfo(reading.zone or here)
    start = reading.start
    instant = start if isinstance(start, datetime) else datetime.combine(start, datetime.min.time(), UTC)
    instants = [instant, instant + timedelta(days=182)] if phrase.rrule else [instant]
    return all(each.astimezone(one).utcoffset() == each.astimezone(other).utcoffset() for each in instants)


def _repeats_alike(expected: str | None, reading: Reading, start: datetime | date) -> bool:
    if expected is None or reading.rrule is None:
        return expected is reading.rrule
    try:
        return instances(expected, start) == instances(reading.rrule, start)
    except ValueError:
        return False


def instances(rrule: str, start: datetime | date) -> tuple[list[datetime], datetime | None]:
    """The first instances, and the last one where there is one; as clock times, so that no zone moves them."""
    clock = start.replace(tzinfo=None) if isinstance(start, datetime) else datetime.combine(start, datetime.min.time())
    zone = start.tzinfo if isinstance(start, datetime) else None

    def floating(match: re.Match[str]) -> str:
        until = match[1]
        if until.endswith("Z"):
            instant = datetime.strptime(until, "%Y%m%dT%H%M%SZ").replace(tzinfo=UTC)
            return f"UNTIL={instant.astimezone(zone or UTC):%Y%m%dT%H%M%S}"
        return f"UNTIL={until}" if "T" in until else f"UNTIL={until}T235959"

    rule = rrulestr(re.sub(r"UNTIL=([0-9TZ]+)", floating, rrule.removeprefix("RRULE:")), dtstart=clock)
    found = list(islice(iter(rule), LAST_OF))
    return found[:INSTANCES], found[-1] if found and len(found) < LAST_OF else None


def title_is_right(phrase: Phrase, understood: Understood) -> bool:
    """Whether no word of the texts was lost, and no other word of the phrase came into the title.

    A word may stand in another text than expected: ``texts_are_right`` looks at that.
    """
    if phrase.title is None:
        return True
    texts = f"{phrase.place} {' '.join(phrase.guests)}"
    must = words(f"{_OPTIONAL.sub(' ', phrase.title)} {texts}")
    may = words(f"{phrase.title} {texts}")
    title = words(understood.title)
    got = title | words(f"{understood.place} {' '.join(understood.guests)}")
    return must - _SMALL <= got and title - _SMALL <= may


def texts_are_right(phrase: Phrase, understood: Understood) -> bool:
    """Whether title, place and guests each have their own words."""
    if phrase.title is None:
        return True
    title = words(understood.title) - _SMALL
    return (
        words(_OPTIONAL.sub(" ", phrase.title)) - _SMALL <= title <= words(phrase.title)
        and words(understood.place) - _SMALL == words(phrase.place) - _SMALL
        and {each.casefold() for each in understood.guests} == {each.casefold() for each in phrase.guests}
    )


def words(text: str) -> frozenset[str]:
    """The words of a text, without regard to case; addresses, times and names with dots are one word."""
    return frozenset(_WORD.findall(text.casefold()))

"""Reads the files of phrases. README.md says how they are written."""

from __future__ import annotations

import re
from dataclasses import dataclass, field, replace
from datetime import date, datetime, time, timedelta
from enum import StrEnum
from pathlib import Path
from zoneinfo import ZoneInfo

HERE = Path(__file__).parent
FILES = tuple(HERE / name for name in ("en.txt", "ru.txt", "unseen-en.txt", "unseen-ru.txt"))
FRESH = tuple(HERE / name for name in ("fresh-en.txt", "fresh-ru.txt"))
"""Written after the reader, blind. Their classes of faults were mended later."""
BLIND = tuple(path for name in ("blind-en.txt", "blind-ru.txt") if (path := HERE / name).exists())
"""Nobody who works on the reader looks at their phrases. They show how well the scores carry over."""

PARTS_OF_DAY = {
    "morning": (time(6), time(12)),
    "afternoon": (time(12), time(18)),
    "evening": (time(17), time(23)),
}
"""First and last start of each."""

_WEEKDAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
_DAY = r"(?P<{0}_weekday>[A-Z][a-z]{{2}}) (?P<{0}_day>\d{{4}}-\d\d-\d\d)"
_WHEN = re.compile(
    _DAY.format("start")
    + r"(?: (?P<start_time>\d\d:\d\d)| (?P<part>[a-z]+))?"
    + rf"(?: to (?:{_DAY.format('end')} )?(?P<end_time>\d\d:\d\d)| through {_DAY.format('last')})?"
)
_NOW = re.compile(_DAY.format("now") + r" (?P<time>\d\d:\d\d) (?P<zone>\S+)")


class Duty(StrEnum):
    """The task that a phrase sets its reader."""

    READ = "read"
    """One certain reading."""
    GUESS = "guess"
    """One reading, and a word about what was guessed."""
    ASK = "ask"
    """Several readings."""
    PAST = "past"
    """A reading that is marked as past."""
    REFUSE = "refuse"
    """No reading, and the words that cannot be."""
    NOTHING = "no time"
    """No reading: the sentence names no time."""


_BY_WORD = {"at": Duty.READ, "guess": Duty.GUESS, "ask": Duty.ASK, "past": Duty.PAST}


class FileError(ValueError):
    """A line that means nothing; the message says where and why."""


@dataclass(frozen=True, slots=True)
class Moment:
    """A time that a phrase may mean: dates for whole days, ``end`` exclusive; else aware.

    ``part``: any start within that part of the day.
    """

    start: datetime | date
    end: datetime | date | None = None
    part: str | None = None


@dataclass(frozen=True, slots=True)
class Phrase:
    """A message that somebody types, and what it means."""

    text: str
    now: datetime
    language: str
    section: str
    line: int
    duty: Duty | None = None
    moments: tuple[Moment, ...] = ()
    rrule: str | None = None
    zone: str | None = None
    title: str | None = None
    place: str = ""
    guests: tuple[str, ...] = ()
    refused: str = ""


@dataclass(slots=True)
class _Reader:
    path: Path
    now: datetime | None = None
    section: str = ""
    line: int = 0
    phrases: list[Phrase] = field(default_factory=list)
    expectations: list[tuple[str, str]] = field(default_factory=list)

    def fault(self, why: str) -> FileError:
        return FileError(f"{self.path.name}:{self.line}: {why}")

    def day(self, weekday: str, day: str) -> date:
        try:
            found = date.fromisoformat(day)
        except ValueError:
            raise self.fault(f"{day} is no day") from None
        if _WEEKDAYS[found.weekday()] != weekday:
            raise self.fault(f"{day} is a {_WEEKDAYS[found.weekday()]}, not a {weekday}")
        return found

    def moment(self, text: str, zone: ZoneInfo) -> Moment:
        match = _WHEN.fullmatch(text)
        if match is None:
            raise self.fault(f"{text!r} is no time; write 'Fri 2026-11-27 08:30' or 'Fri 2026-11-27'")
        day, part = self.day(match["start_weekday"], match["start_day"]), match["part"]
        if part is not None and part not in PARTS_OF_DAY:
            raise self.fault(f"{part!r} is no part of the day; there are {', '.join(PARTS_OF_DAY)}")
        if match["start_time"] is None:
            if match["end_time"]:
                raise self.fault("a time that ends needs a time at which it starts")
            last = self.day(match["last_weekday"], match["last_day"]) if match["last_day"] else None
            return Moment(day, last and last + timedelta(days=1), part)
        end_day = self.day(match["end_weekday"], match["end_day"]) if match["end_day"] else day
        end = self.at(end_day, match["end_time"], zone) if match["end_time"] else None
        return Moment(self.at(day, match["start_time"], zone), end)

    def at(self, day: date, clock: str, zone: ZoneInfo) -> datetime:
        return datetime.combine(day, time.fromisoformat(clock), zone)

    def take_now(self, text: str) -> None:
        match = _NOW.fullmatch(text)
        if match is None:
            raise self.fault("write 'now Wed 2026-11-25 09:30 Europe/London'")
        self.now = self.at(self.day(match["now_weekday"], match["now_day"]), match["time"], ZoneInfo(match["zone"]))

    def open(self, text: str, language: str) -> None:
        if self.now is None:
            raise self.fault("a line 'now' must come first")
        self.phrases.append(Phrase(text, self.now, language, self.section, self.line))

    def expect(self, text: str) -> None:
        if not self.phrases:
            raise self.fault("an indented line without a phrase above it")
        self.phrases[-1] = self.with_line(self.phrases[-1], text)

    def with_line(self, phrase: Phrase, text: str) -> Phrase:
        word, _, rest = text.partition(" ")
        if text == "no time":
            return replace(phrase, duty=Duty.NOTHING)
        match word:
            case "at" | "guess" | "ask" | "past":
                moment = self.moment(rest, ZoneInfo(phrase.zone) if phrase.zone else _zone_of(phrase.now))
                if phrase.moments and (word, phrase.duty) != ("ask", Duty.ASK):
                    raise self.fault(f"only 'ask' may stand twice, not {word!r}")
                return replace(phrase, duty=_BY_WORD[word], moments=(*phrase.moments, moment))
            case "refuse":
                return replace(phrase, duty=Duty.REFUSE, refused=rest)
            case "every":
                return replace(phrase, rrule=rest)
            case "zone":
                there = ZoneInfo(rest)
                moments = tuple(_moved(each, there) for each in phrase.moments)
                return replace(phrase, zone=rest, moments=moments)
            case "title":
                return replace(phrase, title=rest)
            case "place":
                return replace(phrase, place=rest)
            case "guests":
                return replace(phrase, guests=tuple(rest.split()))
        raise self.fault(f"{word!r} is no expectation")


def _zone_of(moment: datetime) -> ZoneInfo:
    zone = moment.tzinfo
    assert isinstance(zone, ZoneInfo)
    return zone


def _moved(moment: Moment, zone: ZoneInfo) -> Moment:
    """The same clock in another zone."""
    start, end = moment.start, moment.end
    return replace(
        moment,
        start=start.replace(tzinfo=zone) if isinstance(start, datetime) else start,
        end=end.replace(tzinfo=zone) if isinstance(end, datetime) else end,
    )


def read(path: Path) -> list[Phrase]:
    """The phrases of one file. Its name ends with the language: "ru.txt". Raises FileError, which names the line."""
    reader = _Reader(path)
    language = path.stem.rpartition("-")[2]
    for reader.line, line in enumerate(path.read_text(encoding="utf-8").splitlines(), start=1):
        if not line.strip() or line.startswith("#"):
            continue
        if line.startswith(" "):
            reader.expect(line.strip())
        elif line.startswith("=="):
            reader.section = line.strip("= ")
        elif line.startswith("now "):
            reader.take_now(line[4:])
        else:
            reader.open(line, language)
    for phrase in reader.phrases:
        if phrase.duty is None:
            raise FileError(f"{path.name}:{phrase.line}: nothing is expected of {phrase.text!r}")
    return reader.phrases

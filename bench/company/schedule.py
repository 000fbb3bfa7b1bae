"""The working day of the company, compressed: a seeded list of acts with their times. Pure."""

from __future__ import annotations

import random
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from bench.company.sizes import ASKED, DAY, EDITS, GUESTS, MAILS, MEETINGS, POLL_EVERY, REMINDERS, Size

POLL: Final = "poll"
EDIT: Final = "edit"
MEET: Final = "meeting"
REMIND: Final = "reminder"
ASK: Final = "bot"
MAIL: Final = "mail"


@dataclass(frozen=True, slots=True, order=True)
class Act:
    """Something that a person does at a time, in seconds since the start. ``number`` counts the acts of the kind.

    ``others`` are the guests of a meeting.
    """

    at: float
    kind: str
    person: int
    number: int = 0
    others: tuple[int, ...] = ()


def schedule(size: Size, factor: float, seconds: float, seed: int) -> list[Act]:
    """The acts of a phase, by their times. The same seed gives the same acts."""
    chance = random.Random(seed)
    acts = [*_polls(size, factor, seconds, chance)]
    everybody, chats = range(size.accounts), range(min(size.chats, size.accounts))
    mailed = range(size.chats, min(size.chats + size.mailed, size.accounts))
    rates = (
        (EDIT, everybody, EDITS * size.accounts),
        (REMIND, chats, REMINDERS * len(chats) * size.more),
        (ASK, chats, ASKED * len(chats) * size.more),
        (MEET, range(min(size.organizers, size.accounts)), MEETINGS * size.accounts * size.more),
        (MAIL, mailed, MAILS * size.accounts * size.more),
    )
    for kind, who, daily in rates:
        count = round(daily * factor * seconds / DAY)
        for number, at in enumerate(sorted(chance.uniform(0, seconds) for _ in range(count if who else 0))):
            person = chance.choice(who)
            others = _guests(size, person, chance) if kind == MEET else ()
            acts.append(Act(at, kind, person, number, others))
    return sorted(acts)


def first_saves(size: Size) -> list[Act]:
    """Everybody saves one event, at an even rate: what processes keep for each person is there afterwards, as after
    their first week. So memory that grows later is a leak."""
    return [Act(person / size.first_rate, EDIT, person) for person in range(size.accounts)]


def _polls(size: Size, factor: float, seconds: float, chance: random.Random) -> Iterator[Act]:
    every = POLL_EVERY / factor
    for person in range(size.accounts):
        at = chance.uniform(0, every)
        while at < seconds:
            yield Act(at, POLL, person)
            at += every


def _guests(size: Size, organizer: int, chance: random.Random) -> tuple[int, ...]:
    found = chance.sample(range(size.accounts), min(GUESTS + 1, size.accounts))
    return tuple(each for each in found if each != organizer)[:GUESTS]

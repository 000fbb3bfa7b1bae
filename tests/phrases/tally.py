"""The score of a reader over a file of phrases."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

from phrases.corpus import BLIND, FRESH, Phrase
from phrases.scoring import MUST_ASK, Outcome, judge, texts_are_right
from televent.phrases.reading import Understood
from televent.phrases.understanding import understand

Reader = Callable[[Phrase], Understood]


@dataclass(frozen=True, slots=True)
class Floor:
    """The least that a file must reach, in percent. No phrase may be wrong without a word."""

    handled: float
    """Right or asked, of all phrases."""
    right: float
    """Right without asking, of the phrases that need no question."""


OWN, UNSEEN = Floor(97, 88), Floor(92, 80)
FLOORS = {"en.txt": OWN, "ru.txt": OWN, "unseen-en.txt": UNSEEN, "unseen-ru.txt": UNSEEN}
FLOORS |= {path.name: UNSEEN for path in (*FRESH, *BLIND)}


@dataclass(frozen=True, slots=True)
class Judged:
    """A phrase, what was understood, and what that is worth."""

    phrase: Phrase
    understood: Understood
    outcome: Outcome
    texts: bool


@dataclass(frozen=True, slots=True)
class Tally:
    """How many phrases had which outcome."""

    outcomes: Counter[Outcome]
    due: int
    """Phrases that must be asked about."""
    texts: int
    """Phrases whose title, place or guests are not as expected, where the time was right or asked about."""

    @property
    def total(self) -> int:
        """All phrases."""
        return self.outcomes.total()

    @property
    def handled(self) -> float:
        """Percentage of phrases that were read right or asked about."""
        return _percentage(self.outcomes[Outcome.RIGHT] + self.outcomes[Outcome.ASKED], self.total)

    @property
    def right(self) -> float:
        """Percentage of the phrases that need no question which were read right without one."""
        return _percentage(self.outcomes[Outcome.RIGHT], self.total - self.due)

    def reaches(self, floor: Floor) -> bool:
        """Whether nothing is silently wrong, and enough is right."""
        enough = self.handled >= floor.handled and self.right >= floor.right
        return enough and not self.outcomes[Outcome.SILENT]


def present_reader(phrase: Phrase) -> Understood:
    """The reader of the bot."""
    return understand(phrase.text, now=phrase.now, language=phrase.language)


def judged(phrases: Iterable[Phrase], reader: Reader = present_reader) -> list[Judged]:
    """Each phrase with what the reader made of it."""
    found = []
    for phrase in phrases:
        understood = reader(phrase)
        found.append(Judged(phrase, understood, judge(phrase, understood), texts_are_right(phrase, understood)))
    return found


def tally(judged_phrases: Sequence[Judged]) -> Tally:
    """The counts."""
    return Tally(
        Counter(each.outcome for each in judged_phrases),
        sum(each.phrase.duty in MUST_ASK for each in judged_phrases),
        sum(not each.texts and each.outcome in (Outcome.RIGHT, Outcome.ASKED) for each in judged_phrases),
    )


def _percentage(part: int, whole: int) -> float:
    return 100 * part / whole if whole else 100.0

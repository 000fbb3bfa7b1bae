"""The text of a scenario: steps that begin with ">", each with the lines below it (README.md has the words)."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path

ACCOUNTS = ("ann", "bob", "carol", "dave", "room")
OUTSIDERS = ("zed", "yan", "eve", "mallory")
"""The people without an account here."""
_NAMED = re.compile(r"[a-z]+\Z")
_PEOPLE = re.compile(r";(DELEGATED-TO|DELEGATED-FROM|SENT-BY|MEMBER)=([a-z]+)(?=;|$)")


class WrongScenario(AssertionError):
    """An expectation of a scenario is not met, or a step cannot be understood."""


@dataclass(frozen=True)
class Step:
    """``words`` follow the ">"; ``body`` has each line with its number."""

    number: int
    words: tuple[str, ...]
    body: tuple[tuple[int, str], ...]

    def word(self, place: int) -> str:
        """Raises WrongScenario where the step has too few words."""
        if place >= len(self.words):
            raise WrongScenario(f"'{' '.join(self.words)}' needs more words")
        return self.words[place]

    def rest(self, place: int) -> str:
        return " ".join(self.words[place:])


@dataclass(frozen=True)
class Script:
    """``title`` is the first comment."""

    title: str
    steps: tuple[Step, ...]

    def people(self) -> list[str]:
        """The people with an account whom the scenario names."""
        text = "\n".join(" ".join([*step.words, *(line for _, line in step.body)]) for step in self.steps)
        return [name for name in ACCOUNTS if re.search(rf"\b{name}\b", text)]


def read_script(path: Path) -> Script:
    """Raises WrongScenario for a text without a title, or with lines before its first step."""
    title = ""
    steps: list[Step] = []
    body: list[tuple[int, str]] = []
    for number, raw in enumerate(path.read_text().splitlines(), 1):
        line = raw.strip()
        if line.startswith("#"):
            title = title or line.lstrip("# ")
        elif line.startswith(">"):
            body = []
            steps.append(Step(number, tuple(line[1:].split()), ()))
        elif line:
            if not steps:
                raise WrongScenario(f"{path.name}:{number}: a line before the first step: {line}")
            body.append((number, line))
            steps[-1] = Step(steps[-1].number, steps[-1].words, tuple(body))
    if not title or not steps:
        raise WrongScenario(f"{path.name}: a scenario begins with a comment that says what it shows, and has steps")
    return Script(title, tuple(steps))


def address(name: str) -> str:
    """The mail address of a person by first name; another word stays as it is."""
    if not _NAMED.match(name):
        return name
    return f"{name}@example.net" if name in OUTSIDERS else f"{name}@example.com"


def spelled_out(line: str) -> str:
    """A content line with people's first names as calendar addresses."""
    if re.split("[;:]", line, maxsplit=1)[0].upper() not in ("ATTENDEE", "ORGANIZER"):
        return line
    head, _, value = line.rpartition(":")
    head = _PEOPLE.sub(lambda found: f';{found[1]}="mailto:{address(found[2])}"', head)
    return f"{head}:mailto:{address(value)}" if _NAMED.match(value) else line

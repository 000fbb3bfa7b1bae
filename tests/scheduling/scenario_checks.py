"""The steps that check the result: "expect …" (README.md)."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable

from lxml import etree
from scenario_acts import uid_of
from scenario_ical import Block, Line, read_calendar, read_line
from scenario_script import OUTSIDERS, Step, WrongScenario, address, spelled_out
from scenario_stage import Copy, Stage


def expect(stage: Stage, step: Step) -> None:
    """Raises WrongScenario where the expectation is not met."""
    word = step.word(1)
    if word.isdigit():
        _status(stage, step)
    elif word in KINDS:
        KINDS[word](stage, step)
    elif step.word(2) == "no":
        _none(stage, step)
    elif step.word(2) == "inbox":
        _inbox(stage, step)
    else:
        _copy(stage, step)


def _status(stage: Stage, step: Step) -> None:
    """expect STATUS [PRECONDITION]"""
    if stage.answer is None:
        raise WrongScenario("no request was made")
    got, body = stage.answer.status, stage.inward(stage.answer.text)
    if got != int(step.word(1)):
        raise WrongScenario(f"the answer is {got}, not {step.word(1)}: {body[:300]}")
    if len(step.words) > 2:
        element = etree.QName(stage.answer.precondition()).localname if body.startswith("<") else body
        if element != step.word(2):
            raise WrongScenario(f"the precondition is {element}, not {step.word(2)}")


def _header(stage: Stage, step: Step) -> None:
    """expect header NAME, expect header no NAME"""
    if stage.answer is None:
        raise WrongScenario("no request was made")
    absent = step.word(2) == "no"
    name = step.word(3 if absent else 2).lower()
    if (name in stage.answer.headers) is absent:
        raise WrongScenario(f"the answer has {'a' if absent else 'no'} header {name}")


def _told(stage: Stage, step: Step) -> None:
    """expect told WHO METHOD …, WHO METHOD …; expect told nobody: these messages and no others."""
    wanted: dict[str, Counter[str]] = {}
    if step.rest(2) != "nobody":
        for each in step.rest(2).split(","):
            who, *methods = each.split()
            wanted[who] = Counter(methods)
    got = stage.told()
    if got != wanted:
        raise WrongScenario(f"told: {_messages(got)}; expected: {_messages(wanted)}")


def _messages(told: dict[str, Counter[str]]) -> str:
    return ", ".join(f"{who} {' '.join(sorted(told[who].elements()))}" for who in sorted(told)) or "nobody"


def _verdict(stage: Stage, step: Step) -> None:
    """expect verdict STATE [REASON]: the verdict on the last mail."""
    if stage.verdict is None:
        raise WrongScenario("no mail came")
    got = f"{stage.verdict.state} {stage.verdict.reason}"
    if not f"{got} ".startswith(f"{step.rest(2)} "):
        raise WrongScenario(f"the mail is {got}, not {step.rest(2)}")


def _notice(stage: Stage, step: Step) -> None:
    """expect notice TEXT-KEY: the last act sends this notice to the chat."""
    fresh = Counter(stage.now.notices) - Counter(stage.before.notices)
    if step.word(2) not in fresh:
        raise WrongScenario(f"said in the chat: {', '.join(fresh) or 'nothing'}; expected: {step.word(2)}")


def _mail(stage: Stage, step: Step) -> None:
    """expect mail WHO METHOD: the newest mail to a person elsewhere, and its lines."""
    who = step.word(2)
    if who not in OUTSIDERS:
        raise WrongScenario(f"{who} gets no mail: there is an account")
    found = [each for each in stage.now.mails if each.to == address(who)]
    if not found or found[-1].method != step.word(3):
        raise WrongScenario(f"mails to {who}: {' '.join(each.method for each in found) or 'none'}")
    Lines(read_calendar(found[-1].text), None, None).check(step)


def _none(stage: Stage, step: Step) -> None:
    """expect WHO no OBJECT"""
    stage.person(step.word(1))
    if uid_of(step.word(3)) in stage.now.views[step.word(1)].copies:
        raise WrongScenario(f"{step.word(1)} has a copy of {step.word(3)}")


def _inbox(stage: Stage, step: Step) -> None:
    """expect WHO inbox METHOD: the one message that the last act put into the inbox, and its lines."""
    view, earlier = stage.now.views[step.word(1)].inbox, stage.before.views[step.word(1)].inbox
    fresh = [item.calendar for path, item in view.items() if path not in earlier]
    found = [item for item in fresh if item.value("METHOD") == step.word(3)]
    if len(found) != 1:
        raise WrongScenario(f"{len(found)} new messages of {step.word(3)} in the inbox of {step.word(1)}")
    Lines(found[0], None, None).check(step)


def _copy(stage: Stage, step: Step) -> None:
    """expect WHO OBJECT: the lines below that the copy must have or must not have."""
    who, uid = step.word(1), uid_of(step.word(2))
    stage.person(who)
    now = stage.now.views[who].copies.get(uid)
    if now is None:
        raise WrongScenario(f"{who} has no {step.word(2)}")
    earlier = stage.before.views[who].copies.get(uid) if who in stage.before.views else None
    Lines(now.calendar, now, earlier).check(step)


class Lines:
    """The lines below an expectation, against one calendar object."""

    def __init__(self, calendar: Block, now: Copy | None, earlier: Copy | None) -> None:
        self._calendar = calendar
        self._now = now
        self._earlier = earlier
        self._current: Block | None = calendar.at(None) or calendar.events()[0]

    def check(self, step: Step) -> None:
        for number, line in step.body:
            problem = self._problem(line)
            if problem is not None:
                raise WrongScenario(
                    f"line {number}: {problem}\n" + "\n".join(f"    {row}" for row in self._calendar.content_lines())
                )

    def _problem(self, line: str) -> str | None:
        """The error of one line; None where the line is correct."""
        words = line.split()
        if words[0] in ("at", "series") or words[:2] in (["no", "at"], ["no", "series"]):
            return self._turn(words)
        if words[0] in ("etag", "schedule-tag") and words[1:] in (["same"], ["changed"]):
            return self._tag(words[0], words[1])
        if words[0] == "count" and len(words) == 3:
            got = len(self._here().all(words[1]))
            return None if str(got) == words[2] else f"there are {got} {words[1]} lines, not {words[2]}"
        absent = words[0] == "not"
        wanted = line.removeprefix("not").strip() if absent else line
        if self._has(wanted) is absent:
            return f"there is {'a' if absent else 'no'} line {wanted}"
        return None

    def _turn(self, words: list[str]) -> str | None:
        absent = words[0] == "no"
        place = None if words[-1] == "series" else words[-1]
        found = self._calendar.at(place)
        if (found is None) is not absent:
            return f"there is {'a' if absent else 'no'} component {' '.join(words).removeprefix('no ')}"
        if not absent:
            self._current = found
        return None

    def _tag(self, name: str, how: str) -> str | None:
        if self._now is None or self._earlier is None:
            raise WrongScenario(f"there was nothing before whose {name} could be {how}")
        same = self._now.etag == self._earlier.etag if name == "etag" else self._now.tag == self._earlier.tag
        return None if same is (how == "same") else f"the {name} has {'not ' if same else ''}changed"

    def _here(self) -> Block:
        assert self._current is not None
        return self._current

    def _has(self, wanted: str) -> bool:
        if found := re.match(r"text (.+)\Z", wanted):
            return any(found[1] in row for row in self._calendar.content_lines())
        if found := re.match(r"alarm (\S+)\Z", wanted):
            return any(each.name == "VALARM" and each.value("TRIGGER") == found[1] for each in self._here().blocks)
        if re.match(r"[A-Z0-9-]+\Z", wanted):
            here = self._here()
            return bool(here.all(wanted)) or any(each.name == wanted for each in here.blocks)
        try:
            line = read_line(spelled_out(wanted))
        except ValueError as error:
            raise WrongScenario(str(error)) from None
        return any(_matches(each, line) for each in self._here().lines)


def _matches(line: Line, wanted: Line) -> bool:
    """Whether a line has the wanted name, value and parameters; "-" means none, no PARTSTAT means NEEDS-ACTION."""
    if (line.name, line.value) != (wanted.name, wanted.value):
        return False
    usual = {"PARTSTAT": "NEEDS-ACTION"} if line.name == "ATTENDEE" else {}
    return all((line.param(name) or usual.get(name, "-")) == value for name, value in wanted.params)


def _refused(stage: Stage, step: Step) -> None:
    """expect refused REFUSAL: the class of the refusal of a proposal or of its answer."""
    if stage.refused != step.word(2):
        raise WrongScenario(f"the refusal is {stage.refused}, not {step.word(2)}")


KINDS: dict[str, Callable[[Stage, Step], None]] = {
    "header": _header,
    "told": _told,
    "verdict": _verdict,
    "notice": _notice,
    "mail": _mail,
    "refused": _refused,
}

"""A command that meets a conflict queues for its object and is tried again; its first attempt waits for nobody."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

import pytest

from televent.application.event_store.conflicts import AlreadyApplied, Conflict, StaleStream
from televent.application.event_store.handle import ATTEMPTS, retrying
from televent.application.refusals import TryAgain


@dataclass
class Line:
    """The queue of one object, and what a writer does in it."""

    acts: list[str] = field(default_factory=list)

    @contextmanager
    def turn(self) -> Iterator[Line]:
        self.acts.append("in")
        try:
            yield self
        finally:
            self.acts.append("out")

    def pause(self, attempt: int) -> None:
        self.acts.append("pause")


@dataclass
class Step:
    """Fails with these errors, then succeeds."""

    errors: list[Conflict]

    def __call__(self) -> str:
        if self.errors:
            raise self.errors.pop(0)
        return "done"


def stale(line: Line | None) -> StaleStream:
    conflict = StaleStream()
    conflict.queue = line
    return conflict


def test_the_first_attempt_does_not_queue() -> None:
    assert retrying(Step([])) == "done"


def test_after_a_conflict_the_writer_queues_once_and_pauses_between_attempts() -> None:
    line = Line()
    assert retrying(Step([stale(line), stale(line), stale(line)])) == "done"
    assert line.acts == ["in", "pause", "pause", "out"]


def test_a_conflict_before_the_write_has_no_queue_and_the_next_may_have_one() -> None:
    line = Line()
    assert retrying(Step([stale(None), stale(line)])) == "done"
    assert line.acts == ["in", "out"]
    assert retrying(Step([stale(None)] * 3)) == "done"


def test_after_many_attempts_the_client_is_asked_to_try_again() -> None:
    line = Line()
    step = Step([stale(line)] * (ATTEMPTS + 1))
    with pytest.raises(TryAgain):
        retrying(step)
    assert len(step.errors) == 1
    assert (line.acts[0], line.acts[-1]) == ("in", "out")


def test_nobody_pauses_after_the_last_attempt() -> None:
    line = Line()
    with pytest.raises(TryAgain):
        retrying(Step([stale(line)] * ATTEMPTS))
    assert line.acts.count("pause") == ATTEMPTS - 2


def test_what_was_applied_before_is_not_tried_again() -> None:
    line = Line()
    with pytest.raises(AlreadyApplied):
        retrying(Step([AlreadyApplied()]))
    with pytest.raises(AlreadyApplied):
        retrying(Step([stale(line), AlreadyApplied()]))
    assert line.acts == ["in", "out"]

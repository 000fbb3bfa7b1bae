"""Gathering what would have to wait: transactions of one calendar that come while one is under way go together.

Within a calendar transactions follow one another, each with a COMMIT that waits for the disk. So those that arrive
meanwhile are sent as one: one wait for all of them. Nobody waits longer for that: a writer who finds nobody at work is
sent at once, and what belongs to different calendars is never put together.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Hashable, Sequence
from dataclasses import dataclass, field
from typing import Generic, TypeVar

Given = TypeVar("Given")
Got = TypeVar("Got")

MOST = 64
"""Writers in one transaction."""


@dataclass(slots=True, eq=False)
class _Member(Generic[Given, Got]):
    """A writer and what becomes of him: he has ``results``, or leads ``group``, or neither and goes alone."""

    given: Given
    turn: threading.Event = field(default_factory=threading.Event)
    group: list[_Member[Given, Got]] | None = None
    results: list[Got] | None = None


class Gathering(Generic[Given, Got]):
    """``together`` does the work of several at once, all of it or nothing, and gives the result of each in their order;
    ``alone`` that of one. Safe for use from many threads."""

    def __init__(self, together: Callable[[Sequence[Given]], Sequence[Got]], alone: Callable[[Given], Got]) -> None:
        self._together = together
        self._alone = alone
        self._guard = threading.Lock()
        self._queues: dict[Hashable, list[_Member[Given, Got]]] = {}

    def do(self, place: Hashable, given: Given) -> Got:
        """The result for ``given``; raises what ``alone`` raises for it. Where a group fails, for whatever reason, each
        of its members goes alone, so that nobody is told what befell another."""
        me: _Member[Given, Got] = _Member(given)
        with self._guard:
            queue = self._queues.get(place)
            if queue is None:
                self._queues[place] = []
                me.group = [me]
            else:
                queue.append(me)
        if me.group is None:
            me.turn.wait()
        if me.group is not None:
            self._lead(place, me.group)
        return me.results[0] if me.results is not None else self._alone(given)

    def _lead(self, place: Hashable, group: list[_Member[Given, Got]]) -> None:
        try:
            if len(group) == 1:
                group[0].results = [self._alone(group[0].given)]
            else:
                self._all(group)
        finally:
            self._pass_on(place)
            for member in group:
                member.turn.set()

    def _all(self, group: list[_Member[Given, Got]]) -> None:
        try:
            results = self._together([member.given for member in group])
        except Exception:
            # Whose fault it was, each finds out by himself.
            return
        for member, result in zip(group, results, strict=True):
            member.results = [result]

    def _pass_on(self, place: Hashable) -> None:
        """The first of those who have come meanwhile leads them."""
        with self._guard:
            queue = self._queues[place]
            if not queue:
                del self._queues[place]
                return
            group, self._queues[place] = queue[:MOST], queue[MOST:]
        group[0].group = group
        group[0].turn.set()

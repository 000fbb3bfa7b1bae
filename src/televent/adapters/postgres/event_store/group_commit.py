"""Group commit: writes to one calendar that arrive while a transaction is under way share the next transaction.

Transactions of one calendar run one after the other, and each COMMIT waits for the disk. The writes that arrive
meanwhile are sent in one transaction and wait for the disk once. No writer waits longer because of this: a writer that
finds no transaction under way is sent at once, and writes to different calendars never share a transaction.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Hashable, Sequence
from dataclasses import dataclass, field
from typing import Generic, TypeVar

Given = TypeVar("Given")
Got = TypeVar("Got")

MAX_WRITERS = 64
"""Max writers in one transaction."""


@dataclass(slots=True, eq=False)
class _Member(Generic[Given, Got]):
    """One waiting writer. It has ``results``, or it leads ``group``, or it has neither and is sent alone."""

    given: Given
    turn: threading.Event = field(default_factory=threading.Event)
    group: list[_Member[Given, Got]] | None = None
    results: list[Got] | None = None


class GroupCommit(Generic[Given, Got]):
    """Runs the work of one place (here: a set of calendars) one at a time, and in groups where it waits. Thread-safe.

    ``together`` does the work of several writers, all or nothing, and returns their results in order. ``alone`` does
    the work of one.
    """

    def __init__(self, together: Callable[[Sequence[Given]], Sequence[Got]], alone: Callable[[Given], Got]) -> None:
        self._together = together
        self._alone = alone
        self._guard = threading.Lock()
        self._queues: dict[Hashable, list[_Member[Given, Got]]] = {}

    def do(self, place: Hashable, given: Given) -> Got:
        """The result for ``given``. Raises what ``alone`` raises for it.

        Where a group fails, each of its members is sent alone, so that no writer gets the error of another one.
        """
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
            # Each member is sent alone next and gets its own error.
            return
        for member, result in zip(group, results, strict=True):
            member.results = [result]

    def _pass_on(self, place: Hashable) -> None:
        """Makes the first writer that waits the leader of the next group."""
        with self._guard:
            queue = self._queues[place]
            if not queue:
                del self._queues[place]
                return
            group, self._queues[place] = queue[:MAX_WRITERS], queue[MAX_WRITERS:]
        group[0].group = group
        group[0].turn.set()

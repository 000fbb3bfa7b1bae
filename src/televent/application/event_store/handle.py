"""Runs a command: load, decide, append; again after a conflict."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import ExitStack
from typing import Any, TypeVar

from televent.application.event_store.conflicts import AlreadyApplied, Conflict, Turn
from televent.application.event_store.context import Context
from televent.application.event_store.deciders import Decider
from televent.application.event_store.store import Change, Store
from televent.application.messages.outbox import OutboxMessage
from televent.application.refusals import TryAgain
from televent.domain.ids import StreamKey

S = TypeVar("S")
T = TypeVar("T")

ATTEMPTS = 20
"""Max attempts of one command."""


def retrying(step: Callable[[], T]) -> T:
    """Runs ``step`` until it meets no conflict. Raises TryAgain after ATTEMPTS, AlreadyApplied at once.

    The first attempt is optimistic: it waits for nobody. After a conflict the writers of one object queue, so that each
    finds the object as the one before left it.
    """
    with ExitStack() as held:
        turn: Turn | None = None
        for attempt in range(ATTEMPTS):
            try:
                return step()
            except AlreadyApplied:
                raise
            except Conflict as conflict:
                if attempt == ATTEMPTS - 1:
                    break
                if turn is not None:
                    turn.pause(attempt)
                elif conflict.queue is not None:
                    turn = held.enter_context(conflict.queue.turn())
    raise TryAgain()


def handle(
    store: Store,
    context: Context,
    decider: Decider[S],
    key: StreamKey,
    decide: Callable[[S], Sequence[Any]],
    outbox: Callable[[S], Sequence[OutboxMessage]] = lambda _: (),
) -> S:
    """Runs one command on one stream, and returns the state after it. Raises Refusal.

    ``decide``: from the state to the facts. ``outbox``: from the new state to the messages that go with the facts.
    """

    def step() -> S:
        loaded = store.load(decider, key)
        facts = decide(loaded.state)
        if not facts:
            return loaded.state
        change = Change(loaded, facts)
        store.append(context, [change], outbox(change.after))
        return change.after

    return retrying(step)

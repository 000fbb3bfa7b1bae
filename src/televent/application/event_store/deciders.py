"""The kinds of streams: how each is folded, and which facts belong to it."""

from __future__ import annotations

import typing
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

from televent.domain import account, calendar, inbox_item, mount, overlay
from televent.domain.calendar_object import events, state

S = TypeVar("S")


@dataclass(frozen=True, slots=True)
class Decider(Generic[S]):
    """A kind of stream: its state before the first fact, and the step of each fact."""

    name: str
    initial: S
    evolve: Callable[[S, Any], S]

    def fold(self, state: S, facts: Iterable[Any]) -> S:
        for fact in facts:
            state = self.evolve(state, fact)
        return state


CALENDAR_OBJECT = Decider("calendar-object", state.CalendarObject(), state.evolve)
CALENDAR = Decider("calendar", calendar.Calendar(), calendar.evolve)
INBOX_ITEM = Decider("inbox-item", inbox_item.InboxItem(), inbox_item.evolve)
MOUNT = Decider("mount", mount.Mount(), mount.evolve)
OVERLAY = Decider("overlay", overlay.Overlay(), overlay.evolve)
ACCOUNT = Decider("account", account.Account(), account.evolve)

_KIND_OF: dict[type, Decider[Any]] = {
    fact: decider
    for decider, union in (
        (CALENDAR_OBJECT, events.CalendarObjectEvent),
        (CALENDAR, calendar.CalendarEvent),
        (INBOX_ITEM, inbox_item.InboxItemEvent),
        (MOUNT, mount.MountEvent),
        (OVERLAY, overlay.OwnPartsSet),
        (ACCOUNT, account.AccountEvent),
    )
    for fact in typing.get_args(union) or (union,)
}


def decider_of(fact: type) -> Decider[Any]:
    """The kind of stream a fact class belongs to."""
    return _KIND_OF[fact]

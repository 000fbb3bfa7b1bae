"""The kinds of streams: how each is folded, and which facts belong to it."""

from __future__ import annotations

import typing
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

from televent.application.readable import make_readable
from televent.domain.account import state as account
from televent.domain.account.events import AccountEvent
from televent.domain.calendar import state as calendar
from televent.domain.calendar.events import CalendarEvent
from televent.domain.calendar_object import state as calendar_object
from televent.domain.calendar_object.events import CalendarObjectEvent
from televent.domain.inbox_item import state as inbox_item
from televent.domain.inbox_item.events import InboxItemEvent
from televent.domain.sharing.mount import state as mount
from televent.domain.sharing.mount.events import MountEvent
from televent.domain.sharing.overlay import state as overlay
from televent.domain.sharing.overlay.events import OwnPartsSet

S = TypeVar("S")


@dataclass(frozen=True, slots=True)
class Decider(Generic[S]):
    """A kind of stream: its state before the first fact, and the step of each fact."""

    name: str
    initial: S
    evolve: Callable[[S, Any], S]

    def fold(self, state: S, facts: Iterable[Any]) -> S:
        """The state after these facts."""
        for fact in facts:
            state = self.evolve(state, fact)
        return state


CALENDAR_OBJECT = Decider("calendar-object", calendar_object.CalendarObject(), calendar_object.evolve)
CALENDAR = Decider("calendar", calendar.Calendar(), calendar.evolve)
INBOX_ITEM = Decider("inbox-item", inbox_item.InboxItem(), inbox_item.evolve)
MOUNT = Decider("mount", mount.Mount(), mount.evolve)
OVERLAY = Decider("overlay", overlay.Overlay(), overlay.evolve)
ACCOUNT = Decider("account", account.Account(), account.evolve)

# Snapshots are read as states.
make_readable(*(type(each.initial) for each in (CALENDAR_OBJECT, CALENDAR, INBOX_ITEM, MOUNT, OVERLAY, ACCOUNT)))

_KIND_OF: dict[type, Decider[Any]] = {
    fact: decider
    for decider, union in (
        (CALENDAR_OBJECT, CalendarObjectEvent),
        (CALENDAR, CalendarEvent),
        (INBOX_ITEM, InboxItemEvent),
        (MOUNT, MountEvent),
        (OVERLAY, OwnPartsSet),
        (ACCOUNT, AccountEvent),
    )
    for fact in typing.get_args(union) or (union,)
}


def decider_of(fact: type) -> Decider[Any]:
    """The kind of stream a fact class belongs to."""
    return _KIND_OF[fact]

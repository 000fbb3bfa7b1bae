"""The state of a scheduling message in an inbox, folded from its facts: RFC 6638 §2.2, §4.

The message was applied when it arrived. The item only informs the person's calendar apps, until one deletes it.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import assert_never
from uuid import UUID

from televent.domain.inbox_item.events import InboxItemEvent, MessageDelivered, MessageRemoved
from televent.ical.objects.calendar_text import EMPTY, CalendarText


@dataclass(frozen=True, slots=True)
class InboxItem:
    """``inbox_id`` is None until the message is delivered."""

    inbox_id: UUID | None = None
    href: str = ""
    component: str = ""
    text: CalendarText = EMPTY
    removed: bool = False

    @property
    def exists(self) -> bool:
        """True while the item can be read."""
        return self.inbox_id is not None and not self.removed


def evolve(state: InboxItem, fact: InboxItemEvent) -> InboxItem:
    """The state after one more fact."""
    match fact:
        case MessageDelivered():
            return InboxItem(fact.inbox_id, fact.href, fact.component, CalendarText(fact.text))
        case MessageRemoved():
            return replace(state, removed=True)
        case _:
            assert_never(fact)

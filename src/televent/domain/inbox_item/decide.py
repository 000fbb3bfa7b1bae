"""What happens to a scheduling message in an inbox when something is asked of it."""

from __future__ import annotations

from televent.domain.inbox_item.commands import RemoveMessage
from televent.domain.inbox_item.events import InboxItemEvent, MessageRemoved
from televent.domain.inbox_item.state import InboxItem


def decide(state: InboxItem, command: RemoveMessage) -> list[InboxItemEvent]:
    """The facts; none where there is no such item any more."""
    return [MessageRemoved(state.inbox_id)] if state.exists and state.inbox_id is not None else []

"""Decides the commands of a scheduling message in an inbox."""

from __future__ import annotations

from televent.domain.inbox_item.commands import RemoveMessage
from televent.domain.inbox_item.events import InboxItemEvent, MessageRemoved
from televent.domain.inbox_item.state import InboxItem


def decide(state: InboxItem, command: RemoveMessage) -> list[InboxItemEvent]:
    """The facts of a removal; none where the message is already removed."""
    return [MessageRemoved(state.inbox_id)] if state.exists and state.inbox_id is not None else []

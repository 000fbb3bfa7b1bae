"""Which message in a person's chat is the current one about an event: its card, or the answers to it.

The rows hold numbers only. The text of a message is read from the event's facts, whose versions the row names, so that
nothing personal is kept twice.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final, Literal, Protocol
from uuid import UUID

Kind = Literal["card", "answers"]
HOLD: Final = timedelta(seconds=20)
"""Time after which another worker may hold a living message whose holder has not renewed the hold: it was killed."""


@dataclass(frozen=True, slots=True)
class Living:
    """A message that tells of the facts with versions in (``since``, ``shown``].

    ``chat_id`` and ``message_id`` None: nothing was sent yet. ``shown`` 0: it is not known what was told.
    """

    chat_id: int | None = None
    message_id: int | None = None
    since: int = 0
    shown: int = 0
    sent_at: datetime | None = None


class LivingMessages(Protocol):
    """Stores the living message of each kind for each event. Synchronous; called through threads."""

    def living(self, tenant: UUID, stream_id: UUID, kind: Kind) -> Living:
        """The living message, or an empty one."""
        ...

    def hold(self, tenant: UUID, stream_id: UUID, kind: Kind, now: datetime) -> Living | None:
        """The living message, held for HOLD, so that two senders do not tell the same; None while another holds it."""
        ...

    def keep(self, tenant: UUID, stream_id: UUID, kind: Kind, now: datetime) -> None:
        """Renews the hold for HOLD."""
        ...

    def release(self, tenant: UUID, stream_id: UUID, kind: Kind, changed: Living | None = None) -> None:
        """Ends the hold. ``changed``: the living message from now on, None where it is as before."""
        ...

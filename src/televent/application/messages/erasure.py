"""Messages to a person about the erasure of their account. The tenant of the outbox row is the reader."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Literal

from msgspec import Meta

from televent.application.messages.message import Message

What = Literal["requested", "ahead", "kept"]


class ErasureNotice(Message, frozen=True):
    """An erasure was requested, is some days ahead, or was revoked. ``final_at``: when it is final; None: "kept".

    The sender skips one that is outdated.
    """

    what: What
    final_at: Annotated[datetime, Meta(tz=True)] | None


class ErasureMail(Message, frozen=True):
    """The same as ErasureNotice, for a person without a chat."""

    what: What
    final_at: Annotated[datetime, Meta(tz=True)] | None


def is_outdated(notice: ErasureNotice | ErasureMail, erase_at: datetime | None) -> bool:
    """Whether the notice is no longer true. ``erase_at``: when the reader's requested erasure is final, if one is."""
    return notice.final_at != erase_at

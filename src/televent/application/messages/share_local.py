"""The messages between the two sides of a shared calendar, which are two accounts."""

from __future__ import annotations

from typing import Final
from uuid import UUID

from televent.application.messages.message import Message, Part


class ShareOffer(Part, frozen=True, tag_field="what", tag="offer"):
    """The owner grants ``access``, or changes it. ``revision`` counts the owner's messages to this sharee. ``role``:
    that of the member of a team calendar; "" for a sharee. ``began`` and ``agreed`` are as in OfferShare."""

    owner: UUID
    calendar_id: UUID
    access: str
    revision: int
    title: str
    owner_name: str
    summary: str
    role: str = ""
    began: int = 0
    agreed: bool = False


class ShareEnd(Part, frozen=True, tag_field="what", tag="end"):
    """The owner withdraws the share. ``revision`` counts the owner's messages to this sharee."""

    calendar_id: UUID
    revision: int


class ShareAnswer(Part, frozen=True, tag_field="what", tag="answer"):
    """The sharee accepts or declines. ``number`` counts the sharee's answers."""

    sharee: UUID
    calendar_id: UUID
    accepted: bool
    number: int


STATUS_OF: Final = {"invited": "offered", "role": "accepted", "left": "ended"}
"""The state of a share in which news of a team calendar is true."""

ShareNews = ShareOffer | ShareEnd | ShareAnswer


class ShareLocal(Message, frozen=True):
    """News of a share, for the account ``recipient_tenant``. ``actor``: that of the command that caused it, also
    where a worker delivers it; "": an earlier program has not noted it."""

    recipient_tenant: UUID
    news: ShareNews
    actor: str = ""

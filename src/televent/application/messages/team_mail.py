"""Mails to a team calendar that nothing proves: its managers are asked. The tenant of the outbox row is the team."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Literal
from uuid import UUID

from msgspec import Meta

from televent.application.messages.message import Message


class TeamMailAsked(Message, frozen=True):
    """The managers of the team are to be asked about the mails of a card."""

    card_id: UUID


class TeamMailAnswered(Message, frozen=True):
    """A manager, ``by``, decided about mails of a card ``at`` a time: the others' cards are to say so."""

    card_id: UUID
    mail_keys: tuple[str, ...]
    choice: Literal["apply", "ignore"]
    by: UUID
    at: Annotated[datetime, Meta(tz=True)]

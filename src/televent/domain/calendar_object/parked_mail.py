"""A mail about an event that is stored but not applied: the fact and the command (imip/SPEC B5)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from televent.domain.personal import Personal

ParkedFor = Literal["reply-unproven", "request-unproven", "sender-unknown"]
"""Reasons to park a mail: nothing proves that a reply comes from the attendee, or a change from the organizer; the
person wants to be asked before an unknown sender's invitation is in their calendar."""


@dataclass(frozen=True, slots=True)
class MailParked:
    """A mail was stored for the person to decide on.

    ``mail_key``: the key of the stored raw mail. ``summary``: the event's title at that time, or its UID without a
    title. ``recurrence_ids``: the occurrences that the mail is about; None: the whole event.
    """

    reason: ParkedFor
    method: str
    sender: Personal[str]
    mail_key: str
    summary: Personal[str]
    recurrence_ids: tuple[str | None, ...]
    at: datetime


@dataclass(frozen=True, slots=True)
class ParkMail:
    """Store a mail for the person to decide on. The fields are those of the fact; ``now`` becomes its ``at``.

    ``title``: that of the event in the mail, for an event that the person does not have.
    """

    reason: ParkedFor
    method: str
    sender: str
    mail_key: str
    recurrence_ids: tuple[str | None, ...]
    now: datetime
    title: str = ""

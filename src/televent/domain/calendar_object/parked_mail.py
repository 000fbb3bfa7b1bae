"""A mail about an event that is kept and not applied: the fact and the command (imip/SPEC B5)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from televent.domain.personal import Personal

ParkedFor = Literal["reply-unproven", "request-unproven"]
"""Why a mail is parked: nothing proves that an answer comes from the attendee, or that a change comes from the
organizer."""


@dataclass(frozen=True, slots=True)
class MailParked:
    """A mail was kept for the person to decide. ``mail_key``: the key under which the raw mail is kept. ``summary``:
    the event's title at that time, or its UID where it has none. ``recurrence_ids``: the occurrences that the mail is
    about; None stands for the whole event."""

    reason: ParkedFor
    method: str
    sender: Personal[str]
    mail_key: str
    summary: Personal[str]
    recurrence_ids: tuple[str | None, ...]
    at: datetime


@dataclass(frozen=True, slots=True)
class ParkMail:
    """Keep a mail for the person to decide. The fields are those of the fact; ``now`` becomes its ``at``."""

    reason: ParkedFor
    method: str
    sender: str
    mail_key: str
    recurrence_ids: tuple[str | None, ...]
    now: datetime

"""What a door for mail found in one mail, and what became of the mail. No protocol: SMTP, IMAP and webhooks alike."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from televent.application.mail.trust import Sender
from televent.ical.itip.message import Message

MailState = Literal["received", "ignored", "parked", "applied", "failed"]


@dataclass(frozen=True, slots=True)
class MailedCalendar:
    """The calendar in a mail, read once for all recipients. ``message`` is None where no reader takes it. ``note``:
    which reader was needed, or why no reader takes it; empty where ours did."""

    message: Message | None
    note: str = ""


@dataclass(frozen=True, slots=True)
class DeliveryReport:
    """The mail is a report about another mail (RFC 3464). ``failed``: at least one recipient was given up. ``token``:
    the token in the returned mail, where one is found."""

    failed: bool
    token: str | None


@dataclass(frozen=True, slots=True)
class IncomingMail:
    """``key``: names the mail, and the raw mail is kept under it. ``recipients``: those of the envelope.
    ``message_ids``: without angle brackets, lower case. ``report``: None where the mail is no report."""

    key: str
    recipients: tuple[str, ...]
    sender: Sender
    message_ids: tuple[str, ...]
    calendar: MailedCalendar | None
    report: DeliveryReport | None = None


@dataclass(frozen=True, slots=True)
class Verdict:
    """What became of a mail. ``state`` "received": nothing yet, the mail is tried again."""

    state: MailState
    reason: str

"""One incoming mail as a door parsed it, and its verdict. The same for SMTP, IMAP and webhooks."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final, Literal

from televent.application.mail.trust import Sender
from televent.ical.itip.message import Message

FOR_OPERATOR: Final = "for the operator"
"""The whole verdict on a mail that was for the operator and for nobody else."""
_KEY_IN_ACTOR: Final = 16
"""The first characters of a mail's key that name the mail as an actor."""
MailState = Literal["received", "ignored", "parked", "applied", "failed"]


@dataclass(frozen=True, slots=True)
class MailedCalendar:
    """The calendar in a mail, parsed once for all recipients.

    ``message`` is None where no parser accepts it. ``note``: the fallback parser that was needed, or the reason why
    none accepts it; "" where our own did. ``text``: the bytes of a calendar that no parser accepts as a message; a
    reader of files may find events in it.
    """

    message: Message | None
    note: str = ""
    text: bytes = b""


@dataclass(frozen=True, slots=True)
class DeliveryReport:
    """The mail is a delivery report about another mail (RFC 3464).

    ``failed``: the delivery to at least one recipient failed for good. ``token``: the reply token in the returned mail,
    where there is one.
    """

    failed: bool
    token: str | None


@dataclass(frozen=True, slots=True)
class WrittenText:
    """The text that a person wrote in a mail: bounded, without HTML. ``automatic``: a program wrote it (RFC 3834)."""

    subject: str
    text: str
    automatic: bool


@dataclass(frozen=True, slots=True)
class IncomingMail:
    """An incoming mail.

    ``key``: the id of the mail; the raw mail is stored under it. ``recipients``: those of the SMTP envelope.
    ``message_ids``: without angle brackets, in lower case. ``report``: None where the mail is no delivery report.
    ``written``: None where the mail has a calendar or is a report. ``message_id``: the one Message-ID as it was
    written, "" where it is missing or not valid in a header of ours. ``subject``: in one line, bounded.
    """

    key: str
    recipients: tuple[str, ...]
    sender: Sender
    message_ids: tuple[str, ...]
    calendar: MailedCalendar | None
    report: DeliveryReport | None = None
    written: WrittenText | None = None
    message_id: str = ""
    subject: str = ""


@dataclass(frozen=True, slots=True)
class Verdict:
    """The result of a mail. ``state`` "received": there is no result yet; the mail is tried again."""

    state: MailState
    reason: str


def actor_of(mail_key: str) -> str:
    """The actor of the facts that a mail causes, by itself or after a person applied it. By it the first sender of a
    meeting is found, so it must be the same for both."""
    return f"mail:{mail_key[:_KEY_IN_ACTOR]}"

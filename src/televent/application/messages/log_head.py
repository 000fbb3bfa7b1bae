"""Messages that carry the signed heads of the log to witnesses elsewhere (ADR 71)."""

from __future__ import annotations

from televent.application.messages.message import Message


class LogHeadMail(Message, frozen=True):
    """A signed head for a mailbox."""

    to: str
    note: str


class LogHeadPost(Message, frozen=True):
    """A signed head that is posted to a URL."""

    url: str
    note: str

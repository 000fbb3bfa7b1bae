"""The sender of a mail, and how far a mail is trusted as an attendee's own (imip/SPEC B5)."""

from __future__ import annotations

from televent.application.mail_records.senders import Doubt, Sender
from televent.ical.itip.precedence import Trust

__all__ = ["Doubt", "Sender", "Trust", "trust_of"]


def trust_of(sender: Sender, attendee: str | None, token_attendee: str | None) -> Trust:
    """How far a mail is trusted as ``attendee``'s. ``token_attendee``: the attendee of the recipient's reply token.

    Another attendee's token proves nothing: each person to whom an invitation was forwarded has it.
    """
    if attendee is None:
        return Trust.T0
    if attendee == token_attendee:
        return Trust.T3
    return Trust.T2 if sender.proven and attendee in sender.speaks_for else Trust.T0

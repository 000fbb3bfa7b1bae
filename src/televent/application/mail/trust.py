"""The sender of a mail, and how far a mail is trusted as an attendee's own (imip/SPEC B5)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from televent.ical.itip.precedence import Trust

__all__ = ["Doubt", "Sender", "Trust", "trust_of"]

Doubt = Literal["unjudged", "unsigned", "broken", "failed", "unanswered", "nobody"]
"""Reasons why a sender is not proven: nobody judged the mail; no signature of the sender's domain is in it; one is, and
does not hold; our mail server says that the mail is forged; the DNS gave no answer; From names nobody, or several."""


@dataclass(frozen=True, slots=True)
class Sender:
    """The sender of a mail.

    ``address``: the address in From. ``proven``: its domain is authenticated. ``speaks_for``: the addresses that this
    mail may answer for, with the Reply-To of Google. ``name``: the display name in From; "" without one. ``doubt``: the
    reason why the sender is not proven; None where they are.
    """

    address: str
    proven: bool
    speaks_for: frozenset[str]
    name: str = ""
    doubt: Doubt | None = None


def trust_of(sender: Sender, attendee: str | None, token_attendee: str | None) -> Trust:
    """How far a mail is trusted as ``attendee``'s. ``token_attendee``: the attendee of the recipient's reply token.

    Another attendee's token proves nothing: each person to whom an invitation was forwarded has it.
    """
    if attendee is None:
        return Trust.T0
    if attendee == token_attendee:
        return Trust.T3
    return Trust.T2 if sender.proven and attendee in sender.speaks_for else Trust.T0

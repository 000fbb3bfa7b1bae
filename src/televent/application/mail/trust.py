"""The sender of a mail, and how far a mail is trusted as an attendee's own (imip/SPEC B5)."""

from __future__ import annotations

from dataclasses import dataclass

from televent.ical.itip.precedence import Trust

__all__ = ["Sender", "Trust", "trust_of"]


@dataclass(frozen=True, slots=True)
class Sender:
    """The sender of a mail.

    ``address``: the address in From. ``proven``: its domain is authenticated. ``speaks_for``: the addresses that this
    mail may answer for, with the Reply-To of Google. ``name``: the display name in From; "" without one.
    """

    address: str
    proven: bool
    speaks_for: frozenset[str]
    name: str = ""


def trust_of(sender: Sender, attendee: str | None, token_attendee: str | None) -> Trust:
    """How far a mail is trusted as ``attendee``'s. ``token_attendee``: the attendee of the recipient's reply token.

    Another attendee's token proves nothing: each person to whom an invitation was forwarded has it.
    """
    if attendee is None:
        return Trust.T0
    if attendee == token_attendee:
        return Trust.T3
    return Trust.T2 if sender.proven and attendee in sender.speaks_for else Trust.T0

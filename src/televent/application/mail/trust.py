"""The sender of a mail, and how far a mail is trusted as an attendee's own (imip/SPEC B5)."""

from __future__ import annotations

from dataclasses import dataclass
from enum import IntEnum


class Trust(IntEnum):
    """How far a mail is trusted, from no proof to the strongest.

    T3: the recipient has the attendee's own token. T2: DMARC passed, and the address is the attendee's. T1: the
    recipient has some token of the meeting, without such proof. T0: none of these.
    """

    T0 = 0
    T1 = 1
    T2 = 2
    T3 = 3


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
    """How far a mail is trusted as ``attendee``'s. ``token_attendee``: the attendee of the recipient's reply token."""
    if attendee is not None and token_attendee == attendee:
        return Trust.T3
    if attendee is not None and attendee in sender.speaks_for:
        return Trust.T2 if sender.proven else Trust.T1 if token_attendee is not None else Trust.T0
    return Trust.T1 if token_attendee is not None else Trust.T0

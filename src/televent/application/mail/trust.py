"""Who sent a mail, and how far the mail may speak for an attendee (imip/SPEC B5)."""

from __future__ import annotations

from dataclasses import dataclass
from enum import IntEnum


class Trust(IntEnum):
    """T3: the attendee's own token. T2: DMARC, and the same address. T1: another's token, or unproven. T0: neither."""

    T0 = 0
    T1 = 1
    T2 = 2
    T3 = 3


@dataclass(frozen=True, slots=True)
class Sender:
    """``address`` is From; ``proven``: its domain is authenticated; ``speaks_for`` adds Google's Reply-To; ``name`` is
    the display name in From, "" where there is none."""

    address: str
    proven: bool
    speaks_for: frozenset[str]
    name: str = ""


def trust_of(sender: Sender, attendee: str | None, token_attendee: str | None) -> Trust:
    """How far a mail may speak for ``attendee``; ``token_attendee``: the attendee of the token in the recipient."""
    if attendee is not None and token_attendee == attendee:
        return Trust.T3
    if attendee is not None and attendee in sender.speaks_for:
        return Trust.T2 if sender.proven else Trust.T1 if token_attendee is not None else Trust.T0
    return Trust.T1 if token_attendee is not None else Trust.T0

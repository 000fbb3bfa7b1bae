"""The sender of a mail, and the reason why nothing proves them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

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

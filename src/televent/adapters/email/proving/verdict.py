"""The result of our own verification of a mail."""

from __future__ import annotations

from dataclasses import dataclass

from televent.application.mail.trust import Doubt


@dataclass(frozen=True, slots=True)
class Proof:
    """The result. ``author``: the proven domain of From, None for none. ``signers``: the domains whose signatures
    hold and cover Sender and Reply-To. ``doubt``: the reason why ``author`` is not proven."""

    author: str | None = None
    signers: frozenset[str] = frozenset()
    doubt: Doubt = "unsigned"

    def prove(self, domain: str) -> bool:
        """Whether this is the proven domain."""
        return self.author is not None and self.author == domain

    def signed_by(self, domain: str) -> bool:
        """Whether a signature of that domain holds, for Sender and Reply-To too."""
        return domain in self.signers

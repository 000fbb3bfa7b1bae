"""The proof of the author of a mail: the results of a mail server in front of us, or our own verification."""

from __future__ import annotations

from typing import Protocol

from televent.application.mail.trust import Doubt


class Evidence(Protocol):
    """Answers whether the domain of a mail's author is proven."""

    def prove(self, domain: str) -> bool:
        """Whether the domain of From is proven (RFC 7489 §3.1)."""
        ...

    def signed_by(self, domain: str) -> bool:
        """Whether a signature of exactly that domain holds, for Sender and Reply-To too."""
        ...

    @property
    def doubt(self) -> Doubt:
        """The reason why nothing more is proven."""
        ...

"""The refusals of proposals as sentences in the person's language."""

from __future__ import annotations

from typing import Final

from televent.adapters.telegram.texts import say_refusal
from televent.application.refusals import (
    MeetingIsCancelled,
    MeetingIsOver,
    NotInvited,
    NotOrganizer,
    ProposalRefusal,
    UnknownResource,
)
from televent.domain.refusal import Refusal

REFUSALS: Final = (
    ProposalRefusal, MeetingIsOver, MeetingIsCancelled, NotInvited, NotOrganizer, UnknownResource,
)  # fmt: skip
"""The refusals that the use cases of proposals raise."""


def refused(refusal: Refusal, language: str) -> str:
    """The sentence for a refusal in REFUSALS, as HTML."""
    return f"⚠️ {say_refusal(language, refusal)}"

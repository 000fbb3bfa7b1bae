"""The news of shared and team calendars: what the sharee or member is told of a fact."""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID

from televent.application.event_store.envelope import Envelope
from televent.application.feeds.taken import KEEPER
from televent.domain.sharing.access import BUSY, MANAGER
from televent.domain.sharing.mount.events import ShareEnded, ShareOffered


@dataclass(frozen=True, slots=True)
class ShareNews:
    """``what``, ``access`` and ``inviter`` are as in ShareNotice."""

    what: str
    access: str
    inviter: UUID | None = None


def share_news(fact: ShareOffered | ShareEnded, envelope: Envelope) -> ShareNews | None:
    """The news of a fact; None: they are not told.

    A sharee with access to busy times only has nothing to accept, and so is not told of the end either. People are not
    told what they did themselves. An offer of a team calendar is told once: not its change, nor that it was taken back.
    """
    if fact.access == BUSY or envelope.actor in (KEEPER, str(envelope.key.tenant)):
        return None
    if isinstance(fact, ShareEnded):
        if not fact.title or (fact.role and fact.was != "accepted"):
            return None
        return ShareNews("left" if fact.role else "ended", fact.access)
    if not fact.role:
        return ShareNews("accepted" if fact.accepted else "offered", fact.access)
    access = MANAGER if fact.role == MANAGER else fact.access
    if fact.accepted:
        return ShareNews("role", access)
    return None if fact.open else ShareNews("invited", access, _person(envelope.actor))


def _person(actor: str) -> UUID | None:
    """The account of the actor; None for one that is no account."""
    try:
        return UUID(actor)
    except ValueError:
        return None

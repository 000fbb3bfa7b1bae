"""The news of shared and team calendars: what the sharee or member is told of a fact."""

from __future__ import annotations

from televent.application.event_store.envelope import Envelope
from televent.application.feeds.taken import KEEPER
from televent.domain.sharing.access import BUSY, MANAGER
from televent.domain.sharing.mount.events import ShareEnded, ShareOffered


def share_news(fact: ShareOffered | ShareEnded, envelope: Envelope) -> tuple[str, str] | None:
    """The kind of news and the access, for ShareNotice; None: they are not told.

    A sharee with access to busy times only has nothing to accept, and so is not told of the end either. People are not
    told what they did themselves.
    """
    if fact.access == BUSY or envelope.actor in (KEEPER, str(envelope.key.tenant)):
        return None
    if isinstance(fact, ShareEnded):
        return ("left" if fact.role else "ended", fact.access) if fact.title else None
    if fact.role:
        return "role" if fact.accepted else "joined", MANAGER if fact.role == MANAGER else fact.access
    return "accepted" if fact.accepted else "offered", fact.access

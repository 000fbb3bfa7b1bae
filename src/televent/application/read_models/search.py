"""The read model of a search for events by their words (ADR 86)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, tzinfo
from typing import Final, Protocol
from uuid import UUID

from televent.application.read_models.resources import ResourceRow
from televent.domain.ids import AccountId

TITLE, PLACE, PEOPLE, DESCRIPTION = "1", "2", "3", "4"
"""The parts of an event that have words."""
EVERYWHERE: Final = (TITLE, PLACE, PEOPLE, DESCRIPTION)
TIERS: Final = ((TITLE,), (TITLE, PLACE, PEOPLE), EVERYWHERE)
"""The parts that have all words of the query, the best rank first."""


@dataclass(frozen=True, slots=True)
class Term:
    """A word that the event must have, or that begins one of its words, in one of these parts. ``exact``: not a
    beginning."""

    word: str
    parts: tuple[str, ...] = EVERYWHERE
    exact: bool = False


@dataclass(frozen=True, slots=True, order=True)
class Rank:
    """The place of a result among all others. ``phase``: the tier, and three more where an error was forgiven.
    ``segment``: 0 for a series that goes on, 1 for an event ahead, 2 for one that is over. ``key``: seconds since 1970
    until it ends; of one that is over the negative."""

    phase: int
    segment: int
    key: int
    stream_id: UUID


@dataclass(frozen=True, slots=True)
class Wanted:
    """The question to one account. ``calendars``: of the account. ``visible``: only events that sharees may see whole.

    ``now`` divides what is over from what is ahead. ``start`` and ``end``: it happens, or may happen, in this range;
    floating times are taken in ``zone``.
    """

    tenant: AccountId
    calendars: Sequence[UUID]
    terms: tuple[Term, ...]
    now: datetime
    visible: bool = False
    start: datetime | None = None
    end: datetime | None = None
    zone: tzinfo | None = None


class SearchIndex(Protocol):
    """Synchronous; called through threads."""

    def freshen(self, tenant: AccountId) -> None:
        """Reads the words of the account's latest changes, a bounded number of them, so that a search finds them."""
        ...

    def ranked(self, wanted: Wanted, after: Rank | None, limit: int) -> list[Rank]:
        """The results after that rank, the best first."""
        ...

    def texts(
        self, found: Sequence[tuple[AccountId, UUID]], but_known_to: AccountId
    ) -> dict[tuple[AccountId, UUID], ResourceRow]:
        """The live events with these accounts and streams, with text; without events of others that the account
        ``but_known_to`` has in a calendar of its own."""
        ...

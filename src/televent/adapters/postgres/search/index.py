"""The index of words behind the application's port SearchIndex."""

from __future__ import annotations

from collections.abc import Sequence
from uuid import UUID

import structlog

from televent.adapters.postgres.followers.runner import Following
from televent.adapters.postgres.rows import Pool
from televent.adapters.postgres.search import finding, indexing
from televent.application.outage import Outage
from televent.application.read_models.resources import ResourceRow
from televent.application.read_models.search import Rank, Wanted
from televent.domain.ids import AccountId

log = structlog.get_logger("televent.search")


class PostgresSearchIndex:
    """Reads and writes the index. ``follower``: the consumer that marks what changed. Thread-safe."""

    def __init__(self, pool: Pool, follower: Following) -> None:
        self._pool = pool
        self._follower = follower

    def step(self) -> int:
        """A worker's step: writes the words of some events that changed; returns their number. Raises Outage."""
        return indexing.step(self._pool)

    def freshen(self, tenant: AccountId) -> None:
        """Writes the words of the account's latest changes. A database that takes no writes can still be searched."""
        try:
            indexing.freshen(self._pool, tenant, self._follower.name, self._follower.topics)
        except Outage as outage:
            log.warning("a search goes without the latest changes", error=str(outage))

    def ranked(self, wanted: Wanted, after: Rank | None, limit: int) -> list[Rank]:
        """The results after that rank, the best first."""
        return finding.ranked(self._pool, wanted, after, limit)

    def texts(
        self, found: Sequence[tuple[AccountId, UUID]], but_known_to: AccountId
    ) -> dict[tuple[AccountId, UUID], ResourceRow]:
        """The live events, with text; without others' events that ``but_known_to`` has as well."""
        return finding.texts(self._pool, found, but_known_to)

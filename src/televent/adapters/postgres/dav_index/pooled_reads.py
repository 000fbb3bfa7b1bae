"""The base of all parts of read_models.reads.Reads: each read takes its own connection."""

from __future__ import annotations

from collections.abc import Sequence

from televent.adapters.postgres.rows import Pool, Row, fetch


class PooledReads:
    """Reads by connections of ``pool``, which are in autocommit mode. Thread-safe."""

    def __init__(self, pool: Pool) -> None:
        self._pool = pool

    def _fetch(self, query: str, parameters: Sequence[object]) -> list[Row]:
        return fetch(self._pool, query, parameters)

"""The tables of one follower of the log in memory: does to rows what its runner's statements do (row_writes)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from televent.adapters.postgres.replay.tables import Key, Made, Row
from televent.application.followers import Delete, Insert, Projection, RowWrite


class FollowerModel:
    """The rows of one account. ``apply`` takes the writes in the order of the log."""

    def __init__(self, projection: Projection) -> None:
        self.made: Made = {table: {} for table in projection.tables}
        self._keys = projection.tables

    def apply(self, write: RowWrite) -> None:
        """Changes the rows. Raises KeyError for a table that the projection does not declare."""
        rows, columns = self.made[write.table], self._keys[write.table]
        if isinstance(write, Insert):
            key = tuple(write.values[column] for column in columns)
            rest = {name: value for name, value in write.values.items() if name not in columns}
            if (standing := rows.get(key)) is None:
                rows[key] = rest
            else:
                standing |= {name: value for name, value in rest.items() if name not in write.once}
            return
        for key in self._matching(rows, columns, write.where):
            if isinstance(write, Delete):
                del rows[key]
            else:
                rows[key] |= write.values

    @staticmethod
    def _matching(rows: dict[Key, Row], columns: tuple[str, ...], where: Mapping[str, Any]) -> list[Key]:
        if set(where) == set(columns):
            key = tuple(where[column] for column in columns)
            return [key] if key in rows else []
        return [
            key
            for key, row in rows.items()
            if all({**row, **dict(zip(columns, key, strict=True))}.get(name) == value for name, value in where.items())
        ]

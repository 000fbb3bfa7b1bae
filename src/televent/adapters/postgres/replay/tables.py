"""The rows that a replay makes and compares: their keys, their columns, and how the live ones are read."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final
from uuid import UUID

from televent.adapters.postgres.dav_index.inline_rows import TABLES
from televent.application.followers import Projection

Key = tuple[Any, ...]
"""The values of the columns of a primary key. The first is the account."""
Row = dict[str, Any]
"""The columns that the facts say, without those of the key."""
Made = dict[str, dict[Key, Row]]
"""The rows that a replay made: by table and key."""

INDEX: Final = ("span", "firm", "floats", "loose", "fbtype", "days", "indexed")
"""The columns of the index of occurrences, which no client sees."""
# A hash stands for the text, so that no text travels; ranges are compared as PostgreSQL writes them.
SHOWN: Final[Mapping[str, str]] = {
    "ics": "left(encode(sha256(ics), 'hex'), 32)",
    **{name: f"{name}::text" for name in ("span", "firm", "floats", "loose", "days")},
}
RESOURCE: Final = (
    *("stream_id", "uid", "etag", "schedule_tag", "component", "ics", "seq", "deleted", "recurs"),
    *(*INDEX, "modified_at"),
)


@dataclass(frozen=True, slots=True)
class Worked:
    """Columns of a follower's table that a worker changes after the projection. ``rows``: it also deletes rows that it
    has finished."""

    columns: tuple[str, ...]
    rows: bool = False


WORKED: Final = {
    "reminder": Worked(("plan_at",), rows=True),
    "digest": Worked(("planned",)),
    "search_mark": Worked((), rows=True),
}
KEPT: Final = {"device": ("selector",)}
"""Columns that are written without a fact where the fact has no value. Such a value is right."""


@dataclass(frozen=True, slots=True)
class Difference:
    """A live row that is not what the facts say. ``kind``: "wrong" (``columns`` says where), "missing" or
    "superfluous"."""

    projection: str
    table: str
    key: Key
    kind: str
    columns: tuple[str, ...] = ()

    @property
    def tenant(self) -> UUID:
        """The account."""
        tenant = self.key[0]
        assert isinstance(tenant, UUID)
        return tenant

    @property
    def quiet(self) -> bool:
        """Whether no client sees it: only the index of occurrences differs."""
        return bool(self.columns) and self.table == "resource" and set(self.columns) <= set(INDEX)


@dataclass(frozen=True, slots=True)
class Trouble:
    """An account that could not be replayed; its rows were left alone. ``again``: another try may help."""

    tenant: UUID
    projection: str
    reason: str
    again: bool = False


@dataclass(frozen=True, slots=True)
class Scope:
    """The projections that a replay looks at.

    ``inline``: names of inline projections. ``followers``: projections of the log.
    ``season``: the season of the index (ical.queries.occurs.season_of). ``exact``: rows must be indexed for it; else
    another season is right too, where the row says so. None: each row has the season in which it was written.
    """

    inline: tuple[str, ...] = ()
    followers: tuple[Projection, ...] = ()
    season: int | None = None
    exact: bool = True

    @property
    def names(self) -> tuple[str, ...]:
        """The names of the projections."""
        return (*self.inline, *(each.name for each in self.followers))

    def tables(self) -> dict[str, tuple[str, tuple[str, ...]]]:
        """Each table's projection and the columns of its key."""
        found = {table: (name, key) for name in self.inline for table, key in TABLES[name].items()}
        found |= {table: (each.name, key) for each in self.followers for table, key in each.tables.items()}
        return found


@dataclass(slots=True)
class Looked:
    """The findings of a look at some accounts. ``behind``: rows that are indexed for an earlier edition and wait for
    the worker."""

    events: int = 0
    rows: int = 0
    differences: list[Difference] = field(default_factory=list)
    troubles: list[Trouble] = field(default_factory=list)
    behind: int = 0

"""A state that a token names is known if and only if it is in the calendar's history, whatever was undone (ADR 6).

The model knows every history; the server has only its rows. Here PostgreSQL does not start again: rows that are put
back begin a run as a start does. Real starts are in integration/processes/test_runs_after_starts.py, and clients that
follow tokens in integration/events/test_sync_never_lies.py.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import count
from typing import Any

import hypothesis.strategies as st
import pytest
from hypothesis import given, settings
from psycopg.types.json import Jsonb

from support.event_store import Shop, open_shop
from televent.adapters.postgres.dav_index.counters import begin_again, counting
from televent.application.read_models.counters import Moment, past_of

COUNT = f"{counting('calendar')} SELECT FROM counter"
pytestmark = pytest.mark.long

NAMES = count()
HISTORY = ("calendar", "counter_run")

ACTS = st.lists(
    st.tuples(
        st.sampled_from(["change", "change", "change", "start", "back up", "put back", "mend"]), st.integers(0, 9)
    ),
    min_size=1,
    max_size=40,
)


@pytest.fixture(scope="module")
def shop(module_database_url: str) -> Iterator[Shop]:
    with open_shop(module_database_url) as shop:
        yield shop


Rows = dict[str, list[tuple[Any, ...]]]


@dataclass
class World:
    """One calendar. ``changes`` and ``mends`` are the history of its present rows."""

    shop: Shop
    numbers: Iterator[int] = field(default_factory=count)
    changes: tuple[int, ...] = ()
    mends: tuple[int, ...] = ()
    backups: list[tuple[Rows, tuple[int, ...], tuple[int, ...]]] = field(default_factory=list)
    tokens: list[tuple[Moment, tuple[int, ...], tuple[int, ...]]] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.calendar = self.shop.calendar(f"c{next(NAMES)}")
        self.back_up()

    def act(self, act: str, number: int) -> None:
        with self.shop.pool.connection() as connection:
            if act == "change":
                connection.execute(COUNT.encode(), (self.shop.tenant, self.calendar))
                self.changes += (next(self.numbers),)
            elif act == "start":
                connection.execute("UPDATE calendar SET seal = 0 WHERE calendar_id = %s", (self.calendar,))
            elif act == "mend":
                begin_again(connection, [(self.shop.tenant, self.calendar)])
                self.mends += (next(self.numbers),)
        if act == "back up":
            self.back_up()
        elif act == "put back":
            self.put_back(number)
        row = self.shop.reads.calendar_of(self.shop.tenant, self.calendar)
        assert row is not None
        assert row.seq == len(self.changes)
        self.tokens.append((row.moment, self.changes, self.mends))
        for moment, changes, mends in self.tokens:
            past = past_of([(row.counter, moment)])
            known = past is not None and past.happened(self.shop.reads)
            same = self.changes[: len(changes)] == changes and mends == self.mends
            assert known == (same or moment.seq == 0)

    def back_up(self) -> None:
        """Copies the rows of the calendar's history."""
        rows = {
            table: self.shop.sql(f"SELECT * FROM {table} WHERE {key} = %s", (self.calendar,))  # noqa: S608
            for table, key in zip(HISTORY, ("calendar_id", "counter_id"), strict=True)
        }
        self.backups.append((rows, self.changes, self.mends))

    def put_back(self, number: int) -> None:
        """Replaces the rows of the calendar's history by those of a backup; odd numbers replace the calendar's row
        alone, and the runs that were counted since stay."""
        rows, self.changes, self.mends = self.backups[number % len(self.backups)]
        with self.shop.pool.connection() as connection, connection.transaction():
            connection.execute("DELETE FROM calendar WHERE calendar_id = %s", (self.calendar,))
            if number % 2:
                rows = {"calendar": rows["calendar"]}
            else:
                connection.execute("DELETE FROM counter_run WHERE counter_id = %s", (self.calendar,))
            for table, kept in rows.items():
                for row in kept:
                    values = [_json(each) for each in row]
                    marks = ", ".join(["%s"] * len(values))
                    connection.execute(f"INSERT INTO {table} VALUES ({marks})".encode(), values)  # noqa: S608


def _json(value: Any) -> Any:
    return Jsonb(value) if isinstance(value, dict) else value


@given(ACTS)
@settings(max_examples=60)
def test_a_moment_is_known_if_and_only_if_it_is_in_the_history(shop: Shop, acts: list[tuple[str, int]]) -> None:
    world = World(shop)
    for act, number in acts:
        world.act(act, number)

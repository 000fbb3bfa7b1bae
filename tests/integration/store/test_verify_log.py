"""Changes of the log by SQL behind Televent's back are found and named, and nothing else is."""

import random
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest

from support.log_tree import grow_whole
from support.town import NOON, Person, Town, open_town
from televent.adapters.postgres.log_tree.audit import Audited
from televent.adapters.postgres.log_tree.tiles import state_of
from televent.adapters.postgres.pool import Connection
from televent.application.log_proof.merkle import TILE
from televent.runtime.workers.log_keeper import audit_log, heads_file, publish

ROUNDS = [*range(8), *(pytest.param(seed, marks=pytest.mark.long) for seed in range(8, 34))]
"""The seeds of the corruptions of each kind: 272 in all, of which a quarter runs in ``make test``."""
TABLES = ("event", "log_tree", "log_tile", "log_head")
EVENT = b"""BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:-//x//EN\r\nBEGIN:VEVENT\r\nUID:%d@example.com\r
DTSTAMP:20261121T120000Z\r\nDTSTART:20261201T100000Z\r\nSUMMARY:%d\r\nEND:VEVENT\r\nEND:VCALENDAR\r\n"""


@dataclass
class Kept:
    """A log of about three tiles with five heads, and a copy of it."""

    town: Town
    file: Path
    content: bytes
    positions: list[int]
    places: dict[int, str]
    heads: list[int]

    @contextmanager
    def changing(self) -> Iterator[Connection]:
        """The database for changes that are taken back afterwards, with the file of heads."""
        with self.town.core.pool.connection() as connection:
            yield connection
            for table in TABLES:
                connection.execute(f"TRUNCATE {table}".encode())
                connection.execute(f"INSERT INTO {table} SELECT * FROM kept_{table}".encode())  # noqa: S608
        self.file.write_bytes(self.content)

    def audit(self) -> Audited:
        return audit_log(self.town.core)


@pytest.fixture(scope="module")
def kept(module_database_url: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Kept]:
    with open_town(module_database_url) as town:
        core = town.core
        core.settings = core.settings.model_copy(
            update={"data_dir": tmp_path_factory.mktemp("data"), "log_seconds": 0, "log_witnesses": ()}
        )
        ann = town.person("ann")
        for part in range(5):
            write(ann, part * 130, 130)
            grow_whole(core.pool)
            publish(core, NOON + timedelta(minutes=part))
        write(ann, 700, 20)
        grow_whole(core.pool)
        with core.pool.connection() as connection:
            for table in TABLES:
                connection.execute(f"CREATE TABLE kept_{table} AS TABLE {table}".encode())
            rows = connection.execute(
                "SELECT position, tenant_id || '/' || stream_id || '#' || version FROM event ORDER BY position"
            ).fetchall()
            heads = [row[0] for row in connection.execute("SELECT size FROM log_head ORDER BY size")]
        file = heads_file(core.settings)
        assert len(rows) == state_of(core.pool).size > 2 * TILE
        yield Kept(town, file, file.read_bytes(), [row[0] for row in rows], dict(rows), heads)


def write(person: Person, first: int, count: int) -> None:
    for number in range(first, first + count):
        person.put(EVENT % (number, number), f"{number}.ics")


def kinds(audited: Audited) -> set[tuple[str, int | None]]:
    return {(each.kind, each.position) for each in audited.findings}


def test_nothing_is_invented(kept: Kept) -> None:
    audited = kept.audit()
    assert audited.findings == []
    assert audited.events == audited.leaves == len(kept.positions)
    assert audited.proven == kept.heads[-1]


CHANGES: dict[str, Callable[[random.Random], Any]] = {
    "state": lambda dice: dice.randbytes(40),
    "chain": lambda dice: dice.randbytes(32),
    "topic": lambda dice: "object-removed/1",
    "actor": lambda dice: "somebody else",
    "door": lambda dice: "cli",
    "subject_id": lambda dice: UUID(bytes=dice.randbytes(16)),
    "command_id": lambda dice: UUID(bytes=dice.randbytes(16)),
    "correlation_id": lambda dice: "x",
    "origin": lambda dice: UUID(bytes=dice.randbytes(16)),
    "recorded_at": lambda dice: NOON + timedelta(seconds=dice.randrange(1, 10**6)),
}


@pytest.mark.parametrize("seed", ROUNDS)
def test_an_altered_event(kept: Kept, seed: int) -> None:
    dice = random.Random(seed)
    column, position = sorted(CHANGES)[seed % len(CHANGES)], dice.choice(kept.positions)
    with kept.changing() as connection:
        connection.execute(
            f"UPDATE event SET {column} = %s WHERE position = %s".encode(),  # noqa: S608
            (CHANGES[column](dice), position),
        )
        audited = kept.audit()
    assert [(each.kind, each.position, each.place) for each in audited.findings] == [
        ("altered", position, kept.places[position])
    ]


@pytest.mark.parametrize("seed", ROUNDS)
def test_a_removed_event(kept: Kept, seed: int) -> None:
    position = random.Random(seed).choice(kept.positions)
    with kept.changing() as connection:
        connection.execute("DELETE FROM event WHERE position = %s", (position,))
        assert kinds(kept.audit()) == {("removed", position)}


@pytest.mark.parametrize("seed", ROUNDS)
def test_an_inserted_event(kept: Kept, seed: int) -> None:
    dice = random.Random(seed)
    model = dice.choice(kept.positions)
    # A third of them at the position of another event.
    position = dice.choice(kept.positions) + (seed % 3 > 0)
    with kept.changing() as connection:
        connection.execute(
            "INSERT INTO event SELECT tenant_id, %s, version, %s, topic, subject_id, state, chain, command_id,"
            " correlation_id, actor, door, recorded_at FROM event WHERE position = %s",
            (UUID(bytes=dice.randbytes(16)), position, model),
        )
        inside = position < kept.positions[-1] + 1
        assert kinds(kept.audit()) == ({("inserted", position)} if inside else set())


@pytest.mark.parametrize("seed", ROUNDS)
def test_two_events_that_changed_places(kept: Kept, seed: int) -> None:
    one, other = random.Random(seed).sample(kept.positions, 2)
    with kept.changing() as connection:
        connection.execute(
            "UPDATE event SET position = CASE position WHEN %s THEN %s ELSE %s END WHERE position IN (%s, %s)",
            (one, other, one, one, other),
        )
        audited = kept.audit()
    assert {(each.kind, each.position, each.detail) for each in audited.findings} == {
        ("moved", one, f"it was recorded at position {other}"),
        ("moved", other, f"it was recorded at position {one}"),
    }


@pytest.mark.parametrize("seed", ROUNDS)
def test_a_tail_that_is_cut_with_its_tree(kept: Kept, seed: int) -> None:
    """The attacker lets the tree of the shorter log grow again, and removes its heads; only the file is left."""
    size = random.Random(seed).randrange(1, kept.heads[-1])
    with kept.changing() as connection:
        connection.execute("DELETE FROM event WHERE position > %s", (kept.positions[size - 1],))
        grow_again(kept, connection)
        connection.execute("DELETE FROM log_head WHERE size > %s", (size,))
        found = kinds(kept.audit())
    first = next(each for each in kept.heads if each > size)
    assert ("tail cut", kept.positions[first - 1]) in found
    assert {kind for kind, _ in found} <= {"tail cut", "head"}


def test_a_tail_after_the_last_head_is_not_found(kept: Kept) -> None:
    """The documentation says so: what no head was published for can be cut off together with the tree."""
    with kept.changing() as connection:
        connection.execute("DELETE FROM event WHERE position > %s", (kept.positions[kept.heads[-1] - 1],))
        assert {kind for kind, _ in kinds(kept.audit())} == {"removed"}
        grow_again(kept, connection)
        assert kept.audit().findings == []


@pytest.mark.parametrize("seed", ROUNDS)
def test_an_event_that_is_altered_with_its_tree(kept: Kept, seed: int) -> None:
    index = random.Random(seed).randrange(kept.heads[-1])
    with kept.changing() as connection:
        connection.execute("UPDATE event SET actor = 'x' WHERE position = %s", (kept.positions[index],))
        grow_again(kept, connection)
        audited = kept.audit()
    after = next(each for each in kept.heads if each > index)
    before = max((each for each in kept.heads if each <= index), default=0)
    (found,) = audited.findings
    assert (found.kind, found.position) == ("rewritten", kept.positions[after - 1])
    assert found.detail.endswith(f"between the leaves {before} and {after}")
    assert audited.proven == before


@pytest.mark.parametrize("seed", ROUNDS)
def test_a_file_of_heads_that_was_changed(kept: Kept, seed: int) -> None:
    dice = random.Random(seed)
    with kept.changing():
        if seed % 2:
            place = dice.randrange(len(kept.content))
            changed = bytearray(kept.content)
            changed[place] ^= 1 << dice.randrange(7)
            kept.file.write_bytes(bytes(changed))
        else:
            notes = kept.content.decode().split("— ")
            gone = dice.randrange(len(kept.heads) - 1)
            first = kept.content.decode().splitlines(keepends=True)
            kept.file.write_text("".join(first[: gone * 6] + first[(gone + 1) * 6 :]))
            assert len(notes) == len(kept.heads) + 1
        assert {kind for kind, _ in kinds(kept.audit())} == {"head"}


@pytest.mark.parametrize("seed", ROUNDS)
def test_a_tree_that_was_changed(kept: Kept, seed: int) -> None:
    dice = random.Random(seed)
    with kept.changing() as connection:
        match seed % 4:
            case 0:
                connection.execute("UPDATE log_tree SET size = size - 1")
            case 1:
                connection.execute(
                    "UPDATE log_tile SET hashes = set_byte(hashes, %s, get_byte(hashes, %s) # 1) WHERE level = 1",
                    (0, 0),
                )
            case 2:
                connection.execute("DELETE FROM log_tile WHERE level = 1")
            case _:
                place = dice.randrange(TILE * 32)
                connection.execute(
                    "UPDATE log_tile SET hashes = set_byte(hashes, %s, get_byte(hashes, %s) # 1)"
                    " WHERE level = 0 AND tile = %s",
                    (place, place, dice.randrange(2)),
                )
        found = kept.audit()
    assert {each.kind for each in found.findings} == {"tree"}
    assert found.proven == kept.heads[-1]


def grow_again(kept: Kept, connection: Connection) -> None:
    """The tree of what is in the log now, as an attacker with Televent's source would make it."""
    connection.execute("DELETE FROM log_tile")
    connection.execute("UPDATE log_tree SET size = 0, position = 0")
    grow_whole(kept.town.core.pool)

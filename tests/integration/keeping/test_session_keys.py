"""The keys that sign access tokens: sealed, the same on all nodes, and two at a time."""

import os
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from itertools import count
from pathlib import Path
from uuid import UUID

import pytest

from televent.adapters.person_keys.files import FileVault
from televent.adapters.person_keys.masters import FileMasters
from televent.adapters.person_keys.sealing import VaultSeal
from televent.adapters.postgres.pool import open_pool
from televent.adapters.postgres.queues.access.session_keys import EVERY, SETTLED, PostgresSessionKeys
from televent.adapters.postgres.rows import Pool

NOW = datetime(2026, 11, 23, 12, tzinfo=UTC)
NUMBERS = count()

pytestmark = pytest.mark.own_database


@pytest.fixture
def pool(database_url: str) -> Iterator[Pool]:
    pool = open_pool(database_url, min_size=1, max_size=2, autocommit=True)
    yield pool
    pool.close()


def vault(place: Path) -> FileVault:
    return FileVault(place / "keys", FileMasters(place / "master", first=True))


def keys(pool: Pool, seal: VaultSeal | None) -> PostgresSessionKeys:
    return PostgresSessionKeys(pool, seal, lambda: f"secret number {next(NUMBERS)}")


def stored(pool: Pool) -> list[bytes]:
    with pool.connection() as connection:
        return [
            bytes(row[0]) for row in connection.execute("SELECT secret FROM session_key ORDER BY made_at").fetchall()
        ]


def test_every_node_has_the_same_key_and_the_database_does_not_show_it(pool: Pool, tmp_path: Path) -> None:
    (key,) = keys(pool, VaultSeal(vault(tmp_path))).keys(NOW)
    assert keys(pool, VaultSeal(vault(tmp_path))).keys(NOW) == (key,)
    (secret,) = stored(pool)
    assert key.encode() not in secret
    assert b"secret number" not in secret


def test_keys_take_turns_and_two_count(pool: Pool, tmp_path: Path) -> None:
    node = keys(pool, VaultSeal(vault(tmp_path)))
    (first,) = node.keys(NOW)
    assert not node.rotate(NOW + EVERY - timedelta(seconds=1))
    later = NOW + EVERY
    assert node.rotate(later)
    assert not node.rotate(later)
    # Until all nodes have read the new one, the old one signs.
    assert node.keys(later)[0] == first
    second, old = node.keys(later + SETTLED)
    assert old == first
    assert node.rotate(later + EVERY)
    assert set(node.keys(later + EVERY)) == {second, node.keys(later + EVERY + SETTLED)[0]}
    assert len(stored(pool)) == 2


def test_a_server_without_sessions_gets_no_key(pool: Pool) -> None:
    assert not keys(pool, None).rotate(NOW)
    assert stored(pool) == []


def test_the_rotation_of_the_master_key_leaves_the_key(pool: Pool, tmp_path: Path) -> None:
    (key,) = keys(pool, VaultSeal(vault(tmp_path))).keys(NOW)
    before = (tmp_path / "master").read_bytes()
    assert vault(tmp_path).rotate() == 1
    assert (tmp_path / "master").read_bytes() != before
    assert keys(pool, VaultSeal(vault(tmp_path))).keys(NOW) == (key,)


def test_a_key_whose_seal_is_elsewhere_is_passed_over(pool: Pool, tmp_path: Path) -> None:
    (key,) = keys(pool, VaultSeal(vault(tmp_path / "one"))).keys(NOW)
    other = keys(pool, VaultSeal(vault(tmp_path / "other"))).keys(NOW + timedelta(hours=1))
    assert key not in other
    assert keys(pool, VaultSeal(vault(tmp_path / "other"))).keys(NOW + timedelta(hours=1)) == other


def test_a_key_in_clear_text_ends_when_keys_move_apart(pool: Pool, tmp_path: Path) -> None:
    (key,) = keys(pool, None).keys(NOW)
    assert stored(pool) == [key.encode()]
    assert key not in keys(pool, VaultSeal(vault(tmp_path))).keys(NOW)


def test_a_secret_is_bound_to_its_row(tmp_path: Path) -> None:
    seal = VaultSeal(vault(tmp_path))
    sealed = seal.seal(os.urandom(32), UUID(int=1))
    assert seal.unseal(sealed, UUID(int=1)) is not None
    assert seal.unseal(sealed, UUID(int=2)) is None
    assert seal.unseal(b"", UUID(int=1)) is None

"""The encryption keys of persons: made when first needed, destroyed by erasure.

With a vault the keys are apart from the database. The table is the register then: a row without a key says that the
person has one, by its print, and since when it is destroyed (ADR 77). Without a vault the table has the keys as well.
"""

from __future__ import annotations

import hashlib
import os
import threading
import time
from collections.abc import Callable
from datetime import datetime
from uuid import UUID

import structlog

from televent.adapters.postgres.dav_index.inline_rows import DESTROY_KEY
from televent.adapters.postgres.rows import Pool, fetch
from televent.application.event_store.key_vault import KeyVault
from televent.application.outage import DatabaseAway, Outage

log = structlog.get_logger("televent.keys")

KEY_BYTES = 32
"""Bytes of an AES-256 key."""
PRINT_BYTES = 8
"""Bytes of a key's print."""
CACHED = 4096
"""Max keys in the cache of one process."""
CACHED_FOR = 60.0
"""Seconds that a key is cached. After that a key that another process destroyed is gone here too."""
BATCH = 1000
"""Max keys of one step of ``settle``."""

SELECT = "SELECT key, print, destroyed_at IS NOT NULL FROM subject_key WHERE subject_id = %s"
INSERT = "INSERT INTO subject_key (subject_id, key, print) VALUES (%s, %s, %s) ON CONFLICT DO NOTHING"
MOVED = "UPDATE subject_key SET key = NULL, print = %s WHERE subject_id = %s AND key = %s"
DESTROYED_APART = """
    UPDATE subject_key SET key = NULL, print = NULL, destroyed_at = coalesce(destroyed_at, now())
    WHERE subject_id = %s"""
SHREDDED = "UPDATE subject_key SET print = NULL WHERE subject_id = %s AND destroyed_at IS NOT NULL"
TO_MOVE = "SELECT subject_id FROM subject_key WHERE key IS NOT NULL AND subject_id > %s ORDER BY subject_id LIMIT %s"
TO_SHRED = """
    SELECT subject_id FROM subject_key WHERE destroyed_at IS NOT NULL AND print IS NOT NULL AND subject_id > %s
    ORDER BY subject_id LIMIT %s"""


class PostgresSubjectKeys:
    """Reads, makes and destroys keys, with a cache. ``pool`` gives connections in autocommit mode. Thread-safe."""

    def __init__(
        self,
        pool: Pool,
        vault: KeyVault | None = None,
        entropy: Callable[[int], bytes] = os.urandom,
        monotonic: Callable[[], float] = time.monotonic,
    ) -> None:
        self._pool = pool
        self.vault = vault
        self._entropy = entropy
        self._monotonic = monotonic
        self._guard = threading.Lock()
        self._known: dict[UUID, tuple[bytes, float]] = {}

    def key(self, subject: UUID) -> bytes | None:
        """The person's key, made if there is none; None after it was destroyed. Raises Outage, also where the key is
        kept in a vault that this process does not have."""
        with self._guard:
            known = self._known.get(subject)
        if known is not None and self._monotonic() < known[1]:
            return known[0]
        rows = fetch(self._pool, SELECT, (subject,))
        if not rows:
            self._make(subject)
            # Two processes may insert at once: the row that is there counts.
            rows = fetch(self._pool, SELECT, (subject,))
        if known is not None and rows[0] == (None, _print(known[0]), False):
            # The register still has this key: its file need not be read again.
            key: bytes | None = known[0]
        else:
            key = self._found(subject, *rows[0])
        with self._guard:
            self._known.pop(subject, None)
            if key is not None:
                while len(self._known) >= CACHED:
                    self._known.pop(next(iter(self._known)))
                self._known[subject] = (key, self._monotonic() + CACHED_FOR)
        return key

    def destroy(self, subject: UUID, now: datetime) -> None:
        """Erases the person: data sealed with this key can never be read again. Other processes drop the key from their
        caches within CACHED_FOR seconds."""
        with self._pool.connection() as connection:
            connection.execute(DESTROY_KEY, (subject, now))
        self.shred(subject)

    def shred(self, subject: UUID) -> None:
        """Destroys the key in the vault, and drops it from the cache: a transaction has destroyed it. Where that fails,
        ``settle`` does it later; until then no process reads it, because the register comes first."""
        self.forget(subject)
        if self.vault is None:
            return
        try:
            self._shred(self.vault, subject)
        except Outage as outage:
            log.warning("a key is destroyed in the register and not yet in its file", error=str(outage))

    def settle(self) -> int:
        """Moves keys that are still in the table to the vault, and destroys those there that the register calls
        destroyed; returns their number. Each step may be done again after a crash. One whose key or file is bad keeps
        nobody else waiting. Raises Outage where the database does not answer."""
        vault = self.vault
        if vault is None:
            return 0

        def move(subject: UUID) -> None:
            self.forget(subject)
            self.key(subject)

        return self._each(TO_MOVE, move) + self._each(TO_SHRED, lambda subject: self._shred(vault, subject))

    def _each(self, query: str, act: Callable[[UUID], None]) -> int:
        """Calls ``act`` for every person of the query, and returns for how many it succeeded."""
        done, after = 0, UUID(int=0)
        while rows := fetch(self._pool, query, (after, BATCH)):
            for (subject,) in rows:
                try:
                    act(subject)
                    done += 1
                except Outage as outage:
                    log.error("a key of a person is not where it belongs", person=str(subject), error=str(outage))
            after = rows[-1][0]
        return done

    def forget_all(self) -> None:
        """Drops all keys from the cache: another server has perhaps not all of the rows that they were read from."""
        with self._guard:
            self._known.clear()

    def forget(self, subject: UUID) -> None:
        """Drops the key from the cache, because another transaction destroyed it."""
        with self._guard:
            self._known.pop(subject, None)

    def _make(self, subject: UUID) -> None:
        fresh = self._entropy(KEY_BYTES)
        if self.vault is None:
            values: tuple[object, ...] = (subject, fresh, None)
        else:
            # First the file and then the row: a crash between them leaves a key that nothing is sealed with.
            key = self.vault.make(subject, fresh)
            values = (subject, None, _print(key) if key is not None else None)
        with self._pool.connection() as connection:
            connection.execute(INSERT, values)

    def _found(self, subject: UUID, key: bytes | None, print_: bytes | None, destroyed: bool) -> bytes | None:
        if destroyed:
            return None
        if self.vault is None:
            if key is None:
                raise DatabaseAway(
                    "the keys of persons are kept apart from this database: set TELEVENT_PERSON_KEYS to their directory"
                )
            return key
        # A key that is still in the table moves.
        apart = self.vault.read(subject) if key is None else self.vault.make(subject, key)
        if apart is None:
            # An older state of the database was restored: who was erased stays erased.
            self._execute(DESTROYED_APART, subject)
        elif apart != key and _print(apart) != print_:
            raise DatabaseAway(f"the key of person {subject} is not the one that this database was written with")
        elif key is not None:
            self._execute(MOVED, _print(key), subject, key)
        return apart

    def _shred(self, vault: KeyVault, subject: UUID) -> None:
        vault.destroy(subject)
        self._execute(SHREDDED, subject)

    def _execute(self, statement: str, *values: object) -> None:
        with self._pool.connection() as connection:
            connection.execute(statement, values)


def _print(key: bytes) -> bytes:
    """Tells keys apart, and discloses nothing of them."""
    return hashlib.sha256(key).digest()[:PRINT_BYTES]

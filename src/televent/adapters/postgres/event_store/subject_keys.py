"""The encryption keys of persons: made when first needed, destroyed by erasure."""

from __future__ import annotations

import os
import threading
import time
from collections.abc import Callable
from datetime import datetime
from uuid import UUID

from televent.adapters.postgres.dav_index.inline_rows import DESTROY_KEY
from televent.adapters.postgres.rows import Pool, fetch

KEY_BYTES = 32
"""Bytes of an AES-256 key."""
CACHED = 4096
"""Max keys in the cache of one process."""
CACHED_FOR = 60.0
"""Seconds that a key is cached. After that a key that another process destroyed is gone here too."""

SELECT = "SELECT key FROM subject_key WHERE subject_id = %s"
INSERT = "INSERT INTO subject_key (subject_id, key) VALUES (%s, %s) ON CONFLICT DO NOTHING"


class PostgresSubjectKeys:
    """Reads, makes and destroys keys, with a cache. ``pool`` gives connections in autocommit mode. Thread-safe."""

    def __init__(
        self,
        pool: Pool,
        entropy: Callable[[int], bytes] = os.urandom,
        monotonic: Callable[[], float] = time.monotonic,
    ) -> None:
        self._pool = pool
        self._entropy = entropy
        self._monotonic = monotonic
        self._guard = threading.Lock()
        self._known: dict[UUID, tuple[bytes, float]] = {}

    def key(self, subject: UUID) -> bytes | None:
        """The person's key, made if there is none; None after it was destroyed."""
        with self._guard:
            known = self._known.get(subject)
        if known is not None and self._monotonic() < known[1]:
            return known[0]
        rows = fetch(self._pool, SELECT, (subject,))
        if not rows:
            with self._pool.connection() as connection:
                connection.execute(INSERT, (subject, self._entropy(KEY_BYTES)))
            # Two processes may insert at once: the row that is there counts.
            rows = fetch(self._pool, SELECT, (subject,))
        key: bytes | None = rows[0][0]
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
        self.forget(subject)

    def forget_all(self) -> None:
        """Drops all keys from the cache: another server has perhaps not all of the rows that they were read from."""
        with self._guard:
            self._known.clear()

    def forget(self, subject: UUID) -> None:
        """Drops the key from the cache, because another transaction destroyed it."""
        with self._guard:
            self._known.pop(subject, None)

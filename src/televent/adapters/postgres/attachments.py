"""Attachments in PostgreSQL: sealed chunks in a table (ADR 0018)."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from uuid import UUID

import msgspec
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from televent.adapters.postgres.rows import Pool, Row, fetch
from televent.application.attachments import AttachmentRow
from televent.application.mapper import NONCE, ErasedSubject, SubjectKeys
from televent.domain.ids import AccountId
from televent.ical.attachments import managed_ids

ABANDONED = timedelta(days=1)
"""After which an upload that never ended is gone."""
GRACE = timedelta(days=30)
"""So long an attachment that no object has any more can be taken up again, by undoing or restoring."""
LOOK = timedelta(hours=12)
"""How often each one is looked at."""
BATCH = 50

BEGIN = """
    INSERT INTO attachment (tenant_id, attachment_id, described, created_at, looked_at) VALUES (%s, %s, %s, %s, %s)"""
ADD = "INSERT INTO attachment_chunk (tenant_id, attachment_id, ordinal, sealed) VALUES (%s, %s, %s, %s)"
FINISH = "UPDATE attachment SET size = %s, chunks = %s WHERE tenant_id = %s AND attachment_id = %s"
DROP = "DELETE FROM attachment WHERE tenant_id = %s AND attachment_id = %s"
# What is taken up again is in use from now on: it and the sweep meet at the row.
CLAIM = """
    WITH known AS (
        UPDATE attachment SET unused_since = NULL
        WHERE tenant_id = %s AND attachment_id = ANY (%s) AND size IS NOT NULL
        RETURNING tenant_id, attachment_id
    ), used AS (
        INSERT INTO attachment_use (tenant_id, attachment_id, uid)
        SELECT tenant_id, attachment_id, %s FROM known ON CONFLICT DO NOTHING
    )
    SELECT attachment_id FROM known"""
FIND = """
    SELECT described, size, chunks, created_at, ARRAY(
        SELECT uid FROM attachment_use AS used
        WHERE used.tenant_id = attachment.tenant_id AND used.attachment_id = attachment.attachment_id ORDER BY uid
    )
    FROM attachment WHERE tenant_id = %s AND attachment_id = %s AND size IS NOT NULL"""
READ = "SELECT sealed FROM attachment_chunk WHERE tenant_id = %s AND attachment_id = %s AND ordinal = %s"
SWEEP_ABANDONED = "DELETE FROM attachment WHERE size IS NULL AND created_at < %s"
DUE = """
    SELECT tenant_id, attachment_id FROM attachment
    WHERE looked_at < %s AND size IS NOT NULL ORDER BY looked_at LIMIT %s"""
TEXTS = """
    SELECT resource.ics FROM attachment_use AS used
    JOIN resource ON resource.tenant_id = used.tenant_id AND resource.uid = used.uid AND NOT resource.deleted
    WHERE used.tenant_id = %s AND used.attachment_id = %s"""
IN_USE = "UPDATE attachment SET looked_at = %s, unused_since = NULL WHERE tenant_id = %s AND attachment_id = %s"
UNUSED = """
    UPDATE attachment SET looked_at = %s, unused_since = coalesce(unused_since, %s)
    WHERE tenant_id = %s AND attachment_id = %s"""
FORGET = "DELETE FROM attachment WHERE tenant_id = %s AND attachment_id = %s AND unused_since < %s"


class PostgresAttachments:
    """``pool`` gives connections in autocommit mode. Safe for use from many threads."""

    def __init__(self, pool: Pool, keys: SubjectKeys, entropy: Callable[[int], bytes] = os.urandom) -> None:
        self._pool = pool
        self._keys = keys
        self._entropy = entropy

    def begin(self, tenant: AccountId, attachment_id: UUID, filename: str, media_type: str, now: datetime) -> None:
        """Raises ErasedSubject."""
        described = msgspec.msgpack.encode([filename, media_type])
        sealed = self._seal(tenant, attachment_id, "description", described)
        self._execute(BEGIN, tenant, attachment_id, sealed, now, now)

    def add(self, tenant: AccountId, attachment_id: UUID, ordinal: int, octets: bytes) -> None:
        """Raises ErasedSubject."""
        self._execute(ADD, tenant, attachment_id, ordinal, self._seal(tenant, attachment_id, str(ordinal), octets))

    def finish(self, tenant: AccountId, attachment_id: UUID, size: int, chunks: int) -> None:
        """From now on it can be read."""
        self._execute(FINISH, size, chunks, tenant, attachment_id)

    def drop(self, tenant: AccountId, attachment_id: UUID) -> None:
        """With its chunks."""
        self._execute(DROP, tenant, attachment_id)

    def claim(self, tenant: AccountId, ids: frozenset[str], uid: str) -> frozenset[str]:
        """Those that are the account's."""
        known = [found for each in ids if (found := uuid_of(each)) is not None]
        with self._pool.connection() as connection:
            rows = connection.execute(CLAIM, (tenant, known, uid)).fetchall()
        return frozenset(str(row[0]) for row in rows)

    def find(self, tenant: AccountId, attachment_id: UUID) -> tuple[AttachmentRow, tuple[str, ...]] | None:
        """None where it is not there, or its owner's key is not."""
        rows = fetch(self._pool, FIND, (tenant, attachment_id))
        if not rows:
            return None
        described, size, chunks, created_at, uids = rows[0]
        plain = self._unseal(tenant, attachment_id, "description", described)
        if plain is None:
            return None
        filename, media_type = msgspec.msgpack.decode(plain, type=tuple[str, str])
        return AttachmentRow(tenant, attachment_id, filename, media_type, size, chunks, created_at), tuple(uids)

    def read(self, row: AttachmentRow) -> Iterator[bytes]:
        """Ends early, and so tears the answer, where it vanishes meanwhile."""
        for ordinal in range(row.chunks):
            rows = fetch(self._pool, READ, (row.tenant, row.attachment_id, ordinal))
            plain = self._unseal(row.tenant, row.attachment_id, str(ordinal), rows[0][0]) if rows else None
            if plain is None:
                raise AttachmentVanished(str(row.attachment_id))
            yield plain

    def sweep(self, now: datetime) -> int:
        """Housekeeping: takes away what nobody has had for the time of grace. Returns how many were looked at."""
        self._execute(SWEEP_ABANDONED, now - ABANDONED)
        due = fetch(self._pool, DUE, (now - LOOK, BATCH))
        for tenant, attachment_id in due:
            texts: list[Row] = fetch(self._pool, TEXTS, (tenant, attachment_id))
            if any(str(attachment_id) in managed_ids(row[0]) for row in texts):
                self._execute(IN_USE, now, tenant, attachment_id)
            else:
                self._execute(UNUSED, now, now, tenant, attachment_id)
                self._execute(FORGET, tenant, attachment_id, now - GRACE)
        return len(due)

    def _execute(self, statement: str, *parameters: object) -> None:
        with self._pool.connection() as connection:
            connection.execute(statement, parameters)

    def _seal(self, tenant: AccountId, attachment_id: UUID, place: str, plain: bytes) -> bytes:
        key = self._keys.key(tenant)
        if key is None:
            raise ErasedSubject(subject=str(tenant))
        nonce = self._entropy(NONCE)
        return nonce + AESGCM(key).encrypt(nonce, plain, f"attachment/{attachment_id}/{place}".encode())

    def _unseal(self, tenant: AccountId, attachment_id: UUID, place: str, sealed: bytes) -> bytes | None:
        key = self._keys.key(tenant)
        if key is None:
            return None
        try:
            return AESGCM(key).decrypt(sealed[:NONCE], sealed[NONCE:], f"attachment/{attachment_id}/{place}".encode())
        except InvalidTag:
            return None


class AttachmentVanished(Exception):
    """An attachment was taken away while it was read."""


def uuid_of(managed_id: str) -> UUID | None:
    """An attachment's id is a UUID as Python writes it."""
    try:
        found = UUID(managed_id)
    except ValueError:
        return None
    return found if str(found) == managed_id else None

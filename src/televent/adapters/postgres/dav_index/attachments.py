"""Stores attachments in PostgreSQL as sealed chunks in a table (ADR 0018), and counts their bytes (ADR 0024)."""

from __future__ import annotations

import os
from collections.abc import Callable, Collection, Iterator
from datetime import datetime, timedelta
from uuid import UUID

import msgspec
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from televent.adapters.postgres.rows import Pool, Row, fetch
from televent.application.attachments import CHUNK, AttachmentRow, Upload
from televent.application.event_store.mapper import NONCE, ErasedSubject, SubjectKeys
from televent.application.refusals import QuotaExceeded
from televent.domain.ids import AccountId
from televent.ical.editing.attachments import mentioned

ABANDONED = timedelta(days=1)
"""Max time of an upload. After that an upload that did not finish is deleted."""
GRACE = timedelta(days=30)
"""Max time that an attachment without an object is kept, so that undo and restore find it."""
CHECK_EVERY = timedelta(hours=12)
"""Min time between two checks whether an attachment is still used."""
BATCH = 50
"""Max attachments checked in one batch."""
SETTLED = timedelta(minutes=5)
"""Max time between an upload and the object that uses it. An older attachment is in its object, or never will be."""
ROUNDS = 4
"""Max batches that one upload checks to free bytes. The next upload continues from there."""

BEGIN = """
    INSERT INTO attachment (tenant_id, attachment_id, described, created_at, looked_at, creator_id)
    VALUES (%s, %s, %s, %s, %s, %s)"""
ADD = "INSERT INTO attachment_chunk (tenant_id, attachment_id, ordinal, sealed) VALUES (%s, %s, %s, %s)"
# One statement counts the bytes and makes the attachment readable, so that two uploads at once cannot both take the
# last free bytes.
FINISH = """
    WITH charged AS (
        INSERT INTO attachment_quota AS quota (tenant_id, used)
        SELECT %(tenant)s, %(size)s WHERE %(size)s <= %(limit)s
        ON CONFLICT (tenant_id) DO UPDATE SET used = quota.used + excluded.used
        WHERE quota.used + excluded.used <= %(limit)s
        RETURNING tenant_id
    )
    UPDATE attachment SET size = %(size)s, chunks = %(chunks)s, looked_at = %(now)s
    FROM charged WHERE attachment.tenant_id = charged.tenant_id AND attachment_id = %(id)s"""
USED = "SELECT tenant_id, used FROM attachment_quota WHERE tenant_id = ANY (%s)"
DROP = """
    WITH gone AS (DELETE FROM attachment WHERE tenant_id = %s AND attachment_id = %s RETURNING tenant_id, size)
    UPDATE attachment_quota SET used = used - gone.size
    FROM gone WHERE attachment_quota.tenant_id = gone.tenant_id AND gone.size IS NOT NULL"""
# An attachment that is used again is marked in its row: the sweep and this statement lock the same row.
CLAIM = """
    WITH known AS (
        UPDATE attachment SET unused_since = NULL
        WHERE tenant_id = %(tenant)s AND attachment_id = ANY (%(ids)s) AND size IS NOT NULL AND removed_at IS NULL
            AND (%(sharee)s::uuid IS NULL OR creator_id = %(sharee)s)
        RETURNING tenant_id, attachment_id, size
    ), used AS (
        INSERT INTO attachment_use (tenant_id, attachment_id, uid)
        SELECT tenant_id, attachment_id, %(uid)s FROM known ON CONFLICT DO NOTHING
    )
    SELECT attachment_id, size FROM known"""
FIND = """
    SELECT described, size, chunks, created_at, removed_at IS NOT NULL, ARRAY(
        SELECT uid FROM attachment_use AS used
        WHERE used.tenant_id = attachment.tenant_id AND used.attachment_id = attachment.attachment_id ORDER BY uid
    )
    FROM attachment WHERE tenant_id = %s AND attachment_id = %s AND size IS NOT NULL"""
READ = "SELECT sealed FROM attachment_chunk WHERE tenant_id = %s AND attachment_id = %s AND ordinal = %s"
SWEEP_ABANDONED = "DELETE FROM attachment WHERE size IS NULL AND created_at < %s"
DUE = """
    SELECT tenant_id, attachment_id FROM attachment
    WHERE looked_at < %s AND size IS NOT NULL AND removed_at IS NULL ORDER BY looked_at LIMIT %s"""
SPARE = """
    SELECT attachment_id FROM attachment
    WHERE tenant_id = %s AND looked_at < %s AND size IS NOT NULL AND removed_at IS NULL
    ORDER BY unused_since NULLS LAST, looked_at LIMIT %s"""
TEXTS = """
    SELECT resource.ics FROM attachment_use AS used
    JOIN resource ON resource.tenant_id = used.tenant_id AND resource.uid = used.uid AND NOT resource.deleted
    WHERE used.tenant_id = %s AND used.attachment_id = %s"""
IN_USE = "UPDATE attachment SET looked_at = %s, unused_since = NULL WHERE tenant_id = %s AND attachment_id = %s"
UNUSED = """
    UPDATE attachment SET looked_at = %s, unused_since = coalesce(unused_since, %s)
    WHERE tenant_id = %s AND attachment_id = %s"""
# The id of a removed attachment stays, so that clients learn that it was there (RFC 8607 §3.12.5).
FORGET = """
    WITH gone AS (
        UPDATE attachment SET removed_at = %s, described = '', chunks = 0
        WHERE tenant_id = %s AND attachment_id = %s AND unused_since <= %s AND removed_at IS NULL
        RETURNING tenant_id, attachment_id, size
    ), chunks AS (
        DELETE FROM attachment_chunk AS chunk USING gone
        WHERE chunk.tenant_id = gone.tenant_id AND chunk.attachment_id = gone.attachment_id
    )
    UPDATE attachment_quota SET used = used - gone.size FROM gone WHERE attachment_quota.tenant_id = gone.tenant_id"""


class PostgresAttachments:
    """Stores and reads attachments. ``pool`` gives connections in autocommit mode. ``quota``: max bytes per account.
    Thread-safe."""

    def __init__(self, pool: Pool, keys: SubjectKeys, quota: int, entropy: Callable[[int], bytes] = os.urandom) -> None:
        self._pool = pool
        self._keys = keys
        self._quota = quota
        self._entropy = entropy

    @property
    def quota(self) -> int:
        """Max bytes of the attachments of one account."""
        return self._quota

    def used(self, tenants: Collection[AccountId]) -> dict[AccountId, int]:
        """The bytes that the attachments of each account take."""
        known = {AccountId(row[0]): row[1] for row in fetch(self._pool, USED, (list(tenants),))}
        return {tenant: known.get(tenant, 0) for tenant in tenants}

    def room(self, tenant: AccountId, wanted: int, now: datetime) -> int:
        """The free bytes of the account. Where ``wanted`` bytes are not free, it removes unused attachments before
        their GRACE ends."""
        room = self._quota - self.used([tenant])[tenant]
        for _ in range(ROUNDS):
            if room >= max(wanted, 1) or wanted > self._quota:
                break
            spare = fetch(self._pool, SPARE, (tenant, now - SETTLED, BATCH))
            for (attachment_id,) in spare:
                self._check_use(tenant, attachment_id, now, timedelta(0))
            room = self._quota - self.used([tenant])[tenant]
            if len(spare) < BATCH:
                break
        return max(room, 0)

    def begin(self, upload: Upload, now: datetime) -> None:
        """Begins an upload. Raises ErasedSubject, Outage."""
        tenant, attachment_id = upload.tenant, upload.attachment_id
        described = msgspec.msgpack.encode([upload.filename, upload.media_type])
        sealed = self._seal(tenant, attachment_id, "description", described)
        self._execute(BEGIN, tenant, attachment_id, sealed, now, now, upload.creator)

    def add(self, tenant: AccountId, attachment_id: UUID, ordinal: int, chunk: bytes) -> None:
        """Stores one chunk. Raises ErasedSubject, Outage."""
        self._execute(ADD, tenant, attachment_id, ordinal, self._seal(tenant, attachment_id, str(ordinal), chunk))

    def finish(self, tenant: AccountId, attachment_id: UUID, size: int, chunks: int, now: datetime) -> None:
        """Makes the attachment readable. Raises QuotaExceeded."""
        given = {"tenant": tenant, "id": attachment_id, "size": size, "chunks": chunks, "now": now}
        with self._pool.connection() as connection:
            done = connection.execute(FINISH, {**given, "limit": self._quota})
        if done.rowcount == 0:
            raise QuotaExceeded()

    def drop(self, tenant: AccountId, attachment_id: UUID) -> None:
        """Deletes the attachment with its chunks."""
        self._execute(DROP, tenant, attachment_id)

    def claim(self, tenant: AccountId, ids: frozenset[str], uid: str, sharee: AccountId | None) -> dict[str, int]:
        """Marks the attachments as used by the object, and returns their sizes in bytes by id. Only those of the
        account count; with ``sharee`` only those that this sharee attached."""
        known = [found for each in ids if (found := uuid_of(each)) is not None]
        with self._pool.connection() as connection:
            given = {"tenant": tenant, "ids": known, "sharee": sharee, "uid": uid}
            rows = connection.execute(CLAIM, given).fetchall()
        return {str(row[0]): row[1] for row in rows}

    def find(self, tenant: AccountId, attachment_id: UUID) -> tuple[AttachmentRow, tuple[str, ...]] | None:
        """The attachment and the UIDs that use it; None where it does not exist or the owner's key is destroyed."""
        rows = fetch(self._pool, FIND, (tenant, attachment_id))
        if not rows:
            return None
        described, size, chunks, created_at, removed, uids = rows[0]
        if removed:
            return AttachmentRow(tenant, attachment_id, "", "", size, 0, created_at, removed=True), tuple(uids)
        plain = self._unseal(tenant, attachment_id, "description", described)
        if plain is None:
            return None
        filename, media_type = msgspec.msgpack.decode(plain, type=tuple[str, str])
        return AttachmentRow(tenant, attachment_id, filename, media_type, size, chunks, created_at), tuple(uids)

    def read(self, row: AttachmentRow, start: int, end: int) -> Iterator[bytes]:
        """The attachment's bytes from ``start`` to before ``end``, in chunks of CHUNK bytes. Raises AttachmentVanished
        where it is removed meanwhile; the answer is then cut short."""
        for ordinal in range(start // CHUNK, -(-end // CHUNK)):
            rows = fetch(self._pool, READ, (row.tenant, row.attachment_id, ordinal))
            plain = self._unseal(row.tenant, row.attachment_id, str(ordinal), rows[0][0]) if rows else None
            if plain is None:
                raise AttachmentVanished(str(row.attachment_id))
            place = ordinal * CHUNK
            yield plain[max(start - place, 0) : end - place]

    def sweep(self, now: datetime) -> int:
        """Housekeeping: removes attachments that no object has used for GRACE. Returns how many it checked."""
        self._execute(SWEEP_ABANDONED, now - ABANDONED)
        due = fetch(self._pool, DUE, (now - CHECK_EVERY, BATCH))
        for tenant, attachment_id in due:
            self._check_use(tenant, attachment_id, now, GRACE)
        return len(due)

    def _check_use(self, tenant: AccountId, attachment_id: UUID, now: datetime, grace: timedelta) -> None:
        """Notes whether any object uses the attachment; removes it where none has used it for ``grace``."""
        texts: list[Row] = fetch(self._pool, TEXTS, (tenant, attachment_id))
        if any(mentioned(row[0], str(attachment_id)) for row in texts):
            self._execute(IN_USE, now, tenant, attachment_id)
        else:
            self._execute(UNUSED, now, now, tenant, attachment_id)
            self._execute(FORGET, now, tenant, attachment_id, now - grace)

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
    """An attachment was removed while it was read."""


def uuid_of(managed_id: str) -> UUID | None:
    """The UUID of a managed id; None where it is not a UUID as Python writes it."""
    try:
        found = UUID(managed_id)
    except ValueError:
        return None
    return found if str(found) == managed_id else None

"""The kinds of access that an owner can grant to a calendar, and the id of a share."""

from __future__ import annotations

from uuid import UUID, uuid5

READ = "read"
READ_WRITE = "read-write"
BUSY = "read-free-busy"
ACCESS = (BUSY, READ, READ_WRITE)
"""All kinds of access, the least first: see when the owner is busy (RFC 4791 §6.1.1), read events, change events."""


MANAGER = "manager"
WRITER = "writer"
READER = "reader"
ROLES = (READER, WRITER, MANAGER)
"""The roles of the members of a team calendar, the least first."""


def access_of(role: str) -> str:
    """The access that a role has."""
    return READ if role == READER else READ_WRITE


def share_id(calendar_id: UUID, sharee: UUID) -> UUID:
    """The id of one calendar's share with one person. It stays the same when the grant is withdrawn and given again."""
    return uuid5(calendar_id, str(sharee))

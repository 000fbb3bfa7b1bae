"""The inbox collection of an account: its name and its id."""

from __future__ import annotations

import hashlib
from uuid import UUID

from televent.domain.ids import AccountId

INBOX = "inbox"
"""The name of the collection that holds scheduling messages; no calendar may have it."""


def inbox_of(tenant: AccountId) -> UUID:
    """The id of an account's inbox collection. It needs no fact: every account has an inbox.

    The id is an MD5 hash, because a migration must compute the same id in SQL, and PostgreSQL has no other built-in
    hash of 16 bytes.
    """
    return UUID(hashlib.md5(f"{tenant}/inbox".encode(), usedforsecurity=False).hexdigest())

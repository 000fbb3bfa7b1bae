"""Ports of the place in which the keys of persons are kept apart from the facts, and of the key that wraps them."""

from __future__ import annotations

from typing import Protocol
from uuid import UUID


class KeyVault(Protocol):
    """Keeps keys apart from the database. A process that is killed at any step leaves a whole key, or none.

    Each method raises Outage where the place cannot be used.
    """

    def make(self, subject: UUID, fresh: bytes) -> bytes | None:
        """The person's key, which is ``fresh`` where there is none; None where it is destroyed. It is on the disk."""
        ...

    def read(self, subject: UUID) -> bytes | None:
        """The person's key; None where it is destroyed. Raises Outage also where there is none: it is elsewhere."""
        ...

    def destroy(self, subject: UUID) -> None:
        """Destroys the key for good, and notes that it was destroyed. Idempotent."""
        ...


class MasterKey(Protocol):
    """Wraps the keys of persons: keys in the environment or in a file here, or those of a key management service (KMS).

    ``subject`` is bound to the result, so that a wrapped key is of no use for another person.
    """

    def wrap(self, key: bytes, subject: UUID) -> bytes:
        """The key, encrypted under the newest master key."""
        ...

    def unwrap(self, wrapped: bytes, subject: UUID) -> bytes:
        """The key. Raises MasterKeyMissing where it was wrapped with another master key, or is damaged."""
        ...

    def current(self, wrapped: bytes) -> bool:
        """Whether it was wrapped with the newest master key."""
        ...

    def reload(self) -> None:
        """Reads the master keys again: another process may have changed them."""
        ...

    def begin_rotation(self) -> None:
        """Makes a new master key the newest one. An interrupted rotation goes on with the one that it made."""
        ...

    def end_rotation(self) -> None:
        """Forgets the older master keys, because nothing is wrapped with them any more."""
        ...


class MasterKeyMissing(Exception):
    """A key was wrapped with a master key that is not here, or there is no usable master key. The message is a
    sentence."""

"""Device passwords: how they are made, stored and checked.

Argon2id with 19 MiB, two passes, one lane: the first of the profiles that OWASP calls equivalent; measured at 18 ms,
against 126 ms of the library's own default (ADR 0011). A selector beside each hash tells which hash to check (ADR 32).
"""

from __future__ import annotations

import secrets
import string
from dataclasses import dataclass
from hashlib import blake2b
from uuid import UUID

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

ALPHABET = string.digits + string.ascii_letters
LENGTH = 16
SELECTOR_BYTES = 4
"""Bytes of a selector: 32 bits of a digest of 95 random bits."""


def selector(account: UUID, password: str) -> str:
    """The selector of a password: which of the account's devices may have it. It is no proof: check the hash."""
    given = password.encode("utf-8", "surrogatepass")
    return blake2b(given, digest_size=SELECTOR_BYTES, key=account.bytes, person=b"device selector").hexdigest()


@dataclass(frozen=True)
class HashCost:
    """The cost of one Argon2id hash: passes over the memory, KiB of memory, lanes. The default is for production."""

    passes: int = 2
    memory: int = 19 * 1024
    lanes: int = 1


class Passwords:
    """Makes and checks device passwords. Hashing is slow on purpose: call it in a thread."""

    def __init__(self, cost: HashCost = HashCost()) -> None:
        self._hasher = PasswordHasher(cost.passes, cost.memory, cost.lanes)
        self.decoy = self._hasher.hash(secrets.token_urlsafe(16))
        """A hash that no password has: checked where there is none to check, so that it takes as long."""

    def new(self) -> str:
        """Sixteen characters of [0-9a-zA-Z]: 95 bits."""
        return "".join(secrets.choice(ALPHABET) for _ in range(LENGTH))

    def code(self) -> str:
        """Six digits, for a mail that proves who reads it."""
        return f"{secrets.randbelow(1_000_000):06}"

    def token(self) -> bytes:
        """Thirty-two random bytes."""
        return secrets.token_bytes(32)

    def same(self, stored: str, given: str) -> bool:
        """Whether two hashes are equal, in a time that does not tell where they differ. Both are ASCII."""
        return secrets.compare_digest(stored, given)

    def hash(self, password: str) -> str:
        return self._hasher.hash(password)

    def verify(self, stored: str, password: str) -> bool:
        """True for the right password; False for a wrong one, and for a stored text that is no hash."""
        try:
            return self._hasher.verify(stored, password)
        except (VerificationError, InvalidHashError):
            return False

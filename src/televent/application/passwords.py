"""Device passwords: how they are made, stored and checked.

Argon2id with 19 MiB, two passes, one lane: the first of the profiles that OWASP calls equivalent; measured at 18 ms,
against 126 ms of the library's own default (ADR 0011).
"""

from __future__ import annotations

import secrets
import string
from dataclasses import dataclass

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

ALPHABET = string.digits + string.ascii_letters
LENGTH = 16


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

    def new(self) -> str:
        """Sixteen characters of [0-9a-zA-Z]: 95 bits."""
        return "".join(secrets.choice(ALPHABET) for _ in range(LENGTH))

    def hash(self, password: str) -> str:
        return self._hasher.hash(password)

    def verify(self, stored: str, password: str) -> bool:
        """True for the right password; False for a wrong one, and for a stored text that is no hash."""
        try:
            return self._hasher.verify(stored, password)
        except (VerificationError, InvalidHashError):
            return False

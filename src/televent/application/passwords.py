"""Device passwords: how they are made, stored and checked.

Argon2id with 19 MiB, two passes, one lane: the first of the profiles that OWASP calls equivalent; measured at 18 ms,
against 126 ms of the library's own default (ADR 0011).
"""

from __future__ import annotations

import secrets
import string

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

ALPHABET = string.digits + string.ascii_letters
LENGTH = 16


class Passwords:
    """Makes and checks device passwords. Slow by intent: call it in a thread."""

    def __init__(self) -> None:
        self._hasher = PasswordHasher(time_cost=2, memory_cost=19 * 1024, parallelism=1)

    def new(self) -> str:
        """Sixteen characters of [0-9a-zA-Z]: 95 bits."""
        return "".join(secrets.choice(ALPHABET) for _ in range(LENGTH))

    def hash(self, password: str) -> str:
        return self._hasher.hash(password)

    def verify(self, stored: str, password: str) -> bool:
        """False for a wrong password, and for a stored hash that is none."""
        try:
            return self._hasher.verify(stored, password)
        except (VerificationError, InvalidHashError):
            return False

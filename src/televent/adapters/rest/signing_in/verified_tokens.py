"""Access tokens whose signature was verified before. Whether their session has ended is asked with each request."""

from __future__ import annotations

import secrets
from collections import OrderedDict
from collections.abc import Callable
from datetime import UTC, datetime
from hashlib import blake2b
from typing import Final, Generic, Protocol, TypeVar

MAX_TOKENS: Final = 10_000
"""Max tokens that a process remembers."""


class Expiring(Protocol):
    """Somebody for whom a token speaks until a time; None: for ever."""

    @property
    def expires(self) -> datetime | None: ...


P = TypeVar("P", bound=Expiring)


class VerifiedTokens(Generic[P]):
    """Remembers tokens until they expire, or until other keys count. It keeps no token, only a digest under a secret of
    the process. It belongs to one event loop."""

    def __init__(self, most: int = MAX_TOKENS) -> None:
        self._most = most
        self._secret = secrets.token_bytes(32)
        self._keys: tuple[str, ...] = ()
        self._kept: OrderedDict[bytes, P] = OrderedDict()

    def read(self, encoded: str, keys: tuple[str, ...], verify: Callable[[str, tuple[str, ...]], P | None]) -> P | None:
        """The person of a token that one of the keys has signed and that has not expired. ``verify`` reads one that is
        not known."""
        if keys != self._keys:
            self._keys = keys
            self._kept.clear()
        digest = blake2b(encoded.encode(), key=self._secret, digest_size=16).digest()
        known = self._kept.get(digest)
        if known is not None and known.expires is not None and datetime.now(UTC) < known.expires:
            self._kept.move_to_end(digest)
            return known
        found = verify(encoded, keys)
        if found is None:
            self._kept.pop(digest, None)
            return None
        self._kept[digest] = found
        if len(self._kept) > self._most:
            self._kept.popitem(last=False)
        return found

"""The port to the DNS: TXT records by name. Tests bring a zone of their own."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final, Protocol

MAX_RECORDS: Final = 20
"""Max TXT records of one name that are looked at."""
MAX_RECORD: Final = 4096
"""Max bytes of a TXT record. A key of 4096 bits takes some 750."""


class NoAnswer(Exception):
    """The DNS did not answer in time, or answered that it failed. The same question may have an answer later."""


class TxtRecords(Protocol):
    """Looks up TXT records."""

    async def txt(self, name: str) -> Sequence[bytes]:
        """The TXT records of a name, the strings of each joined (RFC 6376 §3.6.2.2); () where there are none.

        ``name``: ASCII, without a dot at its end. Raises NoAnswer.
        """
        ...

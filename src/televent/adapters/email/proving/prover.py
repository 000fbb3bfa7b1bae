"""Verifies the author of a mail: reads its claims, asks the DNS, judges (RFC 6376, RFC 7489, RFC 8617)."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Collection
from datetime import datetime
from typing import Any, Final, Protocol, TypeVar

from televent.adapters.email.proving.claims import claims_of, judged
from televent.adapters.email.proving.names import MAX_RECORDS, NoAnswer, TxtRecords
from televent.adapters.email.proving.verdict import Proof

TOTAL: Final = 2.0
"""Max seconds for all questions to the DNS about one mail."""
SERVICES: Final = frozenset({"google.com"})
"""The domains that sign mails which they write for their users."""
T = TypeVar("T")


class Run(Protocol):
    """Calls synchronous code in a thread."""

    def __call__(self, function: Callable[..., T], *args: Any) -> Awaitable[T]: ...


class Prover:
    """Verifies authors by DKIM and ARC. ``relays``: the domains of mailing lists and forwarders that are believed."""

    def __init__(self, names: TxtRecords, run: Run, relays: Collection[str] = ()) -> None:
        self._names = names
        self._run = run
        self._relays = frozenset(relays)

    async def prove(self, raw: bytes, domain: str, at: datetime) -> Proof:
        """The proof that the mail is from ``domain``, which is that of From. ``at``: when the mail came.

        Raises BeyondBounds.
        """
        claims = await self._run(lambda: claims_of(raw, domain, at, relays=self._relays, services=SERVICES))
        answers = await self._answers(claims.wanted)
        return await self._run(judged, claims, answers)

    async def _answers(self, wanted: Collection[str]) -> dict[str, list[bytes]]:
        """The records of the names that were answered in time."""
        if not wanted:
            return {}
        tasks = {name: asyncio.create_task(self._records(name)) for name in wanted}
        done, late = await asyncio.wait(tasks.values(), timeout=TOTAL)
        for task in late:
            task.cancel()
        answers = {name: task.result() for name, task in tasks.items() if task in done}
        return {name: records for name, records in answers.items() if records is not None}

    async def _records(self, name: str) -> list[bytes] | None:
        try:
            return list(await self._names.txt(name))[:MAX_RECORDS]
        except NoAnswer:
            return None

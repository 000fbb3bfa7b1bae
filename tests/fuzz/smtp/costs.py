"""Measures what reading each mail of the corpus costs: processor time, and memory above the mail's size."""

from __future__ import annotations

import time
import tracemalloc
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Final

from fuzz.smtp.corpus import CORPUS, EDGE
from televent.adapters.email.incoming.bounces import bounced_token, reports_failure
from televent.adapters.email.incoming.find import calendar_part, is_report
from televent.adapters.email.incoming.trust import sender_of, stated
from televent.adapters.email.proving.claims import claims_of
from televent.adapters.email.reading.bounds import BeyondBounds
from televent.adapters.email.reading.parts import parse_mail

NOW: Final = datetime(2026, 11, 21, tzinfo=UTC)
MS: Final = 50
"""Max milliseconds of processor time for the structure, headers and content of a hostile mail."""
CALENDAR_MS: Final = 250
"""Max milliseconds where the mail has a calendar within the bounds of calendars, or a body of 5 MB that is hashed for
signatures in both forms."""
MB: Final = 20
"""Max megabytes above the size of the mail."""


@dataclass(frozen=True)
class Cost:
    """The cost of one mail; ``result`` is the reply that refuses it, or what was found."""

    name: str
    size: int
    milliseconds: float
    megabytes: float
    result: str
    is_costly: bool

    @property
    def excessive(self) -> bool:
        """Whether it is above a bound."""
        return self.milliseconds > (CALENDAR_MS if self.is_costly else MS) or self.megabytes > MB

    def __str__(self) -> str:
        mark = "  TOO MUCH" if self.excessive else ""
        size, spent, memory = f"{self.size / 1e6:.2f} MB", f"{self.milliseconds:.1f} ms", f"{self.megabytes:.1f} MB"
        return f"{self.name:40} {size:>8} {spent:>9} {memory:>8}  {self.result[:60]}{mark}"


def read(raw: bytes) -> tuple[str, bool]:
    """The result of a mail before the database is asked; and whether a calendar in it was read, or its body hashed."""
    try:
        mail = parse_mail(raw)
    except BeyondBounds as error:
        return error.reply, False
    sender = sender_of(mail, stated(mail, EDGE.decode()))
    hashed = False
    if sender.address:
        # With no mail server in front of us, signatures are read too.
        claims = claims_of(raw, sender.address.rpartition("@")[2], NOW, relays=["lists.example.org"])
        hashed = claims.broken or bool(claims.signatures)
    if is_report(mail, "zed@example.net"):
        return f"report {reports_failure(mail)} {bounced_token(mail, 'televent.app')}", False
    found = calendar_part(mail)
    if found is None:
        return f"no calendar, from {sender.address!r}", hashed
    return (found.note or "a calendar") if found.message is None else f"{found.message.method} {found.note}", True


def costs() -> Iterator[Cost]:
    """The cost of each mail. Time is the least of three readings, because other programs disturb it."""
    for name, make in CORPUS.items():
        raw = make()
        spent = []
        for _ in range(3):
            begun = time.thread_time()
            result, is_costly = read(raw)
            spent.append(time.thread_time() - begun)
        tracemalloc.start()
        read(raw)
        peak = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
        yield Cost(name, len(raw), min(spent) * 1000, peak / 1e6, result, is_costly)

"""Which kinds of events, in which versions, a store has."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from televent.adapters.postgres.rows import Pool, fetch
from televent.application.event_store.catalogue import NAMES, UPCASTERS

VERSIONS: Final = "SELECT topic, count(*), min(recorded_at), max(recorded_at) FROM event GROUP BY topic ORDER BY topic"


@dataclass(frozen=True, slots=True)
class StoredVersion:
    """A stored name ("rsvp-given/1"). ``first``, ``last``: when such events were recorded. ``read_as``: the name whose
    shape this program reads it in; None: it cannot read it."""

    name: str
    events: int
    first: datetime
    last: datetime
    read_as: str | None


def stored_versions(pool: Pool) -> Sequence[StoredVersion]:
    """All stored names of the log, in the order of the alphabet. Reads every event's name once."""
    rows = fetch(pool, VERSIONS, ())
    return [StoredVersion(name, events, first, last, _read_as(name)) for name, events, first, last in rows]


def _read_as(name: str) -> str | None:
    while name in UPCASTERS:
        name = UPCASTERS[name][0]
    return name if name in NAMES else None

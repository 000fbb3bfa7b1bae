"""Fills a Radicale calendar without a server: the files, and Radicale's cache entry for each file.

The cache has Radicale's own format, so the calendar is in the same state as after a PUT of every event. Without the
cache the first request would parse every event, which takes minutes.
"""

from __future__ import annotations

import binascii
import os
import pickle
import sys
from datetime import timedelta
from hashlib import sha256
from pathlib import Path

from radicale import item, storage  # type: ignore[import-not-found]

from bench import events

CACHE = Path(".Radicale.cache")


def fill(folder: Path, count: int) -> None:
    """Writes the first ``count`` events of the bench into ``folder``, a calendar made by MKCALENDAR."""
    items, history = folder / CACHE / "item", folder / CACHE / "history"
    for each in (items, history):
        each.mkdir(parents=True, exist_ok=True)
    for number in range(count):
        raw, name = events.event(number), events.name(number)
        text, start = raw.decode(), events.start_of(number)
        last = start + timedelta(weeks=events.occurrences(number) - 1, hours=1)
        digest = sha256(storage.CACHE_VERSION + raw).hexdigest()
        etag = item.get_etag(text)
        span = (int(start.timestamp()), int(last.timestamp()))
        known = (digest, events.uid(number), etag, text, "VCALENDAR", "VEVENT", *span)
        history_etag = item.get_etag(binascii.hexlify(os.urandom(16)).decode() + "/" + etag).strip('"')
        (folder / name).write_bytes(raw)
        (items / name).write_bytes(pickle.dumps(known))
        (history / name).write_bytes(pickle.dumps([etag, history_etag]))


if __name__ == "__main__":
    fill(Path(sys.argv[1]), int(sys.argv[2]))

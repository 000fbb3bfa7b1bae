"""Fills a Radicale calendar that no server has open: the files, and beside each what Radicale remembers of it.

Its memory is written in Radicale's own form, so that it finds the calendar as if every event had come by PUT; without
it the first request would parse each event, for minutes.
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

MEMORY = Path(".Radicale.cache")


def fill(folder: Path, count: int) -> None:
    """``folder``: a calendar made by MKCALENDAR."""
    items, history = folder / MEMORY / "item", folder / MEMORY / "history"
    for each in (items, history):
        each.mkdir(parents=True, exist_ok=True)
    for number in range(count):
        raw, name = events.event(number), events.name(number)
        text, start = raw.decode(), events.start_of(number)
        last = start + timedelta(weeks=events.occurrences(number) - 1, hours=1)
        seen = sha256(storage.CACHE_VERSION + raw).hexdigest()
        etag = item.get_etag(text)
        span = (int(start.timestamp()), int(last.timestamp()))
        known = (seen, events.uid(number), etag, text, "VCALENDAR", "VEVENT", *span)
        told = item.get_etag(binascii.hexlify(os.urandom(16)).decode() + "/" + etag).strip('"')
        (folder / name).write_bytes(raw)
        (items / name).write_bytes(pickle.dumps(known))
        (history / name).write_bytes(pickle.dumps([etag, told]))


if __name__ == "__main__":
    fill(Path(sys.argv[1]), int(sys.argv[2]))

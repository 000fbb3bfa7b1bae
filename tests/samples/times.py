"""The start of a component as expected.json writes it, and where the SPEC means another one."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Final

from televent.ical.text.tree import Component
from televent.ical.text.values import Moment
from televent.ical.zones.moments import moment_of

OTHER_TIME: Final = {
    # The mail describes "Pacific SA Standard Time" by rules of 2011; SPEC B4 takes a Windows name from the database.
    "eml/outlook2010-zco-dl.eml": ("2025-08-18T13:00:00Z", "2025-08-18T14:00:00Z"),
}
"""Samples where expected.json has another time than the SPEC; the SPEC counts: the time there, and the stored one."""


def written(moment: Moment | None) -> str | None:
    """A moment as expected.json writes it."""
    if moment is None:
        return None
    if not isinstance(moment, datetime):
        return moment.isoformat()
    if moment.tzinfo is None:
        return f"{moment.isoformat()} (floating)"
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def start_of(component: Component, root: Component) -> str | None:
    """The start of a component of that calendar."""
    line = component.get("DTSTART")
    return written(moment_of(line, root, {})) if line is not None else None


def as_meant(name: str, wanted: str | None, found: str | None) -> bool:
    """Whether a sample starts when it should. ``wanted``: the start in expected.json."""
    return found == wanted or (wanted, found) == OTHER_TIME.get(name)

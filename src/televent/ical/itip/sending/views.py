"""What one attendee may see of the organizer's object: RFC 6638 §3.2.6."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

from televent.ical.itip.parts import Parts, is_cancelled, line, occurrence, spelled
from televent.ical.itip.people import organizer_of, served
from televent.ical.text.tree import Component


@dataclass(frozen=True, slots=True)
class View:
    """One recipient's part of an object. *excluded*: occurrences of his series that are not for him."""

    parts: Parts
    components: dict[str | None, Component]
    excluded: frozenset[str]

    @property
    def shape(self) -> tuple[int, tuple[str | None, ...], frozenset[str]]:
        """What tells this view from others of the same object: most of the recipients share one."""
        return id(self.parts), tuple(self.components), self.excluded

    @property
    def master(self) -> Component | None:
        """The series, where he is asked to it."""
        return self.components.get(None)

    def absent(self) -> frozenset[str]:
        """Every occurrence that he must not come to: excluded for all by EXDATE, or for him."""
        if self.master is None:
            return frozenset()
        return self.excluded | self.parts.moments(self.master, "EXDATE")

    def at(self, rid: str | None) -> Component | None:
        """What he is asked to at that occurrence: its own component, else the one that the series gives."""
        found = self.components.get(rid)
        if found is not None or rid is None or self.master is None or rid in self.absent():
            return found
        return occurrence(self.parts, rid)

    def sent(self) -> list[Component]:
        """Copies of his components; the series has an EXDATE for each occurrence that is not his."""
        copies = []
        for rid, component in self.components.items():
            copy = component.copy()
            if rid is None:
                for gone in sorted(self.excluded - self.parts.moments(component, "EXDATE")):
                    spelling = spelled(self.parts, gone)
                    if spelling is not None:
                        copy.add(line("EXDATE", spelling[1], spelling[0]))
            copies.append(copy)
        return copies


def view(parts: Parts | None, address: str, me: Collection[str]) -> View | None:
    """What *address* is asked to by the server for the organizer *me*; None where that is nothing."""
    if parts is None:
        return None
    components: dict[str | None, Component] = {}
    excluded: set[str] = set()
    for rid, component in parts.items():
        asked = served(parts.attendees(component).get(address)) and organizer_of(component) in me
        if asked and not (rid is not None and is_cancelled(component)):
            components[rid] = component
        elif rid is not None:
            excluded.add(rid)
    return View(parts, components, frozenset(excluded)) if components else None

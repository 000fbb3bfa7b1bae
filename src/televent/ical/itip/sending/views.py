"""The part of an organizer's object that one attendee may see: RFC 6638 §3.2.6."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

from televent.ical.itip.parts import Parts, is_cancelled, line, occurrence, spelled
from televent.ical.itip.people import organizer_of, served
from televent.ical.text.tree import Component


@dataclass(frozen=True, slots=True)
class View:
    """One recipient's part of an object. *excluded*: occurrences of the series that the recipient is not invited to."""

    parts: Parts
    components: dict[str | None, Component]
    excluded: frozenset[str]

    @property
    def shape(self) -> tuple[int, tuple[str | None, ...], frozenset[str]]:
        """A key that is equal for equal views of the same object; most recipients share one."""
        return id(self.parts), tuple(self.components), self.excluded

    @property
    def master(self) -> Component | None:
        """The series, where the recipient is invited to it."""
        return self.components.get(None)

    def absent(self) -> frozenset[str]:
        """Every occurrence that the recipient is not invited to: excluded for all by EXDATE, or for them alone."""
        if self.master is None:
            return frozenset()
        return self.excluded | self.parts.moments(self.master, "EXDATE")

    def dates(self) -> set[str]:
        """The occurrences that RDATEs of the series add."""
        return self.parts.moments(self.master, "RDATE") if self.master is not None else set()

    def at(self, rid: str | None) -> Component | None:
        """The component that describes the occurrence for the recipient: its own, else that of the series."""
        found = self.components.get(rid)
        if found is not None or rid is None or self.master is None or rid in self.absent():
            return found
        return occurrence(self.parts, rid)

    def sent(self) -> list[Component]:
        """Copies of the recipient's components; the series gets an EXDATE for each excluded occurrence."""
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
    """The part that *address* is invited to by the server for the organizer *me*; None where there is none."""
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

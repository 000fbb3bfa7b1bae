"""Compares what one attendee sees of two versions of an organizer's object: RFC 6638 §3.2.1.2, §3.2.8."""

from __future__ import annotations

from collections.abc import Hashable
from dataclasses import dataclass, field
from typing import Final

from televent.ical.itip.changes import moved_place, people, rule_of, wording
from televent.ical.itip.people import partstat_of
from televent.ical.itip.rescheduling import rescheduled
from televent.ical.itip.sending.views import View
from televent.ical.itip.series import planned

NOTHING, ANSWERS, GUESTS, TEXTS, TIMES = range(5)
"""The change that an attendee sees: none, only others' answers, only the list of guests, texts, or time, recurrence or
place."""
MAX_SINGLE_CANCELS: Final = 50
"""Max occurrences cancelled one by one in a message; for more the whole series is sent again."""


@dataclass(frozen=True, slots=True)
class Comparison:
    """Compares two versions for one attendee after the other; most of them share the results."""

    _levels: dict[Hashable, int] = field(default_factory=dict)
    _moved: dict[str | None, bool] = field(default_factory=dict)
    _gone: dict[Hashable, set[str]] = field(default_factory=dict)

    def level(self, old: View, new: View, rid: str | None) -> int:
        """The change of the occurrence that the attendee sees, the greatest one: NOTHING to TIMES."""
        key = (old.shape, new.shape, rid)
        if key not in self._levels:
            self._levels[key] = self._compared(old, new, rid)
        return self._levels[key]

    def moved(self, old: View, new: View, rid: str | None) -> bool:
        """Whether the component of the occurrence asks its attendees again because of its time."""
        if rid not in self._moved:
            self._moved[rid] = rescheduled(old.parts, new.parts, rid)
        return self._moved[rid]

    def _compared(self, old: View, new: View, rid: str | None) -> int:
        before, after = old.at(rid), new.at(rid)
        if after is None:
            return NOTHING
        if before is None or moved_place(before, after) or rule_of(before) != rule_of(after):
            return TIMES
        if self.moved(old, new, rid) or old.parts.span(before) != new.parts.span(after):
            return TIMES
        were, are = people(before), people(after)
        if wording(before) != wording(after):
            return TEXTS
        if were.keys() != are.keys():
            return GUESTS
        return ANSWERS if were != are else NOTHING

    def gone(self, old: View, new: View) -> set[str]:
        """The occurrences that the attendee was asked to and no longer is."""
        key = (old.shape, new.shape)
        if key not in self._gone:
            self._gone[key] = _gone(old, new)
        return self._gone[key]

    @staticmethod
    def taken_back(old: View, new: View, to: str) -> set[str | None]:
        """The components in which the organizer has set an answer of *to* back to NEEDS-ACTION (RFC 6638 §3.2.8)."""
        found: set[str | None] = set()
        for rid, component in new.components.items():
            before = old.components.get(rid) or old.master
            if before is None or partstat_of(new.parts.attendees(component).get(to)) != "NEEDS-ACTION":
                continue
            if partstat_of(old.parts.attendees(before).get(to)) != "NEEDS-ACTION":
                found.add(rid)
        return found


def _gone(old: View, new: View) -> set[str]:
    if new.master is None:
        return {rid for rid in old.components if rid is not None and rid not in new.components}
    if old.master is None:
        return set()
    gone = {rid for rid in new.absent() - old.absent() if rid not in new.components}
    dates = old.dates() - new.dates() - old.absent() - gone - new.components.keys()
    if len(dates) > MAX_SINGLE_CANCELS:
        return gone | dates
    return gone | {rid for rid in dates if not planned(new.parts, rid)}

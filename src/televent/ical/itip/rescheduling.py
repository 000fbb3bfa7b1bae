"""Decides which occurrences a change reschedules, so that attendees must answer again: RFC 6638 §3.2.8.

Instances are compared, and not the lines that describe them. An occurrence has another time also where its override is
gone or where the zone of the series changed. It has the same time where only its DTEND became a DURATION.
"""

from __future__ import annotations

from collections.abc import Collection
from typing import Final

from televent.ical.itip.changes import rule_of
from televent.ical.itip.moments import moment_of
from televent.ical.itip.parts import Parts, is_cancelled, occurrence
from televent.ical.itip.series import planned, ruled
from televent.ical.text.errors import IcalError
from televent.ical.text.tree import Component
from televent.ical.text.values import canonical

_MAX_LOOKED_UP: Final = 100
"""Max excluded dates that are looked up in the rule. Where more come back at once, one of them is an instance."""
_ENDS: Final = ("UNTIL", "COUNT")


def called_off(parts: Parts) -> set[str]:
    """The occurrences that do not take place: excluded by EXDATE, or with an override of STATUS:CANCELLED."""
    excluded = parts.moments(parts.master, "EXDATE") if parts.master is not None else set()
    return excluded | {rid for rid in parts.overrides if _cancelled(parts, rid)}


def _cancelled(parts: Parts, rid: str) -> bool:
    """Whether the occurrence alone is cancelled by STATUS, and not with the whole series."""
    override = parts.overrides.get(rid)
    whole = parts.master is not None and is_cancelled(parts.master)
    return override is not None and is_cancelled(override) and not whole


def rescheduled(old: Parts, new: Parts, rid: str | None) -> bool:
    """Whether the component of *new* for the occurrence *rid* (None: the series) asks its attendees again.

    *old* and *new* are two versions of the organizer's object. False where *old* describes nothing to compare it with.
    """
    after = new.get(rid)
    if after is None:
        return False
    if rid is None:
        return series_rescheduled(old, new)
    before = old.get(rid)
    if is_cancelled(after) or (before is None and old.master is None):
        return False
    if _cancelled(old, rid) or (before is None and (rid in called_off(old) or not planned(old, rid))):
        # It takes place again, or for the first time.
        return True
    before = before or occurrence(old, rid)
    if before is None or old.span(before) != new.span(after):
        return True
    return _moves_later_ones(new, rid) and not _moves_later_ones(old, rid)


def series_rescheduled(old: Parts, new: Parts, *, own_exclusions: Collection[str] = ()) -> bool:
    """Whether the series, or the single event, has another time or new instances, or instances that are back.

    An instance that is back with an override of its own counts as that override's. *own_exclusions* are EXDATEs of
    *old* that the owner of the copy, an attendee, added. The organizer's text never has them, so their absence in *new*
    is no change.
    """
    before, after = old.master, new.master
    if before is None or after is None:
        return False
    if old.span(before) != new.span(after) or (before.get("RRULE") is not None and after.get("RRULE") is None):
        return True
    if _dates(new, after) - _dates(old, before):
        return True
    if any(_moves_later_ones(old, rid) and not _moves_later_ones(new, rid) for rid in old.overrides):
        return True
    back = called_off(old) - called_off(new) - set(own_exclusions) - new.overrides.keys()
    if len(back) > _MAX_LOOKED_UP or any(planned(new, rid) for rid in back):
        return True
    return after.get("RRULE") is not None and _adds_instances(old, before, new, after)


def _dates(parts: Parts, master: Component) -> set[tuple[str, str]]:
    """The RDATEs, each with the end of its PERIOD, empty where it has none."""
    return {
        (canonical(moment), value.partition("/")[2].strip())
        for prop in master.all("RDATE")
        for value in prop.value.split(",")
        if (moment := moment_of(prop, parts.zones, value.partition("/")[0])) is not None
    }


def _moves_later_ones(parts: Parts, rid: str) -> bool:
    """Whether the override moves all later occurrences too (RANGE=THISANDFUTURE, RFC 5545 §3.2.13)."""
    override = parts.overrides.get(rid)
    named = override.get("RECURRENCE-ID") if override is not None else None
    if override is None or named is None or (named.param("RANGE") or "").strip().upper() != "THISANDFUTURE":
        return False
    plain = occurrence(parts, rid)
    return plain is None or parts.span(plain) != parts.span(override)


def _adds_instances(old: Parts, before: Component, new: Parts, after: Component) -> bool:
    """Whether the rule of *after* makes an instance that the rule of *before* does not make.

    The first instances of both are compared, as :func:`ruled` lists them; in longer series the ends of the rules too.
    """
    same_zone = _zone(old, before) == _zone(new, after)
    if same_zone and rule_of(before) == rule_of(after):
        return False
    try:
        were, all_before = ruled(old, before)
        are, all_after = ruled(new, after)
    except IcalError:
        return not (same_zone and _shortened(before, after))
    if all_after or all_before:
        return not all_after or not are <= were
    # Both go on. Each list ends at another time, so they are compared as far as both reach.
    last = min(max(were), max(are))
    if {each for each in are if each <= last} - were:
        return True
    ends = [{part for part in rule_of(each) if part[0] in _ENDS} for each in (before, after)]
    return ends[0] != ends[1] and not _shortened(before, after)


def _zone(parts: Parts, master: Component) -> object:
    """The zone whose wall clock the series keeps; True for UTC; None for a floating time or a date."""
    head = master.get("DTSTART") or master.get("DUE")
    if head is None or head.value.strip().upper().endswith("Z"):
        return head is not None
    tzid = head.param("TZID")
    return parts.zones.get(tzid) if tzid else None


def _shortened(before: Component, after: Component) -> bool:
    """Whether the rule is the same with an earlier end: attendees keep their answers then (RFC 6638 §3.2.8, RRULE)."""
    earlier, later = rule_of(before), rule_of(after)
    was = {name: value for name, value in earlier if name in _ENDS}
    now = {name: value for name, value in later if name in _ENDS}
    if {part for part in earlier if part[0] not in _ENDS} != {part for part in later if part[0] not in _ENDS}:
        return False
    if not was or was.keys() != now.keys():
        return not was
    if "COUNT" in was:
        return was["COUNT"].isdigit() and now["COUNT"].isdigit() and int(now["COUNT"]) <= int(was["COUNT"])
    return len(was["UNTIL"]) == len(now["UNTIL"]) and now["UNTIL"] <= was["UNTIL"]

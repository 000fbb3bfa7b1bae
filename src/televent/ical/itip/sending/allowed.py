"""Keeps the allowed part of an attendee's PUT and restores the organizer's part: RFC 6638 §3.2.2.1.

A change that is not allowed is undone, not refused. A client may rewrite a description that it does not understand; its
answer is still accepted.
"""

from __future__ import annotations

from collections.abc import Collection

from televent.ical.itip.overlay import answering, exclude, lay, lay_attendees, mark_busy
from televent.ical.itip.parts import Parts, is_cancelled, occurrence, parts_of, parts_to_edit
from televent.ical.itip.people import address_of, addresses, attendees_of, partstat_of
from televent.ical.itip.precedence import EMPTY, Ledger
from televent.ical.itip.roles import organizer_in
from televent.ical.itip.series import planned
from televent.ical.objects.calendar_text import CalendarText
from televent.ical.text.tree import Component, Property


def mend_attendee_put(
    stored: CalendarText,
    new: CalendarText,
    *,
    me: Collection[str],
    known: Ledger = EMPTY,
    merge: bool = False,
) -> CalendarText:
    """*new* with the organizer's part as *stored* has it; the same object where nothing must change.

    The attendee's part is: PARTSTAT on their own line, alarms, TRANSP, COMMENT, CATEGORIES, COLOR, X- lines, COMPLETED,
    PERCENT-COMPLETE, new EXDATEs, and overrides that change nothing else. EXDATEs of *stored* stay, unless *known*
    shows that the attendee added them. *me* are the attendee's addresses. *merge*: an answer that *stored* has and
    *new* does not have is kept. Raises IcalError.
    """
    mine = addresses(me)
    before, after = parts_of(stored), parts_to_edit(new)
    if before.uid != after.uid or before.kind != after.kind:
        return new
    organizer = organizer_in(before)
    if after.master is None and before.master is not None:
        after.add(None, before.master.copy())
    elif after.master is not None and before.master is None:
        after.remove(None)
    if before.master is not None and after.master is not None:
        _mend(after.master, before.master, mine, merge)
        own = {rid for rid, _ in _own_marks(before, organizer, known)}
        gone = before.moments(before.master, "EXDATE") - after.moments(after.master, "EXDATE") - own
        for rid in sorted(gone):
            exclude(after, rid)
    _mend_overrides(before, after, mine, merge)
    mended = CalendarText.of_tree(after.root)
    return new if mended == new else mended


def _own_marks(before: Parts, organizer: str | None, known: Ledger) -> list[tuple[str, str]]:
    """The EXDATEs that no message of the organizer mentioned. Empty where *known* has no message of the organizer."""
    if organizer is None or before.master is None or (None, organizer) not in known:
        return []
    return [(rid, organizer) for rid in before.moments(before.master, "EXDATE") if (rid, organizer) not in known]


def _mend_overrides(before: Parts, after: Parts, mine: Collection[str], merge: bool) -> None:
    excluded = after.moments(after.master, "EXDATE") if after.master is not None else set()
    for rid, component in list(after.overrides.items()):
        model = before.overrides.get(rid)
        if model is None and planned(before, rid):
            model = occurrence(before, rid)
        if model is None:
            after.remove(rid)
        else:
            _mend(component, model, mine, merge)
    for rid, component in before.overrides.items():
        # §3.2.2.1, 8: an override may only go with an EXDATE in its place.
        if rid not in after.overrides and rid not in excluded:
            after.add(rid, component.copy())


def _mend(component: Component, model: Component, mine: Collection[str], merge: bool) -> None:
    organizer = component.get("ORGANIZER")
    # The attendee reports the progress of a to-do (RFC 5546 §3.4.3). The organizer alone cancels it.
    own_status = component.name == "VTODO" and not is_cancelled(component) and not is_cancelled(model)
    lay(component, model, but=("STATUS",) if own_status else ())
    restored = component.get("ORGANIZER")
    if organizer is not None and restored is not None and address_of(organizer) == address_of(restored):
        # An attendee may set SCHEDULE-AGENT and SCHEDULE-FORCE-SEND on the ORGANIZER line (§7.1, §7.2).
        component.replace(restored, _own_parameters(restored, organizer))
    standing, own = attendees_of(model), {}
    for address, now in attendees_of(component).items():
        if address not in mine:
            continue
        before = standing.get(address)
        if merge and before is not None and partstat_of(now) == "NEEDS-ACTION":
            now = answering(now, partstat_of(before))
        if partstat_of(now) != partstat_of(before):
            # An answered line needs no RSVP, also where the client left it there.
            now = answering(now, partstat_of(now))
            mark_busy(component, partstat_of(before), partstat_of(now))
        own[address] = now
    lay_attendees(component, model, own)


def _own_parameters(prop: Property, put: Property) -> Property:
    for name in ("SCHEDULE-AGENT", "SCHEDULE-FORCE-SEND"):
        value = put.param(name)
        if value != prop.param(name):
            prop = prop.with_param(name, *([value] if value is not None else []))
    return prop

"""Completes the text that an organizer PUT: RFC 6638 §3.2.1, §3.2.5, §3.2.8; RFC 5546 §2.1.4.

The usual case needs no change: the client's text is stored as it came. A reschedule resets PARTSTAT. Answers that the
client had not seen are kept. SEQUENCE is raised only where RFC 5546 requires it and the client did not raise it.
"""

from __future__ import annotations

from collections.abc import Collection
from typing import Final

from televent.ical.itip.changes import sequence_due
from televent.ical.itip.message import without_params
from televent.ical.itip.parts import Parts, occurrence, parts_of, parts_to_edit, sequence_of
from televent.ical.itip.people import (
    UNANSWERED,
    address_of,
    addresses,
    attendees_of,
    organizer_of,
    partstat_of,
    served,
    takes_part,
)
from televent.ical.itip.rescheduling import rescheduled
from televent.ical.itip.roles import organizer_in
from televent.ical.itip.series import planned
from televent.ical.objects.calendar_text import CalendarText
from televent.ical.text.tree import Component, Property

_SENT_BY_FORCE: Final = frozenset({"REQUEST", "REPLY"})


def prepare_organizer_put(
    old: CalendarText | None, new: CalendarText, *, me: Collection[str], current: bool = False
) -> CalendarText:
    """*new* with the changes that the server must make; the same object where there are none.

    *old* is the stored text, None for a new one; *me* are the organizer's addresses. *current*: the client knows *old*,
    so an answer that it takes back (PARTSTAT=NEEDS-ACTION) is asked for again (RFC 6638 §3.2.8). Raises IcalError.
    """
    mine = addresses(me)
    after = parts_to_edit(new)
    before = parts_of(old) if old is not None else None
    edited = _same_organizer(before, after, mine) if before is not None else False
    for rid, component in after.items():
        if organizer_of(component) not in mine:
            continue
        prior = _prior(before, rid)
        moved = before is not None and rescheduled(before, after, rid)
        edited |= _answers(prior, component, mine, moved=moved, current=current)
        if prior is not None and before is not None:
            edited |= _sequence(before, prior, after, component, mine, moved=moved)
    if before is not None:
        edited |= _answers_of_removed(before, after, mine)
        edited |= _raise_above_removed(before, after, mine)
    return CalendarText.of_tree(after.root) if edited else new


def with_sequence_from(text: CalendarText, floor: int, *, me: Collection[str]) -> CalendarText:
    """*text* with every SEQUENCE raised to at least *floor*; the same object where none is lower.

    *text* replaces a cancelled meeting. An attendee who got the CANCEL would reject a lower SEQUENCE as older
    (RFC 5546 §2.1.4). *me* are the organizer's addresses. Raises IcalError.
    """
    mine = addresses(me)
    parts = parts_to_edit(text)
    edited = False
    for _, component in parts.items():
        # Also where no attendee is asked yet: an attendee who is added later may have the CANCEL.
        if organizer_of(component) in mine and sequence_of(component) < floor:
            component.put("SEQUENCE", str(floor))
            edited = True
    return CalendarText.of_tree(parts.root) if edited else text


def _same_organizer(before: Parts, after: Parts, mine: Collection[str]) -> bool:
    """Restores the organizer's stored address where a client wrote another address of the same person.

    The attendees' copies have the stored address and accept messages from no other (RFC 5546 §3.2.2.4).
    """
    known = organizer_in(before)
    asked = any(attendees_of(component).keys() - set(mine) for _, component in before.items())
    if known is None or known not in mine or not asked:
        return False
    edited = False
    for _, component in after.items():
        line = component.get("ORGANIZER")
        if line is not None and address_of(line) in mine and address_of(line) != known:
            component.replace(line, line.with_value(f"mailto:{known}").with_param("EMAIL"))
            edited = True
    return edited


def _prior(before: Parts | None, rid: str | None) -> Component | None:
    """The earlier version of the occurrence: its own component, else the one that the series gives."""
    if before is None:
        return None
    return before.get(rid) or (occurrence(before, rid) if rid is not None else None)


def _answers(
    prior: Component | None, component: Component, mine: Collection[str], *, moved: bool, current: bool = False
) -> bool:
    """Sets PARTSTAT of each attendee that the server schedules: the stored answer, or NEEDS-ACTION if asked again."""
    known = attendees_of(prior) if prior is not None else {}
    edited = False
    for prop in component.all("ATTENDEE"):
        if address_of(prop) in mine or not served(prop):
            continue
        earlier = known.get(address_of(prop))
        # A line without PARTSTAT asks nothing: some clients leave it out.
        taken_back = current and (prop.param("PARTSTAT") or "").strip().upper() == UNANSWERED
        forced = prop.param("SCHEDULE-FORCE-SEND") is not None and partstat_of(prop) == UNANSWERED
        asked = moved or taken_back or forced or earlier is None or not served(earlier)
        fresh = _answered(prop, UNANSWERED if asked else partstat_of(earlier), earlier)
        if fresh is not prop:
            component.replace(prop, fresh)
            edited = True
    return edited


def _answered(prop: Property, right: str, earlier: Property | None) -> Property:
    """*prop* with the PARTSTAT *right*, and with RSVP=TRUE where the answer of *earlier* no longer counts."""
    if partstat_of(prop) != right:
        prop = prop.with_param("PARTSTAT", right)
        if right != UNANSWERED:
            prop = without_params(prop, ["RSVP"])
    if right == UNANSWERED != partstat_of(earlier) and prop.param("RSVP") is None and takes_part(prop):
        prop = prop.with_param("RSVP", "TRUE")
    status = earlier.param("SCHEDULE-STATUS") if earlier is not None else None
    if status and prop.param("SCHEDULE-STATUS") != status:
        # RFC 6638 §7.3: the parameter is the server's. A client with another value has not read this one yet.
        prop = prop.with_param("SCHEDULE-STATUS", status)
    return prop


def _sequence(
    before: Parts, prior: Component, after: Parts, component: Component, mine: Collection[str], *, moved: bool = False
) -> bool:
    """Raises SEQUENCE where the change requires it and the client did not; never lowers it.

    RFC 5546 §2.1.4 raises SEQUENCE when times or STATUS change and with every CANCEL, so also when an attendee is
    removed.
    """
    were = {address for address, prop in attendees_of(prior).items() if address not in mine and served(prop)}
    are = {address for address, prop in attendees_of(component).items() if address not in mine and served(prop)}
    was, now = sequence_of(prior), sequence_of(component)
    due = bool(were) and (moved or sequence_due(before, prior, after, component) or not were <= are)
    if now > was or (now == was and not due):
        return False
    component.put("SEQUENCE", str(was + 1 if due else was))
    return True


def _answers_of_removed(before: Parts, after: Parts, mine: Collection[str]) -> bool:
    """Keeps the answers to occurrences whose overrides the client left out.

    The series describes such an occurrence now. If that is another time, its attendees are asked again. Else each
    answer to the occurrence stays: the override may hold nothing else, and the client may not have seen it. Either
    needs an override where the series has another answer.
    """
    if before.master is None or after.master is None or organizer_of(after.master) not in mine:
        return False
    if rescheduled(before, after, None):
        # All are asked about every occurrence of the series.
        return False
    excluded = after.moments(after.master, "EXDATE")
    edited = False
    for rid, override in before.overrides.items():
        if rid in after.overrides or rid in excluded:
            continue
        plain = occurrence(after, rid)
        if plain is None or not planned(after, rid):
            # The series now ends before this occurrence. An answer alone must not keep it.
            continue
        series = [partstat_of(prop) for prop in plain.all("ATTENDEE")]
        _answers(override, plain, mine, moved=before.span(override) != after.span(plain))
        if [partstat_of(prop) for prop in plain.all("ATTENDEE")] != series:
            _sequence(before, override, after, plain, mine)
            after.add(rid, plain)
            edited = True
    return edited


def _raise_above_removed(before: Parts, after: Parts, mine: Collection[str]) -> bool:
    """Raises the series' SEQUENCE above that of each override that is gone.

    The series now describes that occurrence. A later override of it takes its SEQUENCE from the series. Attendees would
    reject a lower number than the occurrence had before as older (RFC 5546 §2.1.4).
    """
    if after.master is None or organizer_of(after.master) not in mine:
        return False
    gone = [
        sequence_of(override)
        for rid, override in before.overrides.items()
        if rid not in after.overrides and any(map(served, attendees_of(override).values()))
    ]
    if not gone or max(gone) < sequence_of(after.master):
        return False
    after.master.put("SEQUENCE", str(max(gone) + 1))
    return True


def without_force_send(text: CalendarText) -> CalendarText:
    """*text* without SCHEDULE-FORCE-SEND, which must not be stored (RFC 6638 §7.2); the same object where it has none.

    Call it after the messages are made. A line that asks for an unknown method gets SCHEDULE-STATUS 2.3.
    """
    if b"SCHEDULE-FORCE-SEND" not in text.raw.upper():
        return text
    root = text.copy()
    for component in root.components():
        for prop in [*component.all("ATTENDEE"), *component.all("ORGANIZER")]:
            asked, fresh = prop.param("SCHEDULE-FORCE-SEND"), prop
            if asked is not None and asked.strip().upper() not in _SENT_BY_FORCE and served(prop):
                fresh = prop.with_param("SCHEDULE-STATUS", "2.3")
            component.replace(prop, without_params(fresh, ["SCHEDULE-FORCE-SEND"]))
    return CalendarText.of_tree(root)

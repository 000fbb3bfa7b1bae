"""What the server adds to the text that an organizer PUT: RFC 6638 §3.2.1, §3.2.5, §3.2.8; RFC 5546 §2.1.4.

Nothing in the usual case: the client's text goes back as it came. PARTSTAT is reset on a reschedule; answers that the
client had not seen are kept; SEQUENCE is raised only where RFC 5546 demands it and the client did not.
"""

from __future__ import annotations

from collections.abc import Collection
from typing import Final

from televent.ical.itip.changes import moved_place, rescheduled, sequence_due, wording
from televent.ical.itip.message import without_params
from televent.ical.itip.parts import Parts, occurrence, parts_of, parts_to_edit, sequence_of
from televent.ical.itip.people import address_of, addresses, attendees_of, organizer_of, partstat_of, served
from televent.ical.itip.roles import organizer_in
from televent.ical.itip.series import planned
from televent.ical.objects.calendar_text import CalendarText
from televent.ical.text.tree import Component, Property

_SENT_BY_FORCE: Final = frozenset({"REQUEST", "REPLY"})


def prepare_organizer_put(old: CalendarText | None, new: CalendarText, *, me: Collection[str]) -> CalendarText:
    """*new*, with what the server must change in it; the same object where that is nothing.

    *old* is the stored text, None for a new one; *me* are the organizer's addresses. Raises IcalError.
    """
    mine = addresses(me)
    after = parts_to_edit(new)
    before = parts_of(old) if old is not None else None
    edited = _same_organizer(before, after, mine) if before is not None else False
    for rid, component in after.items():
        if organizer_of(component) not in mine:
            continue
        prior = _prior(before, rid)
        moved = prior is not None and before is not None and rescheduled(before, prior, after, component)
        edited |= _answers(prior, component, moved, mine)
        if prior is not None and before is not None:
            edited |= _sequence(before, prior, after, component, mine)
    if before is not None:
        edited |= _forgotten(before, after, mine)
        edited |= _outnumbered(before, after, mine)
    return CalendarText.of_tree(after.root) if edited else new


def above(text: CalendarText, floor: int, *, me: Collection[str]) -> CalendarText:
    """*text*, which takes the place of a meeting that was called off, with no SEQUENCE below *floor*: whoever got the
    CANCEL would take a lower one for an older word (RFC 5546 §2.1.4). The same object where none is. Raises IcalError.
    """
    mine = addresses(me)
    parts = parts_to_edit(text)
    edited = False
    for _, component in parts.items():
        # Also where nobody is asked yet: who is asked later may have the CANCEL.
        if organizer_of(component) in mine and sequence_of(component) < floor:
            component.put("SEQUENCE", str(floor))
            edited = True
    return CalendarText.of_tree(parts.root) if edited else text


def _same_organizer(before: Parts, after: Parts, mine: Collection[str]) -> bool:
    """Puts back the address under which she organizes, where a client writes another of hers.

    The guests' copies know the meeting by the first; from any other they take nothing (RFC 5546 §3.2.2.4).
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
    """What stood for the occurrence before, be it as part of the series."""
    if before is None:
        return None
    return before.get(rid) or (occurrence(before, rid) if rid is not None else None)


def _answers(prior: Component | None, component: Component, moved: bool, mine: Collection[str]) -> bool:
    """Sets the PARTSTAT of those the server asks: what they said, or NEEDS-ACTION where they are asked again."""
    known = attendees_of(prior) if prior is not None else {}
    edited = False
    for address, prop in attendees_of(component).items():
        if address in mine or not served(prop):
            continue
        earlier = known.get(address)
        forced = prop.param("SCHEDULE-FORCE-SEND") is not None and partstat_of(prop) == "NEEDS-ACTION"
        right = "NEEDS-ACTION" if moved or forced or earlier is None or not served(earlier) else partstat_of(earlier)
        fresh = _answered(prop, right, None if moved else earlier)
        if fresh is not prop:
            component.replace(prop, fresh)
            edited = True
    return edited


def _answered(prop: Property, right: str, earlier: Property | None) -> Property:
    if partstat_of(prop) != right:
        prop = prop.with_param("PARTSTAT", right)
        if right != "NEEDS-ACTION":
            prop = without_params(prop, ["RSVP"])
    status = earlier.param("SCHEDULE-STATUS") if earlier is not None else None
    if status and prop.param("SCHEDULE-STATUS") is None:
        # RFC 6638 §7.3: clients should not remove it; one that does has not seen what became of its letter.
        prop = prop.with_param("SCHEDULE-STATUS", status)
    return prop


def _sequence(before: Parts, prior: Component, after: Parts, component: Component, mine: Collection[str]) -> bool:
    """Raises SEQUENCE where a change wants it and the client left it, and never lets it go back.

    RFC 5546 §2.1.4 has it raised for a change of times or STATUS and with every CANCEL, so when somebody is removed.
    """
    were = {address for address, prop in attendees_of(prior).items() if address not in mine and served(prop)}
    are = {address for address, prop in attendees_of(component).items() if address not in mine and served(prop)}
    was, now = sequence_of(prior), sequence_of(component)
    due = bool(were) and (sequence_due(before, prior, after, component) or not were <= are)
    if now > was or (now == was and not due):
        return False
    component.put("SEQUENCE", str(was + 1 if due else was))
    return True


def _forgotten(before: Parts, after: Parts, mine: Collection[str]) -> bool:
    """Puts back the overrides that hold nothing but somebody's answer to one occurrence and that the client,
    which had not seen them, left out."""
    if before.master is None or after.master is None or organizer_of(after.master) not in mine:
        return False
    if rescheduled(before, before.master, after, after.master):
        return False
    excluded = after.moments(after.master, "EXDATE")
    edited = False
    for rid, override in before.overrides.items():
        if rid in after.overrides or rid in excluded:
            continue
        plain, was = occurrence(after, rid), occurrence(before, rid)
        if plain is None or was is None or not planned(after, rid):
            # The series ends before it now: an answer to what there is not is no reason for a ghost.
            continue
        # As plain as the series was: what the client now changes in all of it is no reason to forget an answer.
        if not (_as_plain(before, was, before, override) or _as_plain(after, plain, before, override)):
            continue
        held = False
        answers = attendees_of(override)
        for address, prop in attendees_of(plain).items():
            earlier = answers.get(address)
            if earlier is None or address in mine or not served(prop) or partstat_of(earlier) == partstat_of(prop):
                continue
            plain.replace(prop, _answered(prop, partstat_of(earlier), earlier))
            held = True
        if held:
            after.add(rid, plain)
            edited = True
    return edited


def _outnumbered(before: Parts, after: Parts, mine: Collection[str]) -> bool:
    """Raises the series' SEQUENCE above that of each override that is gone.

    The series now speaks for its occurrence, and so does the next override of it, whose SEQUENCE is counted from the
    series': a lower number than the occurrence had before would be taken for an older word (RFC 5546 §2.1.4).
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


def _as_plain(parts: Parts, plain: Component, before: Parts, override: Component) -> bool:
    """Whether the override says nothing that the series would not say of the occurrence, but for the answers."""
    return (
        parts.span(plain) == before.span(override)
        and not moved_place(plain, override)
        and wording(plain) == wording(override)
    )


def without_force_send(text: CalendarText) -> CalendarText:
    """*text* without SCHEDULE-FORCE-SEND, which must not be stored (RFC 6638 §7.2): to be called once the letters are
    written. Who is to get something that nobody knows has SCHEDULE-STATUS 2.3. The same object where there is none."""
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

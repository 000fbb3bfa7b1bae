"""Keeps the allowed part of an attendee's PUT and restores the organizer's part: RFC 6638 §3.2.2.1.

A change that is not allowed is undone, not refused. A client may rewrite a description that it does not understand; its
answer is still accepted.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping

from televent.ical.itip.overlay import answering, exclude, lay, lay_attendees, mark_busy
from televent.ical.itip.parts import Parts, is_cancelled, occurrence, parts_of, parts_to_edit
from televent.ical.itip.people import UNANSWERED, LineKey, address_of, addresses, mine_in, own_lines, partstat_of
from televent.ical.itip.precedence import EMPTY, Ledger
from televent.ical.itip.roles import organizer_in
from televent.ical.itip.sending.following import follow_series, spread_answer
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
    shows that the attendee added them. Overrides of a series stay without an EXDATE; they follow the attendee's answer
    to the series (:mod:`following`). Without a series each occurrence may be removed. *me* are the attendee's
    addresses. *merge*: an answer that *stored* has and *new* does not have is kept. Raises IcalError.
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
    ranged = []
    for rid, component in list(after.overrides.items()):
        model = before.overrides.get(rid)
        if model is None and planned(before, rid):
            model = occurrence(before, rid)
        if model is None:
            after.remove(rid)
            continue
        range_of = next((prop.param("RANGE") for prop in component.all("RECURRENCE-ID")), None)
        _mend(component, model, mine, merge)
        answered = partstat_of(mine_in(component, mine)) != partstat_of(mine_in(model, mine))
        if answered and (range_of or "").strip().upper() == "THISANDFUTURE":
            ranged.append(rid)
    sent = set(after.overrides)
    for rid, component in before.overrides.items():
        # §3.2.2.1, 8: an override may only go with an EXDATE in its place. A person who is invited to single
        # occurrences has no series to write it to, and just leaves the occurrence out.
        if rid not in sent and rid not in excluded and (before.master is not None or not sent):
            after.add(rid, component.copy())
    for rid in before.overrides.keys() & after.overrides.keys():
        follow_series(before, after, rid, mine, unread=rid not in sent)
    for rid in sorted(ranged):
        spread_answer(after, rid, mine, sent=sent)


def _mend(component: Component, model: Component, mine: Collection[str], merge: bool) -> None:
    organizer = component.get("ORGANIZER")
    # The attendee reports the progress of a to-do (RFC 5546 §3.4.3). The organizer alone cancels it.
    own_status = component.name == "VTODO" and not is_cancelled(component) and not is_cancelled(model)
    lay(component, model, but=("STATUS",) if own_status else ())
    restored = component.get("ORGANIZER")
    if organizer is not None and restored is not None and address_of(organizer) == address_of(restored):
        # An attendee may set SCHEDULE-AGENT and SCHEDULE-FORCE-SEND on the ORGANIZER line (§7.1, §7.2).
        component.replace(restored, _own_parameters(restored, organizer))
    standing, own = own_lines(model, mine), own_lines(component, mine)
    answer = _answer_in(own, standing, merge)
    if answer is not None:
        # An answer counts for every line of the person. An answered line needs no RSVP, also where the client left it.
        own = {key: answering(prop, answer) for key, prop in {**standing, **own}.items()}
        mark_busy(component, partstat_of(mine_in(model, mine)), answer)
    lay_attendees(component, model, own)


def _answer_in(own: Mapping[LineKey, Property], standing: Mapping[LineKey, Property], merge: bool) -> str | None:
    """The answer that the person's lines now give; None where each has the one that it had."""
    given = {key: partstat_of(prop) for key, prop in own.items()}
    had = {key: partstat_of(standing.get(key)) for key in own}
    changed = [answer for key, answer in given.items() if answer != had[key] and not (merge and answer == UNANSWERED)]
    if changed:
        return changed[0]
    # With *merge* the client may not have read an answer that was given elsewhere.
    return next((had[key] for key, answer in given.items() if answer != had[key]), None)


def _own_parameters(prop: Property, put: Property) -> Property:
    for name in ("SCHEDULE-AGENT", "SCHEDULE-FORCE-SEND"):
        value = put.param(name)
        if value != prop.param(name):
            prop = prop.with_param(name, *([value] if value is not None else []))
    return prop

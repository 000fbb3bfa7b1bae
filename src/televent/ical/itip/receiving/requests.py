"""REQUEST in an attendee's copy: RFC 5546 §3.2.2; RFC 6638 §4.1; SPEC B6.

The attendee keeps their own alarms, TRANSP, exclusions, categories, colours and unknown X- lines. They keep their
answer unless the time changed.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from televent.ical.itip.changes import rule_of
from televent.ical.itip.message import enveloped, outward, stamp, zones_for
from televent.ical.itip.overlay import answering, exclude, include, lay, lay_attendees, replace_lines, with_ending_of
from televent.ical.itip.parts import Parts, is_cancelled, occurrence, parts_to_edit, sequence_of, text_of
from televent.ical.itip.people import UNANSWERED, LineKey, mine_in, own_lines, partstat_of
from televent.ical.itip.precedence import Verdict
from televent.ical.itip.receiving.called_off import call_off
from televent.ical.itip.receiving.encounter import Encounter
from televent.ical.itip.receiving.newer import exclude_later_gone, later_occurrences, marks_of, newer
from televent.ical.itip.rescheduling import series_rescheduled
from televent.ical.itip.results import Applied, Change
from televent.ical.itip.series import planned
from televent.ical.objects.calendar_text import CalendarText
from televent.ical.text.tree import Component, Property
from televent.ical.zones.tzid import tzid_of

_Plan = tuple[frozenset[tuple[str, str]], frozenset[str]]


@dataclass(slots=True)
class _Merge:
    """One REQUEST that is merged into one copy, and the results so far."""

    encounter: Encounter
    copy: Parts
    accepted: dict[str | None, Component]
    """The components of the message that are newer than the copy."""
    moved: bool = False
    asks: bool = False
    keeps_answer: bool = False
    own_exclusions: set[str] = field(default_factory=set)
    declined: set[str] = field(default_factory=set)
    passed_over: set[str] = field(default_factory=set)
    """Occurrences that the attendee has deleted and that this message does not bring back."""

    @property
    def parts(self) -> Parts:
        """The message's components."""
        return self.encounter.message.parts

    @property
    def mine(self) -> frozenset[str]:
        """The attendee's addresses."""
        return self.encounter.me


def receive_request(encounter: Encounter) -> Applied:
    """A REQUEST: an invitation where there is no copy, else an update of it, occurrence by occurrence."""
    accepted, verdict = newer(encounter)
    if not accepted:
        return encounter.nothing("duplicate" if verdict is Verdict.SAME else "stale")
    return _invited(encounter, accepted) if encounter.copy is None else _updated(encounter, encounter.copy, accepted)


def _invited(encounter: Encounter, accepted: dict[str | None, Component]) -> Applied:
    mine = encounter.me
    answers = [prop for each in accepted.values() if (prop := mine_in(each, mine)) is not None]
    if answers and all(partstat_of(prop) == "DECLINED" for prop in answers):
        # The attendee declined and deleted the event; an update of others' answers must not restore it.
        return encounter.nothing("declined")
    text, asks = _invitation(encounter, accepted)
    fresh_copy = parts_to_edit(text)
    if exclude_later_gone(encounter, fresh_copy):
        text = CalendarText.of_tree(fresh_copy.root)
    marks = marks_of(encounter, accepted)
    return Applied(text, "invited", asks_again=asks, marks=marks, recurrence_ids=tuple(accepted))


def _updated(encounter: Encounter, copy: Parts, accepted: dict[str | None, Component]) -> Applied:
    merge = _Merge(encounter, copy, accepted)
    merge.own_exclusions = _own_exclusions(merge)
    if None in accepted:
        _merge_series(merge)
    for rid, component in accepted.items():
        if rid is not None:
            _merge_occurrence(merge, rid, component)
    if None in accepted:
        exclude_later_gone(encounter, copy)
    standing = {tzid_of(each) for each in copy.root.components("VTIMEZONE")}
    for zone in zones_for(accepted.values(), merge.parts):
        if tzid_of(zone) not in standing:
            place = next(i for i, each in enumerate(copy.root.entries) if isinstance(each, Component))
            copy.root.entries.insert(place, zone)
    if merge.declined and copy.master is not None:
        # Occurrences that moved meanwhile are no longer excluded.
        merge.declined &= copy.moments(copy.master, "EXDATE")
        merge.keeps_answer |= bool(merge.declined)
    # Occurrences that stay deleted get no mark: a mark on an excluded occurrence means that the organizer excluded it.
    every = marks_of(encounter, accepted)
    marks = tuple(mark for mark in every if mark[1] is None or mark[1] not in merge.passed_over)
    text = CalendarText.of_tree(copy.root)
    change: Change = "rescheduled" if merge.moved else "revised"
    if text == encounter.stored:
        change = "nothing"
    return Applied(
        text,
        change,
        asks_again=merge.asks,
        reason="duplicate" if change == "nothing" else None,
        marks=marks,
        keeps_answer=merge.keeps_answer,
        declined=tuple(sorted(merge.declined)),
        recurrence_ids=tuple(accepted),
    )


def _invitation(encounter: Encounter, accepted: dict[str | None, Component]) -> tuple[CalendarText, bool]:
    """A new copy for an attendee: the organizer's text without alarms, not busy until answered; True if unanswered."""
    components, asks = [], False
    for component in accepted.values():
        fresh = outward(component, encounter.sent(component))
        asks |= _unanswered(fresh, encounter.me)
        components.append(fresh)
    return enveloped(None, components, encounter.message.parts), asks


def _unanswered(fresh: Component, mine: frozenset[str]) -> bool:
    """Whether *fresh*, new in the attendee's calendar, needs an answer; until then it is set TRANSPARENT."""
    prop = mine_in(fresh, mine)
    if partstat_of(prop) != UNANSWERED or is_cancelled(fresh):
        return False
    if fresh.name == "VEVENT" and prop is not None:
        if (fresh.value("TRANSP") or "").upper() == "TRANSPARENT":
            fresh.put("X-MICROSOFT-CDO-INTENDEDSTATUS", "FREE")
        fresh.put("TRANSP", "TRANSPARENT")
    return True


def _own_exclusions(merge: _Merge) -> set[str]:
    """The EXDATEs that the attendee added by deleting an occurrence.

    They are those that no message of the organizer mentioned, or for which the organizer has the refusal.
    """
    copy, parts, accepted = merge.copy, merge.parts, merge.accepted
    if copy.master is None:
        return set()
    theirs = parts.moments(parts.master, "EXDATE") if None in accepted and parts.master is not None else set()
    own = set()
    for rid in copy.moments(copy.master, "EXDATE") - theirs:
        sent = accepted.get(rid)
        if merge.encounter.mark(rid, merge.encounter.organizer) is None or (
            sent is not None and _declined(merge, sent)
        ):
            own.add(rid)
    return own


def _declined(merge: _Merge, sent: Component) -> bool:
    """Whether the organizer's text has the attendee as DECLINED."""
    return partstat_of(mine_in(sent, merge.mine)) == "DECLINED"


def _merge_series(merge: _Merge) -> None:
    encounter, copy, parts, accepted = merge.encounter, merge.copy, merge.parts, merge.accepted
    sent = accepted[None]
    before = copy.master
    later = later_occurrences(encounter)
    # A later message, which arrived before this one, has these take place.
    held = {rid for rid in later & copy.overrides.keys() if not is_cancelled(copy.overrides[rid])}
    earlier = {rid: each.copy() for rid, each in copy.overrides.items()}
    if before is None:
        fresh = outward(sent, encounter.sent(sent))
        _unanswered(fresh, merge.mine)
        copy.add(None, with_ending_of(copy, fresh))
        include(copy, held)
        merge.asks = merge.moved = True
        _settle_overrides(merge, earlier, moved=False)
        return
    old = before.copy()
    # This message does not bring back occurrences that a later message took away.
    kept_out = merge.own_exclusions | later
    moved = series_rescheduled(copy, parts, own_exclusions=kept_out)
    again = _answers_again(merge, old, sent)
    wanted = parts.moments(sent, "EXDATE") - held
    if copy.span(old) == parts.span(sent):
        # As they were before this message. A series at another time has other occurrences.
        for rid in sorted(wanted - accepted.keys()):
            call_off(copy, rid, merge.mine, sequence=sequence_of(sent), when=encounter.sent(sent))
    _lay(merge, before, sent, old, moved=moved)
    own = set() if moved else merge.own_exclusions
    known = {rid for rid in own if rid in accepted and _declined(merge, accepted[rid])}
    if again:
        # The attendee is asked again about all occurrences except those that the organizer has as declined.
        own = known
    if is_cancelled(old) or sequence_of(sent) > sequence_of(old):
        # The organizer may have discarded the refusals of deleted occurrences, as other answers.
        merge.declined = own - known - wanted
    merge.own_exclusions = own
    shown = {rid for rid, override in copy.overrides.items() if is_cancelled(override)}
    if copy.moments(before, "EXDATE") != wanted - shown | own:
        replace_lines(before, "EXDATE", sent.all("EXDATE"))
        include(copy, shown | held)
        for rid in sorted(own):
            exclude(copy, rid)
    _settle_overrides(merge, earlier, moved=moved, again=again, was=_planned_by(copy, old))


def _settle_overrides(
    merge: _Merge,
    earlier: dict[str, Component],
    *,
    moved: bool,
    again: bool = False,
    was: _Plan | None = None,
) -> None:
    """Settles the overrides that the new series does not mention.

    The organizer's overrides are removed, but for those of occurrences that are called off. The attendee's own
    overrides are updated from the series. *was* are the rule and the RDATEs that the series had before.
    """
    encounter, copy, sent = merge.encounter, merge.copy, merge.accepted[None]
    wanted = merge.parts.moments(sent, "EXDATE")
    series = encounter.mark(None, encounter.organizer)
    stamped = encounter.sent(sent)
    now = _planned_by(merge.parts, sent)
    for rid, override in earlier.items():
        if rid in merge.accepted or (rid in wanted and is_cancelled(copy.overrides[rid])):
            continue
        mark = encounter.mark(rid, encounter.organizer)
        if mark is not None and mark.dtstamp is not None and mark.dtstamp > stamped:
            continue
        plain = None if mark is not None or moved or rid in wanted else occurrence(copy, rid)
        if plain is not None and was not in (None, now) and not planned(copy, rid):
            # The series is shorter than it was.
            plain = None
        if plain is None or (series is None and copy.span(plain) != copy.span(override)):
            copy.remove(rid)
            continue
        # The attendee's own override, for an answer or an alarm: it follows the series.
        standing = copy.overrides[rid]
        answers = {} if again else own_lines(standing, merge.mine)
        if is_cancelled(standing) or sequence_of(sent) > sequence_of(standing):
            # The attendee was removed and asked again: the organizer no longer has their answer.
            asked = own_lines(sent, merge.mine)
            merge.keeps_answer |= any(
                partstat_of(prop) != partstat_of(asked.get(each)) for each, prop in answers.items()
            )
        lay(standing, plain)
        lay_attendees(standing, plain, answers)


def _planned_by(parts: Parts, master: Component) -> _Plan:
    """The rule and the RDATEs of a series."""
    return rule_of(master), frozenset(parts.moments(master, "RDATE"))


def _merge_occurrence(merge: _Merge, rid: str, sent: Component) -> None:
    copy = merge.copy
    current = copy.overrides.get(rid)
    prior = current or occurrence(copy, rid)
    if current is None and _stays_removed(merge, rid, sent):
        merge.passed_over.add(rid)
        return
    if prior is not None and rid in merge.own_exclusions:
        # Where the organizer has the refusal, the time is unchanged. Else only the series still has the old time: the
        # override was deleted.
        if _declined(merge, sent) or copy.span(prior) == merge.parts.span(sent):
            merge.passed_over.add(rid)
            return
        include(copy, [rid])
    elif copy.master is not None:
        include(copy, [rid])
    if prior is None:
        fresh = outward(sent, merge.encounter.sent(sent))
        _unanswered(fresh, merge.mine)
        copy.add(rid, with_ending_of(copy, fresh))
        merge.asks = merge.moved = True
        return
    old = prior.copy()
    # One that takes place again is asked about as if it were new (RFC 6638 §3.2.8, EXDATE).
    _lay(merge, prior, sent, old, moved=is_cancelled(old) or copy.span(old) != merge.parts.span(sent))
    if current is None:
        copy.add(rid, prior)


def _stays_removed(merge: _Merge, rid: str, sent: Component) -> bool:
    """Whether the attendee took the occurrence *rid* out of a copy without a series, and is not asked about it again.

    An EXDATE would say so in a series. Here the ledger has the refusal, with the SEQUENCE that was refused.
    """
    encounter = merge.encounter
    if merge.copy.master is not None:
        return False
    if _declined(merge, sent):
        return True
    refused = [mark for each in merge.mine if (mark := encounter.mark(rid, each)) is not None]
    theirs = encounter.mark(rid, encounter.organizer)
    # A higher SEQUENCE of the organizer's, also one of a CANCEL that came since, makes it another invitation.
    versions = [sequence_of(sent), *([theirs.sequence] if theirs is not None else [])]
    return not encounter.again and any(mark.sequence >= max(versions) for mark in refused)


def _lay(merge: _Merge, target: Component, sent: Component, old: Component, *, moved: bool) -> None:
    """Copies the organizer's part of *sent* to *target* and sets the attendee's answer."""
    # It was cancelled and is now on again: the answer stays valid, but the organizer may have discarded it, and the
    # attendee must be notified.
    back = is_cancelled(old) and not is_cancelled(sent)
    again = _answers_again(merge, old, sent)
    raised = back or sequence_of(sent) > sequence_of(old)
    merge.asks |= back
    named = {prop.name for prop in sent.properties if prop.name.startswith("X-")}
    outgoing = outward(sent, merge.encounter.sent(sent))
    was = target.get("ORGANIZER")
    # The attendee reports the progress of a to-do, unless the organizer completes or cancels it.
    over = text_of(sent, "STATUS").strip().upper() in {"COMPLETED", "CANCELLED"} or back
    but = ("STATUS",) if target.name == "VTODO" and not over else ()
    lay(target, outgoing, also=named & {prop.name for prop in outgoing.properties}, but=but)
    _keep_schedule_parameters(target, was)
    had, asked = own_lines(old, merge.mine), own_lines(outgoing, merge.mine)
    given = partstat_of(mine_in(old, merge.mine))
    own: dict[LineKey, Property] = {}
    for key, theirs in asked.items():
        before = partstat_of(had.get(key))
        answer = given if before == UNANSWERED else before
        if moved:
            own[key] = answering(theirs, UNANSWERED)
            merge.asks = True
        elif answer != UNANSWERED and not again:
            own[key] = answering(theirs, answer)
            # A second line of the person that is new has the answer too, and the organizer does not know it.
            merge.keeps_answer |= (raised or answer != before) and partstat_of(theirs) != answer
        else:
            own[key] = theirs
            merge.asks |= again and partstat_of(theirs) == UNANSWERED
    lay_attendees(target, outgoing, own or had)
    merge.moved |= moved or back
    target.put("DTSTAMP", stamp(merge.encounter.sent(sent)))


def _answers_again(merge: _Merge, old: Component, sent: Component) -> bool:
    """Whether the attendee must answer again. A later answer to this same version stays valid."""
    encounter = merge.encounter
    raised = is_cancelled(old) or sequence_of(sent) > sequence_of(old)
    return encounter.again and (raised or encounter.answered is None or encounter.answered <= encounter.sent(sent))


def _keep_schedule_parameters(target: Component, was: Property | None) -> None:
    """Keeps the status of the attendee's own reply (RFC 6638 §7.3) and its sender; the organizer does not set them."""
    line = target.get("ORGANIZER")
    if was is None or line is None:
        return
    fresh = line
    for name in ("SCHEDULE-AGENT", "SCHEDULE-STATUS"):
        value = was.param(name)
        if value is not None and fresh.param(name) != value:
            fresh = fresh.with_param(name, value)
    if fresh is not line:
        target.replace(line, fresh)

"""REQUEST in an attendee's copy: RFC 5546 §3.2.2; RFC 6638 §4.1; SPEC B6.

What is his own stays: alarms, TRANSP, his exclusions, categories, colours, unknown X- lines, and his answer unless
the time moved.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime

from televent.ical.itip.changes import rescheduled, rule_of
from televent.ical.itip.message import Message, enveloped, outward, stamp, zones_for
from televent.ical.itip.overlay import adopted, exclude, include, lay, lay_attendees, replace_lines, said
from televent.ical.itip.parts import Parts, dtstamp_of, is_cancelled, occurrence, read_parts, sequence_of, text_of
from televent.ical.itip.people import attendees_of, mine_in, partstat_of
from televent.ical.itip.precedence import Ledger, Verdict
from televent.ical.itip.receiving.newer import exclude_later_gone, marks_of, newer, told_later
from televent.ical.itip.results import Applied, Change, nothing
from televent.ical.itip.series import planned
from televent.ical.text.tree import Component, Property


@dataclass(slots=True)
class _Merge:
    """One REQUEST being laid over one copy."""

    copy: Parts
    letter: Message
    mine: frozenset[str]
    organizer: str
    known: Ledger
    anew: bool = False
    """He is to answer anew, whatever he said before."""
    answered: datetime | None = None
    """When he last answered."""
    moved: bool = False
    asks: bool = False
    stands: bool = False
    own_exclusions: set[str] = field(default_factory=set)
    declined: set[str] = field(default_factory=set)
    passed_over: set[str] = field(default_factory=set)
    """Occurrences that he has deleted and that this letter does not bring back."""


def receive_request(
    stored: bytes | None,
    copy: Parts | None,
    letter: Message,
    mine: frozenset[str],
    now: datetime,
    known: Ledger,
    *,
    anew: bool = False,
    answered: datetime | None = None,
) -> Applied:
    """A REQUEST: an invitation where there is no copy, else an update of it, occurrence by occurrence. *anew*: he is
    to answer once more, though nothing moved."""
    organizer = letter.organizer
    assert organizer is not None
    accepted, verdict = newer(copy, letter, organizer, now, known)
    if not accepted:
        return nothing(stored, "duplicate" if verdict is Verdict.SAME else "stale")
    marks = marks_of(letter, accepted, organizer, now, known)
    rids = tuple(accepted)
    if copy is None:
        if all(
            partstat_of(prop) == "DECLINED" for each in accepted.values() if (prop := mine_in(each, mine)) is not None
        ) and any(mine_in(each, mine) is not None for each in accepted.values()):
            # He declined and threw it away; that others answer is no reason to bring it back.
            return nothing(stored, "declined")
        text, asks = _invitation(letter, accepted, mine, now)
        fresh_copy = read_parts(text)
        if exclude_later_gone(fresh_copy, letter, organizer, known, now):
            text = fresh_copy.root.to_bytes()
        return Applied(text, "invited", asks_again=asks, marks=marks, recurrence_ids=rids)
    merge = _Merge(copy, letter, mine, organizer, known, anew, answered)
    merge.own_exclusions = _own_exclusions(merge, accepted)
    if None in accepted:
        _merge_series(merge, accepted, now)
    for rid, component in accepted.items():
        if rid is not None:
            _merge_occurrence(merge, rid, component, now)
    if None in accepted:
        exclude_later_gone(copy, letter, organizer, known, now)
    standing = {each.value("TZID") for each in copy.root.components("VTIMEZONE")}
    for zone in zones_for(accepted.values(), letter.parts):
        if zone.value("TZID") not in standing:
            place = next(i for i, each in enumerate(copy.root.entries) if isinstance(each, Component))
            copy.root.entries.insert(place, zone)
    if merge.declined and copy.master is not None:
        # What has moved meanwhile is back.
        merge.declined &= copy.moments(copy.master, "EXDATE")
        merge.stands |= bool(merge.declined)
    # What was said of them left no trace: a later mark would be taken for a cancellation of the organizer's.
    marks = tuple(mark for mark in marks if mark[1] is None or mark[1] not in merge.passed_over)
    text = copy.root.to_bytes()
    change: Change = "rescheduled" if merge.moved else "revised"
    if text == stored:
        change = "nothing"
    return Applied(
        text,
        change,
        asks_again=merge.asks,
        reason="duplicate" if change == "nothing" else None,
        marks=marks,
        answer_stands=merge.stands,
        declined=tuple(sorted(merge.declined)),
        recurrence_ids=rids,
    )


def _invitation(
    letter: Message, accepted: dict[str | None, Component], mine: frozenset[str], now: datetime
) -> tuple[bytes, bool]:
    """The copy of one who had none: as the organizer wrote it, without alarms, and not yet busy."""
    components, asks = [], False
    for component in accepted.values():
        fresh = outward(component, dtstamp_of(component, letter.parts.zones) or now)
        asks |= _unanswered(fresh, mine)
        components.append(fresh)
    return enveloped(None, components, letter.parts), asks


def _unanswered(fresh: Component, mine: frozenset[str]) -> bool:
    """Whether an answer to *fresh*, new in his calendar, is waited for: until it is given he is free."""
    prop = mine_in(fresh, mine)
    if partstat_of(prop) != "NEEDS-ACTION" or is_cancelled(fresh):
        return False
    if fresh.name == "VEVENT" and prop is not None:
        if (fresh.value("TRANSP") or "").upper() == "TRANSPARENT":
            fresh.put("X-MICROSOFT-CDO-INTENDEDSTATUS", "FREE")
        fresh.put("TRANSP", "TRANSPARENT")
    return True


def _own_exclusions(merge: _Merge, accepted: dict[str | None, Component]) -> set[str]:
    """The EXDATEs that the attendee made, by deleting an occurrence: those of which the organizer never spoke, or
    to which he knows the answer."""
    copy, parts = merge.copy, merge.letter.parts
    if copy.master is None:
        return set()
    theirs = parts.moments(parts.master, "EXDATE") if None in accepted and parts.master is not None else set()
    own = set()
    for rid in copy.moments(copy.master, "EXDATE") - theirs:
        sent = accepted.get(rid)
        if (rid, merge.organizer) not in merge.known or (sent is not None and _declined(merge, sent)):
            own.add(rid)
    return own


def _declined(merge: _Merge, sent: Component) -> bool:
    """Whether the organizer knows that he will not come to it."""
    return partstat_of(mine_in(sent, merge.mine)) == "DECLINED"


def _merge_series(merge: _Merge, accepted: dict[str | None, Component], now: datetime) -> None:
    copy, parts = merge.copy, merge.letter.parts
    sent = accepted[None]
    before = copy.master
    earlier = {rid: each.copy() for rid, each in copy.overrides.items()}
    if before is None:
        fresh = outward(sent, dtstamp_of(sent, parts.zones) or now)
        _unanswered(fresh, merge.mine)
        copy.add(None, adopted(copy, fresh))
        merge.asks = merge.moved = True
        _settle_overrides(merge, accepted, earlier, now, moved=False)
        return
    old = before.copy()
    # What a later letter took away is not brought back by this one.
    kept_out = merge.own_exclusions | told_later(merge.letter, merge.organizer, merge.known, now)
    moved = rescheduled(copy, old, parts, sent, own_exclusions=kept_out)
    anew = _anew(merge, old, sent, now)
    _lay(merge, before, sent, old, moved, now)
    wanted = parts.moments(sent, "EXDATE")
    own = set() if moved else merge.own_exclusions
    known = {rid for rid in own if rid in accepted and _declined(merge, accepted[rid])}
    if anew:
        # He has it all before him again, but for what the organizer knows him to decline.
        own = known
    if is_cancelled(old) or sequence_of(sent) > sequence_of(old):
        # What he deleted the organizer may know as declined no more, no more than other answers.
        merge.declined = own - known - wanted
    if copy.moments(before, "EXDATE") != wanted | own:
        replace_lines(before, "EXDATE", sent.all("EXDATE"))
        for rid in sorted(own):
            exclude(copy, rid)
    _settle_overrides(merge, accepted, earlier, now, moved=moved, anew=anew, was=rule_of(old))


def _settle_overrides(
    merge: _Merge,
    accepted: dict[str | None, Component],
    earlier: dict[str, Component],
    now: datetime,
    *,
    moved: bool,
    anew: bool = False,
    was: frozenset[tuple[str, str]] = frozenset(),
) -> None:
    """The overrides that a series sent whole says nothing of: the organizer's are gone, the attendee's follow it. *was*
    is the rule that the series had."""
    copy, parts, sent = merge.copy, merge.letter.parts, accepted[None]
    wanted = parts.moments(sent, "EXDATE")
    series = merge.known.get((None, merge.organizer))
    stamped = dtstamp_of(sent, parts.zones) or now
    for rid, override in earlier.items():
        if rid in accepted:
            continue
        mark = merge.known.get((rid, merge.organizer))
        if mark is not None and mark.dtstamp is not None and mark.dtstamp > stamped:
            continue
        plain = None if mark is not None or moved or rid in wanted else occurrence(copy, rid)
        if plain is not None and rule_of(sent) != was and not planned(copy, rid):
            # The series is shorter than it was.
            plain = None
        if plain is None or (series is None and copy.span(plain) != copy.span(override)):
            copy.remove(rid)
            continue
        # An override of his own, for his answer or his alarm: it follows the series.
        standing = copy.overrides[rid]
        answers = {} if anew else _mine(standing, merge.mine)
        if is_cancelled(standing) or sequence_of(sent) > sequence_of(standing):
            # Removed and asked again, the organizer holds no answer to it any more.
            asked = attendees_of(sent)
            merge.stands |= any(partstat_of(prop) != partstat_of(asked.get(each)) for each, prop in answers.items())
        lay(standing, plain)
        lay_attendees(standing, plain, answers)


def _merge_occurrence(merge: _Merge, rid: str, sent: Component, now: datetime) -> None:
    copy = merge.copy
    current = copy.overrides.get(rid)
    prior = current or occurrence(copy, rid)
    if prior is not None and rid in merge.own_exclusions:
        # Where the organizer knows that he declined it, it has not moved since. Else only the series can tell where it
        # was, for an override of it is gone.
        if _declined(merge, sent) or not rescheduled(copy, prior, merge.letter.parts, sent):
            merge.passed_over.add(rid)
            return
        include(copy, [rid])
    elif copy.master is not None:
        include(copy, [rid])
    if prior is None:
        fresh = outward(sent, dtstamp_of(sent, merge.letter.parts.zones) or now)
        _unanswered(fresh, merge.mine)
        copy.add(rid, adopted(copy, fresh))
        merge.asks = merge.moved = True
        return
    old = prior.copy()
    moved = rescheduled(copy, old, merge.letter.parts, sent)
    _lay(merge, prior, sent, old, moved, now)
    if current is None:
        copy.add(rid, prior)


def _lay(merge: _Merge, target: Component, sent: Component, old: Component, moved: bool, now: datetime) -> None:
    """Lays the organizer's component over the copy's, with the answer that is right after it."""
    parts = merge.letter.parts
    # Called off or removed, and asked once more: his answer stands, but the organizer may hold none any more, and he
    # should see that it takes place after all.
    back = is_cancelled(old) and not is_cancelled(sent)
    anew = _anew(merge, old, sent, now)
    raised = back or sequence_of(sent) > sequence_of(old)
    merge.asks |= back
    told = {prop.name for prop in sent.properties if prop.name.startswith("X-")}
    outgoing = outward(sent, dtstamp_of(sent, parts.zones) or now)
    was = target.get("ORGANIZER")
    # How far he is with a to-do is his to say, unless the organizer says that it is over.
    over = text_of(sent, "STATUS").strip().upper() in {"COMPLETED", "CANCELLED"} or back
    but = ("STATUS",) if target.name == "VTODO" and not over else ()
    lay(target, outgoing, also=told & {prop.name for prop in outgoing.properties}, but=but)
    _keep_schedule_parameters(target, was)
    had, asked = _mine(old, merge.mine), _mine(outgoing, merge.mine)
    own: dict[str, Property] = {}
    for address, theirs in asked.items():
        answer = partstat_of(had.get(address))
        if moved:
            own[address] = said(theirs, "NEEDS-ACTION")
            merge.asks = True
        elif answer != "NEEDS-ACTION" and not anew:
            own[address] = said(theirs, answer)
            merge.stands |= raised and partstat_of(theirs) != answer
        else:
            own[address] = theirs
            merge.asks |= anew and partstat_of(theirs) == "NEEDS-ACTION"
    lay_attendees(target, outgoing, own or had)
    merge.moved |= moved or back
    target.put("DTSTAMP", stamp(dtstamp_of(sent, parts.zones) or now))


def _anew(merge: _Merge, old: Component, sent: Component, now: datetime) -> bool:
    """Whether he is to answer anew: an answer to this very version that he sent later stands."""
    raised = is_cancelled(old) or sequence_of(sent) > sequence_of(old)
    when = dtstamp_of(sent, merge.letter.parts.zones) or now
    return merge.anew and (raised or merge.answered is None or merge.answered <= when)


def _mine(component: Component, mine: frozenset[str]) -> dict[str, Property]:
    """His lines: he may be asked under several of his addresses."""
    return {address: prop for address, prop in attendees_of(component).items() if address in mine}


def _keep_schedule_parameters(target: Component, was: Property | None) -> None:
    """What became of his own reply (RFC 6638 §7.3), and who sends it, is not for the organizer to say."""
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

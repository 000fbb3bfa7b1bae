"""Applies an answer, given here or received as a REPLY: RFC 5546 §3.2.3, RFC 6638 §4.2, SPEC B6."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from televent.ical.itip.admitting import admit, may_join, scheduled_here
from televent.ical.itip.message import Message, stamp
from televent.ical.itip.overlay import answering, include, mark_busy
from televent.ical.itip.parts import Parts, is_cancelled, occurrence, parts_to_edit, sequence_of
from televent.ical.itip.people import (
    PARTSTATS,
    UNANSWERED,
    address_of,
    addresses,
    attendees_of,
    mine_in,
    own_lines,
    partstat_of,
)
from televent.ical.itip.precedence import Verdict, judge
from televent.ical.itip.receiving.delegating import delegate
from televent.ical.itip.receiving.encounter import Encounter
from televent.ical.itip.receiving.standing import sequence_asked
from televent.ical.itip.results import Answer, Applied, MarkRow
from televent.ical.itip.roles import organizer_in
from televent.ical.itip.sending.asked import counts_from
from televent.ical.itip.series import around, planned, upcoming
from televent.ical.objects.calendar_text import CalendarText
from televent.ical.text.errors import TooManyInstances
from televent.ical.text.tree import Component, Property
from televent.ical.text.values import escape, normalise_address, unescape

MAX_DIGITS = 3
"""Max digits of the number of people whom an attendee brings along."""


@dataclass(frozen=True, slots=True)
class _Given:
    """An answer to write into a copy, on every line of *addresses*. *own*: the owner of the copy answers. *reply*: the
    ATTENDEE line of the message that had it. *status*: the SCHEDULE-STATUS to write."""

    addresses: frozenset[str]
    partstat: str
    now: datetime
    comment: str | None = None
    own: bool = False
    reply: Property | None = None
    status: str | None = None


def apply_answer(
    stored: CalendarText,
    *,
    me: Collection[str],
    partstat: str,
    recurrence_id: str | None,
    comment: str | None = None,
    now: datetime,
    following: bool = False,
) -> CalendarText:
    """*stored*, an attendee's own copy, with their answer on every line of theirs; *me* are their addresses.

    *recurrence_id* None answers the series, and its overrides that are unanswered or have the same answer as the
    series; an override with another answer keeps it. *partstat* is a value of PARTSTAT, *now* an aware time. An
    occurrence without an override gets one. *following* answers all later occurrences too. Only the lines concerned are
    edited. The same object where nothing changes, or they are not invited. Raises IcalError, and TooManyInstances where
    *following* cannot be said to the organizer (see ``_from_there``).
    """
    parts = parts_to_edit(stored)
    mine = addresses(me)
    rids: Sequence[str | None] = [recurrence_id]
    kept: list[str] = []
    if recurrence_id is not None and following:
        rids, kept = _from_there(parts, mine, recurrence_id, now)
    if recurrence_id is None:
        follows = {"NEEDS-ACTION"}
        if parts.master is not None:
            follows.add(partstat_of(mine_in(parts.master, mine)))
        rids = [
            rid
            for rid, each in parts.items()
            if rid is None
            or parts.master is None
            or (not is_cancelled(each) and partstat_of(mine_in(each, mine)) in follows)
        ]
    for each in kept:
        _keep_apart(parts, each, now)
    given = _Given(mine, partstat, now, comment, own=True)
    edited = [_answer(parts, rid, given) for rid in rids]
    return CalendarText.of_tree(parts.root) if any(edited) else stored


def _from_there(parts: Parts, mine: Collection[str], rid: str, now: datetime) -> tuple[Sequence[str | None], list[str]]:
    """The components to answer for *rid* and all later occurrences, and the occurrences that keep the answer of now.

    A REPLY has no way to say "from there on" that other programs read: to them RANGE=THISANDFUTURE is one occurrence.
    So each later occurrence is answered by itself. Where they are too many, or the series has no end, the series is
    answered, and the occurrences still to come before *rid* get overrides with their old answer, which the REPLY
    repeats. Raises TooManyInstances where those are too many, or have no answer yet that could be repeated.
    """
    off = {each for each, own in parts.overrides.items() if is_cancelled(own)}
    following = sorted(each for each in parts.overrides.keys() - off if each >= rid)
    if parts.master is None:
        return following, []
    _, later = around(parts, rid)
    if later is not None:
        return sorted({rid, *later, *following} - off), []
    kept = [each for each in upcoming(parts, now, rid) if each not in parts.overrides]
    if kept and partstat_of(mine_in(parts.master, mine)) == UNANSWERED:
        raise TooManyInstances("the occurrences before that one have no answer yet")
    return [None, *following], kept


def _keep_apart(parts: Parts, rid: str, now: datetime) -> None:
    """Gives the occurrence an override that is as the series."""
    plain = occurrence(parts, rid)
    if plain is not None:
        plain.put("DTSTAMP", stamp(now))
        parts.add(rid, plain)


def _answer(parts: Parts, rid: str | None, given: _Given) -> bool:
    """Writes the answer to the occurrence *rid* (None: the series) into the copy; True if that edits it."""
    component = parts.get(rid)
    fresh = component is None and rid is not None
    if fresh:
        component = occurrence(parts, rid) if rid is not None else None
    if component is None:
        return False
    lines = own_lines(component, given.addresses).values()
    if not lines:
        return False
    before = partstat_of(mine_in(component, given.addresses))
    if fresh and before == given.partstat and (rid is None or parts.master is None or rid not in _excluded(parts)):
        return False
    edited = fresh
    for prop in lines:
        answered = _delegated(answering(prop, given.partstat, status=given.status), given)
        if answered is not prop:
            component.replace(prop, answered)
            edited = True
    if given.own and given.comment is not None and unescape(component.value("COMMENT") or "") != given.comment:
        component.put("COMMENT", escape(given.comment))
        edited = True
    if given.own and edited:
        mark_busy(component, before, given.partstat)
    if fresh and rid is not None:
        component.put("DTSTAMP", stamp(given.now))
        include(parts, [rid])
        parts.add(rid, component)
    return edited


def _delegated(line: Property, given: _Given) -> Property:
    """*line* with the delegation parameters of the reply (RFC 5546 §3.2.2.3)."""
    if given.reply is None:
        return line
    for name in ("DELEGATED-TO", "DELEGATED-FROM"):
        values = given.reply.param_values(name)
        if values and values != line.param_values(name):
            line = line.with_param(name, *values)
    if given.partstat != "DELEGATED" and line.param("DELEGATED-TO") is not None:
        line = line.with_param("DELEGATED-TO")
    return line


def _excluded(parts: Parts) -> set[str]:
    return parts.moments(parts.master, "EXDATE") if parts.master is not None else set()


def received_answers(encounter: Encounter, copy: Parts) -> Applied:
    """Applies a REPLY to the organizer's copy: only its answers, not its title, times or other lines (SPEC B6)."""
    message, stored = encounter.message, encounter.stored
    answers: list[Answer] = []
    marks: list[MarkRow] = []
    holder = organizer_in(copy)
    crashers: list[Answer] = []
    unasked: list[MarkRow] = []
    reason: str | None = None
    edited = False
    # The master comes first: an answer to one occurrence in the same message then overrides it.
    for _, component in message.parts.items():
        named = component.get("RECURRENCE-ID")
        rid = copy.resolve(named) if named is not None else None
        current = copy.get(rid) or copy.master
        if named is not None and rid is None:
            current = None
        if current is None or (rid is not None and rid not in copy.overrides and not _occurs(copy, rid)):
            reason = reason or "no-such-occurrence"
            continue
        line = _answering(component, current)
        if line is None:
            reason = reason or "no-attendee"
            continue
        answer, sent = _answer_in(component, line, rid), encounter.sent(component)
        if answer.address not in attendees_of(current):
            version = min(sequence_of(current), sequence_of(component))
            if judge(encounter.mark(rid, answer.address), version, sent) is not Verdict.NEWER:
                reason = reason or "duplicate"
                continue
            if not _joins(encounter, copy, answer, component):
                reason = reason or "party-crasher"
                crashers.append(answer)
                unasked.append((answer.address, rid, version, sent))
                continue
            admit(copy, answer)
            edited = True
        # Without SEQUENCE the answered version is unknown, so DTSTAMP alone decides. A SEQUENCE higher than the
        # organizer's was raised by the attendee's client (I-5).
        version = sequence_of(current)
        if component.get("SEQUENCE") is not None:
            version = min(version, sequence_of(component))
        if version < sequence_of(current) and _asks_the_same(encounter, copy, rid, answer.address, version):
            version = sequence_of(current)
        verdict = judge(encounter.mark(rid, answer.address), version, sent)
        # An answer to the current version always counts: the SEQUENCE of an override may be lower than the series'.
        outdated = version < sequence_of(current) and (
            version < counts_from(encounter.known, holder, answer.address, rid)
            or not _same_time(copy, rid, message, component)
        )
        if verdict is not Verdict.NEWER or outdated:
            reason = reason or ("duplicate" if verdict is Verdict.SAME else "stale")
            continue
        if encounter.outranked(rid, answer.address, attendees_of(current)[answer.address]):
            reason = "less-trusted"
            continue
        status = ",".join(each.value.partition(";")[0].strip() for each in component.all("REQUEST-STATUS")) or "2.0"
        given = _Given(frozenset({answer.address}), answer.partstat, encounter.now, reply=line)
        mark: MarkRow = (answer.address, rid, version, sent)
        edited |= _answer(copy, rid, replace(given, status=_codes(status)))
        if rid is None:
            edited |= _follow(encounter, copy, replace(given, status=_codes(status)), mark)
        edited |= delegate(copy, answer.address, holder, admits=encounter.admits and scheduled_here(copy))
        answers.append(answer)
        marks.append(mark)
        if rid is not None and named is not None and (named.param("RANGE") or "").strip().upper() == "THISANDFUTURE":
            spread, also = _spread(encounter, copy, given, mark)
            edited |= spread
            marks += also
    if not answers:
        return Applied(stored, "nothing", reason=reason or "no-attendee", answers=tuple(crashers), marks=tuple(unasked))
    text = CalendarText.of_tree(copy.root) if edited else stored
    rids = tuple(answer.recurrence_id for answer in answers)
    return Applied(text, "answered", answers=tuple(answers), reason=reason, marks=tuple(marks), recurrence_ids=rids)


def _joins(encounter: Encounter, copy: Parts, answer: Answer, component: Component) -> bool:
    """Whether an uninvited person is let in without a question: they answer the event as it is now, for the first time.

    They know of one date, or of an older version, otherwise: an invitation would show them more than they have seen.
    And somebody who was refused, or asked about, before is asked about again.
    """
    newest = copy.master is not None and sequence_of(component) >= sequence_of(copy.master)
    known = any(address == answer.address for _, address in encounter.known)
    return encounter.admits and newest and not known and may_join(copy, answer)


def _follow(encounter: Encounter, copy: Parts, given: _Given, answered: MarkRow) -> bool:
    """Applies an answer to the series also to the overrides whose time is that of the series.

    The attendee may not know these overrides: another attendee's answer may have created one, and the message about it
    may not have arrived yet. Without RECURRENCE-ID an answer is to every instance (RFC 5546 §3.2.3).
    """
    address, _, version, sent = answered
    edited = False
    holder = organizer_in(copy)
    for rid, component in copy.overrides.items():
        asked = attendees_of(component).get(address)
        mark = encounter.mark(rid, address)
        own = mark is not None and partstat_of(asked) != "NEEDS-ACTION"
        if asked is None or own or rid in encounter.message.parts.overrides or is_cancelled(component):
            continue
        if version < counts_from(encounter.known, holder, address, rid):
            continue
        plain = occurrence(copy, rid)
        if plain is None or copy.span(plain) != copy.span(component):
            continue
        if judge(mark, version, sent) is Verdict.NEWER:
            edited |= _answer(copy, rid, given)
    return edited


def _spread(encounter: Encounter, copy: Parts, given: _Given, answered: MarkRow) -> tuple[bool, list[MarkRow]]:
    """Applies the answer to one occurrence also to all later ones (RANGE=THISANDFUTURE, RFC 5545 §3.2.13).

    Few clients can read one override for many occurrences. So each later occurrence gets its own override. Where there
    are too many, or the series has no end, the series gets the answer, and each earlier occurrence gets an override
    with its old answer.
    """
    address, rid, version, sent = answered
    assert rid is not None
    earlier, later = around(copy, rid)
    edited = False
    if later is None:
        had = partstat_of(attendees_of(copy.master).get(address)) if copy.master is not None else None
        for each in earlier if had != given.partstat else []:
            if each not in copy.overrides:
                _keep_apart(copy, each, given.now)
                edited = True
    following = {each for each in copy.overrides if each > rid}
    targets: list[str | None] = [*sorted(following | set(later or ()) - {rid}), *([None] if later is None else [])]
    marks: list[MarkRow] = []
    for target in targets:
        component = copy.get(target) or copy.master
        asked = attendees_of(component).get(address) if component is not None else None
        off = component is None or (target is not None and is_cancelled(component))
        if asked is not None and encounter.outranked(target, address, asked):
            continue
        if off or judge(encounter.mark(target, address), version, sent) is not Verdict.NEWER:
            continue
        edited |= _answer(copy, target, replace(given, status="2.0"))
        marks.append((address, target, version, sent))
    return edited, marks


def _same_time(copy: Parts, rid: str | None, message: Message, component: Component) -> bool:
    """Whether an answer to an older version is to the current time.

    SEQUENCE also rises when another attendee is removed or one occurrence is cancelled. The remaining attendees do not
    get a message about that. RFC 5546 §2.1.4 warns against relying on SEQUENCE alone.
    """
    current = copy.get(rid) or (occurrence(copy, rid) if rid is not None else None)
    if current is None or component.get("DTSTART") is None:
        return False
    return message.parts.span(component) == copy.span(current)


def _asks_the_same(encounter: Encounter, copy: Parts, rid: str | None, address: str, version: int) -> bool:
    """Whether the meeting asks now what the answered version asked, and the attendee was told of nothing else."""
    asked = sequence_asked(encounter.told, copy, rid, address) if encounter.told is not None else None
    return asked is not None and version >= asked


def _codes(status: str) -> str:
    """The status codes of a REQUEST-STATUS value without other text, at most ten; "2.0" where there are none."""
    codes = [code for code in status.split(",") if code and all(char.isdigit() or char == "." for char in code)]
    return ",".join(codes[:10]) or "2.0"


def _answering(component: Component, current: Component) -> Property | None:
    """The ATTENDEE line that answers: the one with a PARTSTAT, preferably of an invited attendee."""
    given = [
        prop for prop in attendees_of(component).values() if (prop.param("PARTSTAT") or "").strip().upper() in PARTSTATS
    ]
    asked = attendees_of(current)
    return next((prop for prop in given if address_of(prop) in asked), given[0] if given else None)


def _answer_in(component: Component, prop: Property, rid: str | None) -> Answer:
    comment = component.value("COMMENT") or prop.param("X-RESPONSE-COMMENT")
    to = prop.param("DELEGATED-TO")
    return Answer(
        address=address_of(prop),
        partstat=partstat_of(prop),
        recurrence_id=rid,
        comment=unescape(comment).strip() or None if comment else None,
        cn=prop.param("CN"),
        delegated_to=normalise_address(to) if to else None,
        guests=_guests(prop),
    )


def _guests(prop: Property) -> int:
    """The number of people whom the attendee brings along, by the parameter of Google; 0 where it is no number."""
    number = (prop.param("X-NUM-GUESTS") or "").strip()
    return int(number) if number.isascii() and number.isdigit() and len(number) <= MAX_DIGITS else 0


def _occurs(copy: Parts, rid: str) -> bool:
    """Whether the series has that occurrence. An excluded occurrence takes no answer."""
    return rid not in _excluded(copy) and planned(copy, rid)

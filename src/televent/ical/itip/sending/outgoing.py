"""Old text and new text of one copy → the iTIP messages that the change causes: RFC 6638 §3.2.1, §3.2.2; RFC 5546 §3.

The functions are pure. Delivery (to an account here, or by mail) may lose, repeat or reorder messages. The recipient
decides by UID, RECURRENCE-ID, SEQUENCE and DTSTAMP. The caller gives each change of one UID a later *dtstamp* than the
change before: max(now, last + 1 s), since DTSTAMP counts whole seconds.
"""

from __future__ import annotations

from collections.abc import Collection, Hashable, Iterable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Final

from televent.ical.itip.message import enveloped, only_properties, outward, zones_for
from televent.ical.itip.overlay import replace_lines
from televent.ical.itip.parts import Parts, is_cancelled, parts_of, sequence_of, text_of
from televent.ical.itip.people import addresses, attendees_of, partstat_of, served, takes_part
from televent.ical.itip.roles import organizer_in
from televent.ical.itip.sending.comparing import ANSWERS, GUESTS, MAX_SINGLE_CANCELS, NOTHING, TIMES, Comparison
from televent.ical.itip.sending.organizer import prepare_organizer_put, without_force_send
from televent.ical.itip.sending.replies import attendee_answers, reply_component
from televent.ical.itip.sending.views import View, view
from televent.ical.itip.series import planned
from televent.ical.objects.calendar_text import CalendarText
from televent.ical.text.tree import Component, Property
from televent.ical.text.values import unescape
from televent.ical.zones.tzid import tzid_of

_CANCEL_PROPERTIES: Final = frozenset(
    {
        "UID",
        "DTSTAMP",
        "DTSTART",
        "DTEND",
        "DURATION",
        "DUE",
        "RRULE",
        "RDATE",
        "EXDATE",
        "RECURRENCE-ID",
        "SUMMARY",
        "LOCATION",
        "ORGANIZER",
        "ATTENDEE",
        "SEQUENCE",
        "COMMENT",
    }
)


@dataclass(frozen=True, slots=True)
class OutgoingMessage:
    """One iTIP message for one recipient.

    *sender* and *recipient* are normalised addresses. *text* is the complete VCALENDAR with METHOD; it has only the
    components that the recipient may see. *significant*: time, recurrence or place changed, or the recipient is
    invited for the first time. The recipient is then notified; else only their copy changes. *kind*: "invite",
    "update", "again" (the recipient asked for it), "cancel", "reply", "counter", "decline-counter", "guests" (only the
    list of guests changed) or "refresh" (only other attendees' answers changed).
    *recurrence_ids* name the components, None the master.
    """

    method: str
    sender: str
    recipient: str
    recipient_cn: str | None
    uid: str
    sequence: int
    dtstamp: datetime
    recurrence_ids: tuple[str | None, ...]
    text: bytes
    significant: bool
    kind: str
    summary: str
    asks: bool = False
    """The recipient must answer again, whatever they answered before: invited (again), or SCHEDULE-FORCE-SEND."""


@dataclass(frozen=True, slots=True)
class _Ready:
    """A component prepared for sending, without the lines that differ between recipients."""

    component: Component
    people: dict[str, Property]
    zones: list[Component]


@dataclass(frozen=True, slots=True)
class _Draft:
    """One message for one recipient, before it is written. *zones* are its VTIMEZONEs, None to find them in *source*.

    *same* is a key that is equal for messages of one change with the same text; None where no other message has it.
    The other fields are those of :class:`OutgoingMessage`.
    """

    method: str
    kind: str
    components: dict[str | None, Component]
    source: Parts
    significant: bool = True
    asks: bool = False
    zones: Iterable[Component] | None = None
    same: Hashable = None


@dataclass(frozen=True, slots=True)
class _Batch:
    """The sender and DTSTAMP of all messages of one change, and a cache of the parts that they share."""

    sender: str
    uid: str
    dtstamp: datetime
    answered: bool = False
    least: int = ANSWERS
    ready: dict[Hashable, _Ready] = field(default_factory=dict)
    compared: Comparison = field(default_factory=Comparison)
    texts: dict[Hashable, bytes] = field(default_factory=dict)

    def message(self, to: str, cn: str | None, draft: _Draft) -> OutgoingMessage:
        """The draft as a message to the address *to*, whose CN is *cn*."""
        shown = list(draft.components.values())
        text = self.texts.get(draft.same) if draft.same is not None else None
        if text is None:
            text = enveloped(draft.method, shown, draft.source, draft.zones).raw
            if draft.same is not None:
                self.texts[draft.same] = text
        return OutgoingMessage(
            method=draft.method,
            sender=self.sender,
            recipient=to,
            recipient_cn=cn or None,
            uid=self.uid,
            sequence=max(map(sequence_of, shown)),
            dtstamp=self.dtstamp,
            recurrence_ids=tuple(draft.components),
            text=text,
            significant=draft.significant,
            kind=draft.kind,
            summary=unescape(text_of(shown[0], "SUMMARY")),
            asks=draft.asks,
        )


def organizer_messages(
    old: CalendarText | None,
    new: CalendarText | None,
    *,
    me: Collection[str],
    dtstamp: datetime,
    answered: bool = False,
    least: int = ANSWERS,
) -> list[OutgoingMessage]:
    """The REQUESTs and CANCELs that a change of the organizer's copy causes (RFC 6638 §3.2.1).

    *old* None: created; *new* None: deleted. *me* are the organizer's addresses. *answered*: the attendees' own answers
    made the change, so one that is taken back is not asked for. *least*: the smallest change that counts. With TEXTS, a
    component in which only answers or the list of guests changed stays out. Raises IcalError.
    """
    mine = addresses(me)
    before = parts_of(old) if old is not None else None
    after = parts_of(new) if new is not None else None
    sender = next((a for p in (after, before) if p is not None and (a := organizer_in(p)) in mine), None)
    if sender is None:
        return []
    asked = {
        address: None
        for parts in (after, before)
        if parts is not None
        for _, component in parts.items()
        for address in attendees_of(component)
        if address and address not in mine
    }
    uid = next(parts.uid for parts in (after, before) if parts is not None)
    batch = _Batch(sender, uid, dtstamp, answered, least)
    return [
        message
        for address in asked
        for message in _for_one(batch, address, view(before, address, mine), view(after, address, mine), after, mine)
    ]


def _for_one(
    batch: _Batch, to: str, old: View | None, new: View | None, after: Parts | None, mine: Collection[str]
) -> list[OutgoingMessage]:
    if new is None:
        return _cancelled(batch, to, old, after, mine) if old is not None else []
    if new.master is not None and is_cancelled(new.master):
        if old is None or (old.master is not None and is_cancelled(old.master)):
            return []
        return _cancelled(batch, to, old, after, mine)
    if old is None:
        return [_request(batch, "invite", to, new, set(new.components), True, asks=True)]
    compared, gone = batch.compared, batch.compared.gone(old, new)
    changed = {rid: level for rid in new.components if (level := compared.level(old, new, rid)) >= batch.least}
    taken_back = set() if batch.answered else compared.taken_back(old, new, to)
    changed |= dict.fromkeys(taken_back, TIMES)
    dropped = [
        rid
        for rid in old.components
        if rid is not None
        and rid not in new.components
        and rid not in gone
        and new.master is not None
        # Where nothing else differs, the copies here still lose the override.
        and max(compared.level(old, new, rid), ANSWERS) >= batch.least
    ]
    whole = bool(dropped) or None in changed or len(gone) > MAX_SINGLE_CANCELS
    level = max([*changed.values(), *(compared.level(old, new, rid) for rid in dropped)], default=NOTHING)
    if dropped and level == NOTHING:
        level = ANSWERS
    messages = []
    if gone and not (whole and level > ANSWERS):
        cancelled: dict[str | None, Component] = {}
        for rid in sorted(gone):
            cancelled[rid] = _cancel_of(batch, to, old, new.parts, rid, _for_all(new.parts, rid))
        messages.append(batch.message(to, _cn(old, to), _Draft("CANCEL", "cancel", cancelled, old.parts)))
    elif gone:
        level = max(level, TIMES)
    forced = _forced(new, to)
    if forced:
        whole, level = True, TIMES
    asks = forced or any(not compared.moved(old, new, rid) for rid in taken_back)
    if level >= batch.least:
        which = set(new.components) if whole else set(changed)
        kind = {ANSWERS: "refresh", GUESTS: "guests"}.get(level, "update")
        messages.append(_request(batch, kind, to, new, which, level == TIMES, asks=asks))
    return messages


def _for_all(parts: Parts | None, rid: str | None) -> bool:
    """Whether the occurrence is cancelled for all attendees: only then a CANCEL has STATUS (RFC 5546 §3.2.5)."""
    if parts is None:
        return True
    own = parts.get(rid)
    if own is not None:
        return is_cancelled(own)
    if rid is None or parts.master is None:
        return True
    return rid in parts.moments(parts.master, "EXDATE") or not planned(parts, rid)


def _forced(new: View, to: str) -> bool:
    lines = (new.parts.attendees(component).get(to) for component in new.components.values())
    return any(prop is not None and (prop.param("SCHEDULE-FORCE-SEND") or "").upper() == "REQUEST" for prop in lines)


def _cn(shown: View, to: str) -> str | None:
    lines = (shown.parts.attendees(component).get(to) for component in shown.components.values())
    return next((prop.param("CN") for prop in lines if prop is not None), None)


def _request(
    batch: _Batch, kind: str, to: str, new: View, which: set[str | None], significant: bool, *, asks: bool
) -> OutgoingMessage:
    if ("REQUEST", new.shape, next(iter(new.components))) not in batch.ready:
        for rid, copy in zip(new.components, new.sent(), strict=True):
            fresh = outward(copy, batch.dtstamp)
            ready = _Ready(fresh, attendees_of(fresh), zones_for([fresh], new.parts))
            batch.ready["REQUEST", new.shape, rid] = ready
    components: dict[str | None, Component] = {}
    zones: dict[str | None, Component] = {}
    asked = False
    for rid in new.components:
        if rid in which:
            ready = batch.ready["REQUEST", new.shape, rid]
            components[rid] = _asking(ready.component, ready.people.get(to))
            asked |= components[rid] is not ready.component
            zones |= {tzid_of(zone): zone for zone in ready.zones}
    same = ("REQUEST", new.shape, tuple(components)) if not asked else None
    draft = _Draft("REQUEST", kind, components, new.parts, significant, asks, zones.values(), same)
    return batch.message(to, _cn(new, to), draft)


def _asking(component: Component, prop: Property | None) -> Component:
    """A copy with RSVP=TRUE where the attendee has not answered and the organizer's client set no RSVP; else the same
    component."""
    if prop is None or partstat_of(prop) != "NEEDS-ACTION" or prop.param("RSVP") is not None or not takes_part(prop):
        return component
    asking = component.copy()
    asking.replace(prop, prop.with_param("RSVP", "TRUE"))
    return asking


def _cancelled(batch: _Batch, to: str, old: View, after: Parts | None, mine: Collection[str]) -> list[OutgoingMessage]:
    """The CANCEL of everything that the recipient was invited to."""
    if all(is_cancelled(component) for component in old.components.values()):
        return []
    stays = after if after is not None and organizer_in(after) in mine else None
    rids = [None] if old.master is not None else list(old.components)
    components: dict[str | None, Component] = {}
    for rid in rids:
        there = stays.get(rid) if stays is not None else None
        off = stays is None or (there is not None and is_cancelled(there)) or (rid is not None and _for_all(stays, rid))
        components[rid] = _cancel_of(batch, to, old, stays, rid, off)
    return [batch.message(to, _cn(old, to), _Draft("CANCEL", "cancel", components, old.parts))]


def _cancel_of(batch: _Batch, to: str, old: View, new: Parts | None, rid: str | None, off: bool) -> Component:
    key = ("CANCEL", old.shape, rid)
    if key not in batch.ready:
        was = old.at(rid)
        assert was is not None
        fresh = only_properties(outward(was, batch.dtstamp), _CANCEL_PROPERTIES)
        people = attendees_of(fresh)
        fresh.drop("ATTENDEE")
        batch.ready[key] = _Ready(fresh, people, [])
    ready = batch.ready[key]
    component = ready.component.copy()
    number = sequence_of(component) + 1
    if new is not None:
        number = max(number, sequence_of(new.get(rid) or new.master))
    if to in ready.people:
        component.add(ready.people[to])
    component.put("SEQUENCE", str(number))
    if off:
        component.put("STATUS", "CANCELLED")
        there = new.get(rid) if new is not None else None
        if new is not None and there is not None and to in new.attendees(there):
            # The organizer may say why in the same change.
            for name in ("SUMMARY", "COMMENT"):
                replace_lines(component, name, there.all(name))
    return component


def attendee_messages(
    old: CalendarText | None,
    new: CalendarText | None,
    *,
    me: Collection[str],
    dtstamp: datetime,
    declined: Collection[str] = (),
) -> list[OutgoingMessage]:
    """The REPLYs that a change of an attendee's copy causes (RFC 6638 §3.2.2).

    There is one for each invited address of the attendee, for a REPLY has one ATTENDEE (RFC 5546 §3.2.3). *me* are the
    attendee's addresses. *old* None: the attendee stored an invitation; *new* None: the attendee deleted it, which
    declines all that was not declined yet. *declined*: occurrences deleted before, to be declined again. Raises
    IcalError.
    """
    mine = addresses(me)
    before = parts_of(old) if old is not None else None
    after = parts_of(new) if new is not None else None
    shown = after or before
    if shown is None:
        return []
    organizer = organizer_in(shown) or (organizer_in(before) if before is not None else None)
    if organizer is None or organizer in mine or not _replies(shown):
        return []
    messages = []
    asked = {
        each: None for parts in (before, after) if parts for _, part in parts.items() for each in attendees_of(part)
    }
    for address in asked:
        if address in mine and (answers := attendee_answers(before, after, address, declined)):
            components = {rid: reply_component(answer, dtstamp) for rid, answer in answers.items()}
            named = next((component.get("ORGANIZER") for component in components.values()), None)
            cn = named.param("CN") if named is not None else None
            batch = _Batch(address, shown.uid, dtstamp)
            messages.append(batch.message(organizer, cn, _Draft("REPLY", "reply", components, shown)))
    return messages


def _replies(parts: Parts) -> bool:
    """Whether the server sends the attendee's replies: SCHEDULE-AGENT of every ORGANIZER line is SERVER."""
    lines = [prop for _, component in parts.items() if (prop := component.get("ORGANIZER")) is not None]
    return all(map(served, lines))


__all__ = ["OutgoingMessage", "attendee_messages", "organizer_messages", "prepare_organizer_put", "without_force_send"]

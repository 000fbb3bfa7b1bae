"""Old text and new text of one copy → the letters that the change owes: RFC 6638 §3.2.1, §3.2.2; RFC 5546 §3.

Pure: whoever carries the letters (into an account here, or out by mail) may lose, double or reorder them; what
receives them decides by UID, RECURRENCE-ID, SEQUENCE and DTSTAMP. A caller gives each change of one UID a later
*dtstamp* than the one before: at DTSTAMP's resolution of one second, max(now, last + 1 s).
"""

from __future__ import annotations

from collections.abc import Collection, Hashable, Iterable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Final

from televent.ical.itip.changes import moved_place, people, rescheduled, rule_of, wording
from televent.ical.itip.message import enveloped, kept, outward, zones_for
from televent.ical.itip.parts import Parts, is_cancelled, parts_of, sequence_of, text_of
from televent.ical.itip.people import addresses, attendees_of, partstat_of, served
from televent.ical.itip.roles import organizer_in
from televent.ical.itip.sending.organizer import prepare_organizer_put, without_force_send
from televent.ical.itip.sending.replies import attendee_answers, reply_component
from televent.ical.itip.sending.views import View, view
from televent.ical.objects.calendar_text import CalendarText
from televent.ical.text.tree import Component, Property
from televent.ical.text.values import unescape

_CANCEL_SAYS: Final = frozenset(
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
_MANY: Final = 50
"""Occurrences cancelled at once beyond which the whole series is sent again instead."""


@dataclass(frozen=True, slots=True)
class OutgoingMessage:
    """One iTIP message for one recipient.

    *sender* and *recipient* are normalised addresses; *text* is the complete VCALENDAR, with METHOD, of only what
    the recipient is part of. *significant*: time, recurrence or place moved, or he is asked for the first time;
    then he is told, else only his copy changes. *kind*: "invite", "update", "cancel", "reply" or "refresh" (only
    others' answers changed). *recurrence_ids* name the components, None the master.
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
    """He is to answer, whatever he said before: invited (again), or forced by SCHEDULE-FORCE-SEND."""


@dataclass(frozen=True, slots=True)
class _Ready:
    """A component made ready for letters, but for what differs from recipient to recipient."""

    component: Component
    people: dict[str, Property]
    zones: list[Component]


@dataclass(frozen=True, slots=True)
class _Draft:
    """One message for one recipient, before it is written. *source* has the zones of the components, unless *zones*
    are known already. The other fields are those of :class:`OutgoingMessage`."""

    method: str
    kind: str
    components: dict[str | None, Component]
    source: Parts
    significant: bool = True
    asks: bool = False
    zones: Iterable[Component] | None = None


@dataclass(frozen=True, slots=True)
class _Post:
    """From whom and when the letters of one change go out, and what several of them have in common."""

    sender: str
    uid: str
    dtstamp: datetime
    ready: dict[Hashable, _Ready] = field(default_factory=dict)
    levels: dict[Hashable, int] = field(default_factory=dict)

    def message(self, to: str, cn: str | None, draft: _Draft) -> OutgoingMessage:
        """The draft as a message to the address *to*, whose CN is *cn*."""
        shown = list(draft.components.values())
        return OutgoingMessage(
            method=draft.method,
            sender=self.sender,
            recipient=to,
            recipient_cn=cn or None,
            uid=self.uid,
            sequence=max(map(sequence_of, shown)),
            dtstamp=self.dtstamp,
            recurrence_ids=tuple(draft.components),
            text=enveloped(draft.method, shown, draft.source, draft.zones).raw,
            significant=draft.significant,
            kind=draft.kind,
            summary=unescape(text_of(shown[0], "SUMMARY")),
            asks=draft.asks,
        )


def organizer_messages(
    old: CalendarText | None, new: CalendarText | None, *, me: Collection[str], dtstamp: datetime
) -> list[OutgoingMessage]:
    """The REQUESTs and CANCELs that a change of the organizer's copy owes (RFC 6638 §3.2.1).

    *old* None: created; *new* None: deleted. *me* are the organizer's addresses. Raises IcalError.
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
    post = _Post(sender, uid, dtstamp)
    return [
        message
        for address in asked
        for message in _for_one(post, address, view(before, address, mine), view(after, address, mine), after, mine)
    ]


def _for_one(
    post: _Post, to: str, old: View | None, new: View | None, after: Parts | None, mine: Collection[str]
) -> list[OutgoingMessage]:
    if new is None:
        return _cancelled(post, to, old, after, mine) if old is not None else []
    if new.master is not None and is_cancelled(new.master):
        if old is None or (old.master is not None and is_cancelled(old.master)):
            return []
        return _cancelled(post, to, old, after, mine)
    if old is None:
        return [_request(post, "invite", to, new, set(new.components), True, asks=True)]
    gone = _gone(old, new)
    changed = {rid: level for rid in new.components if (level := _level(post, old, new, rid)) > 0}
    dropped = [
        rid
        for rid in old.components
        if rid is not None and rid not in new.components and rid not in gone and new.master is not None
    ]
    whole = bool(dropped) or None in changed or len(gone) > _MANY
    level = max([*changed.values(), *(_level(post, old, new, rid) for rid in dropped)], default=0)
    if dropped and level == 0:
        level = 1
    messages = []
    if gone and not (whole and level > 1):
        cancelled: dict[str | None, Component] = {}
        for rid in sorted(gone):
            cancelled[rid] = _cancel_of(post, to, old, new.parts, rid, _for_all(new.parts, rid))
        messages.append(post.message(to, _cn(old, to), _Draft("CANCEL", "cancel", cancelled, old.parts)))
    elif gone:
        level = max(level, 3)
    forced = _forced(new, to)
    if forced:
        whole, level = True, 3
    if level > 0:
        which = set(new.components) if whole else set(changed)
        kind = "refresh" if level == 1 else "update"
        messages.append(_request(post, kind, to, new, which, level == 3, asks=forced))
    return messages


def _gone(old: View, new: View) -> set[str]:
    """The occurrences that the recipient was asked to and no longer is."""
    if new.master is None:
        return {rid for rid in old.components if rid is not None and rid not in new.components}
    if old.master is None:
        return set()
    return {rid for rid in new.absent() - old.absent() if rid not in new.components}


def _for_all(parts: Parts | None, rid: str | None) -> bool:
    """Whether what is gone for one is gone for all: only then does a CANCEL have STATUS (RFC 5546 §3.2.5)."""
    if parts is None:
        return True
    own = parts.get(rid)
    if own is not None:
        return is_cancelled(own)
    return rid is None or parts.master is None or rid in parts.moments(parts.master, "EXDATE")


def _level(post: _Post, old: View, new: View, rid: str | None) -> int:
    """How much of the occurrence changed, worked out once for all who see the same."""
    key = (old.shape, new.shape, rid)
    if key not in post.levels:
        post.levels[key] = _compared(old, new, rid)
    return post.levels[key]


def _compared(old: View, new: View, rid: str | None) -> int:
    """0 nothing he can see, 1 others' answers, 2 words or people, 3 time, recurrence or place."""
    before, after = old.at(rid), new.at(rid)
    if after is None:
        return 0
    if before is None:
        return 3
    if rescheduled(old.parts, before, new.parts, after) or rule_of(before) != rule_of(after):
        return 3
    if moved_place(before, after):
        return 3
    were, are = people(before), people(after)
    if wording(before) != wording(after) or were.keys() != are.keys():
        return 2
    return 1 if were != are else 0


def _forced(new: View, to: str) -> bool:
    lines = (new.parts.attendees(component).get(to) for component in new.components.values())
    return any(prop is not None and (prop.param("SCHEDULE-FORCE-SEND") or "").upper() == "REQUEST" for prop in lines)


def _cn(shown: View, to: str) -> str | None:
    lines = (shown.parts.attendees(component).get(to) for component in shown.components.values())
    return next((prop.param("CN") for prop in lines if prop is not None), None)


def _request(
    post: _Post, kind: str, to: str, new: View, which: set[str | None], significant: bool, *, asks: bool
) -> OutgoingMessage:
    if ("REQUEST", new.shape, next(iter(new.components))) not in post.ready:
        for rid, copy in zip(new.components, new.sent(), strict=True):
            fresh = outward(copy, post.dtstamp)
            ready = _Ready(fresh, attendees_of(fresh), zones_for([fresh], new.parts))
            post.ready["REQUEST", new.shape, rid] = ready
    components: dict[str | None, Component] = {}
    zones: dict[str | None, Component] = {}
    for rid in new.components:
        if rid in which:
            ready = post.ready["REQUEST", new.shape, rid]
            components[rid] = _asking(ready.component.copy(), ready.people.get(to))
            zones |= {zone.value("TZID"): zone for zone in ready.zones}
    draft = _Draft("REQUEST", kind, components, new.parts, significant, asks, zones.values())
    return post.message(to, _cn(new, to), draft)


def _asking(component: Component, prop: Property | None) -> Component:
    """Asks for an answer (RSVP) where none is given and the organizer's program said nothing about it."""
    if prop is None or partstat_of(prop) != "NEEDS-ACTION" or prop.param("RSVP") is not None:
        return component
    if (prop.param("ROLE") or "").upper() != "NON-PARTICIPANT":
        component.replace(prop, prop.with_param("RSVP", "TRUE"))
    return component


def _cancelled(post: _Post, to: str, old: View, after: Parts | None, mine: Collection[str]) -> list[OutgoingMessage]:
    """The CANCEL of everything that he was asked to."""
    if all(is_cancelled(component) for component in old.components.values()):
        return []
    stays = after if after is not None and organizer_in(after) in mine else None
    rids = [None] if old.master is not None else list(old.components)
    components: dict[str | None, Component] = {}
    for rid in rids:
        there = stays.get(rid) if stays is not None else None
        off = stays is None or (there is not None and is_cancelled(there)) or (rid is not None and _for_all(stays, rid))
        components[rid] = _cancel_of(post, to, old, stays, rid, off)
    return [post.message(to, _cn(old, to), _Draft("CANCEL", "cancel", components, old.parts))]


def _cancel_of(post: _Post, to: str, old: View, new: Parts | None, rid: str | None, off: bool) -> Component:
    key = ("CANCEL", old.shape, rid)
    if key not in post.ready:
        was = old.at(rid)
        assert was is not None
        fresh = kept(outward(was, post.dtstamp), _CANCEL_SAYS)
        people = attendees_of(fresh)
        fresh.drop("ATTENDEE")
        post.ready[key] = _Ready(fresh, people, [])
    ready = post.ready[key]
    component = ready.component.copy()
    number = sequence_of(component) + 1
    if new is not None:
        number = max(number, sequence_of(new.get(rid) or new.master))
    if to in ready.people:
        component.add(ready.people[to])
    component.put("SEQUENCE", str(number))
    if off:
        component.put("STATUS", "CANCELLED")
    return component


def attendee_messages(
    old: CalendarText | None,
    new: CalendarText | None,
    *,
    me: Collection[str],
    dtstamp: datetime,
    declined: Collection[str] = (),
) -> list[OutgoingMessage]:
    """The REPLY that a change of an attendee's copy owes (RFC 6638 §3.2.2), of all that he answered: one for each of
    his addresses that is asked, for a REPLY has one ATTENDEE (RFC 5546 §3.2.3).

    *old* None: he stored an invitation himself; *new* None: he deleted it, which declines what he had not declined.
    *declined*: occurrences that he had deleted before, to be told again. Raises IcalError.
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
            post = _Post(address, shown.uid, dtstamp)
            messages.append(post.message(organizer, cn, _Draft("REPLY", "reply", components, shown)))
    return messages


def _replies(parts: Parts) -> bool:
    """Whether the server answers for the attendee: the agent of every ORGANIZER line is the server."""
    lines = [prop for _, component in parts.items() if (prop := component.get("ORGANIZER")) is not None]
    return all(map(served, lines))


__all__ = ["OutgoingMessage", "attendee_messages", "organizer_messages", "prepare_organizer_put", "without_force_send"]

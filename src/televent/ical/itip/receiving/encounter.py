"""An iTIP message together with the copy to which it is applied: RFC 5546 §3.2."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from televent.ical.itip.message import Message
from televent.ical.itip.parts import Parts, dtstamp_of
from televent.ical.itip.people import partstat_of
from televent.ical.itip.precedence import Ledger, Mark, Trust
from televent.ical.itip.results import Applied, nothing
from televent.ical.itip.roles import organizer_in
from televent.ical.objects.calendar_text import CalendarText
from televent.ical.text.tree import Component, Property


@dataclass(frozen=True, slots=True)
class Encounter:
    """One message, one person's copy of its event (None: they have none), and the other inputs of the result.

    *me* are the person's normalised addresses. *now* replaces a missing DTSTAMP. *known* has the messages that were
    applied before. *again*: the sender requires a new answer. *answered* is when the person last answered; an answer
    later than the message is still valid. *trust*: how far the message is trusted as its sender's. *copy* has the
    components of *stored*; they are edited in place. *told*: the organizer's text that the sender, an attendee, was
    last told, where it is older than the copy. *admits*: the organizer lets in people whom they did not invite.
    """

    message: Message
    stored: CalendarText | None
    copy: Parts | None
    me: frozenset[str]
    now: datetime
    known: Ledger
    again: bool = False
    answered: datetime | None = None
    trust: Trust = Trust.T3
    told: Parts | None = None
    admits: bool = False

    def sent(self, component: Component) -> datetime:
        """DTSTAMP of one of the message's components, in UTC."""
        return dtstamp_of(component, self.message.parts.zones) or self.now

    def mark(self, rid: str | None, address: str) -> Mark | None:
        """The last message of *address* about the occurrence *rid* that was applied before."""
        return self.known.get((rid, address))

    def outranked(self, rid: str | None, address: str, asked: Property) -> bool:
        """Whether an answer stands that is trusted more than this message (SPEC B5). *asked*: its ATTENDEE line.

        An answer to an occurrence may be the one that was given to the series.
        """
        marks = (self.mark(rid, address), self.mark(None, address))
        higher = any(mark is not None and mark.trust > self.trust for mark in marks)
        return higher and partstat_of(asked) != "NEEDS-ACTION"

    @property
    def organizer(self) -> str:
        """The organizer's address in the message, else in the copy; "" where neither names one."""
        held = organizer_in(self.copy) if self.message.organizer is None and self.copy is not None else None
        return self.message.organizer or held or ""

    def nothing(self, reason: str | None) -> Applied:
        """The copy stays as it is, for *reason*."""
        return nothing(self.stored, reason)

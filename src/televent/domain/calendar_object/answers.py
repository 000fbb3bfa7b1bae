"""Tells the other attendees about answers that the organizer's copy has got (RFC 6638 §4.2)."""

from __future__ import annotations

from collections.abc import Set
from dataclasses import dataclass, field, replace
from datetime import datetime

from televent.domain.calendar_object.commands import ReceiveMessage
from televent.domain.calendar_object.decision import Decision, decided
from televent.domain.calendar_object.events import RsvpGiven
from televent.domain.calendar_object.state import CalendarObject, evolve
from televent.ical.itip.parts import parts_of
from televent.ical.itip.receiving.delegating import delegators
from televent.ical.itip.sending import outgoing
from televent.ical.itip.sending.outgoing import OutgoingMessage
from televent.ical.objects.calendar_text import CalendarText
from televent.ical.objects.reading import Reading

MAX_REFRESHED = 100
"""Max attendees whose copies get each answer at once; in a larger meeting they get it with the organizer's next
message. The number of messages grows with the square of the attendees (RFC 6638 §4.2 says SHOULD)."""


@dataclass(slots=True)
class Answers:
    """A row of answers, applied one after the other, about which the other attendees are not told yet.

    People answer at the same moment. One message with all their answers spares each attendee one for each.
    """

    _before: CalendarText | None = None
    """The organizer's text before the first answer; None without an answer."""
    _last: int = 0
    """The place of the last answer's decision."""
    _senders: set[frozenset[str]] = field(default_factory=set)
    """The senders of each message."""
    _declined: set[str] = field(default_factory=set)
    """The people who declined."""

    def note(self, before: CalendarObject, decision: Decision, place: int) -> None:
        """Notes the decision about one more message, if it applies an answer. ``before``: the state before it."""
        senders = frozenset(fact.attendee for fact in decision.facts if isinstance(fact, RsvpGiven))
        if senders:
            self._before = self._before or before.text
            self._last = place
            self._senders.add(senders)
            given = (each for each in decision.facts if isinstance(each, RsvpGiven))
            self._declined.update(each.attendee for each in given if each.partstat == "DECLINED" != each.was)

    def tell(self, state: CalendarObject, decisions: list[Decision], command: ReceiveMessage) -> CalendarObject:
        """Adds the messages about the row to its last decision, ends the row, and returns the state after that.

        The other attendees' copies get a message of the kind "refresh". ``command`` has the organizer and the time.
        """
        before, senders, declined = self._before, self._senders, self._declined
        self._before, self._senders, self._declined = None, set(), set()
        if before is None:
            return state
        dtstamp = state.dtstamp(command.now)
        told = _messages(before, state.text, command, senders, dtstamp)
        again = _to_delegators(state.text, command, declined, dtstamp)
        who = {each.recipient for each in again}
        sent = decided([], [*again, *(each for each in told if each.recipient not in who)], dtstamp)
        last = decisions[self._last]
        decisions[self._last] = replace(
            last, facts=[*last.facts, *sent.facts], messages=[*last.messages, *sent.messages]
        )
        for fact in sent.facts:
            state = evolve(state, fact)
        return state


def _messages(
    before: CalendarText, after: CalendarText, command: ReceiveMessage, senders: Set[frozenset[str]], dtstamp: datetime
) -> list[OutgoingMessage]:
    were, are = _asked(before.reading), _asked(after.reading)
    large = len(are) > MAX_REFRESHED
    if large and are <= were:
        return []
    # The sender of the only answer knows it. But a delegate, newly invited, is news for the sender too.
    known = next(iter(senders)) if len(senders) == 1 and are <= were else frozenset()
    messages = outgoing.organizer_messages(before, after, me=command.owner.addresses, dtstamp=dtstamp, answered=True)
    return [each for each in messages if each.recipient not in known and (each.kind == "invite" or not large)]


def _to_delegators(
    text: CalendarText, command: ReceiveMessage, declined: Set[str], dtstamp: datetime
) -> list[OutgoingMessage]:
    """The meeting again, for those whose delegate declined: they may come, or delegate to another person (RFC 5546
    §3.2.2.3, §4.2.7)."""
    wanted = delegators(parts_of(text), declined) if declined else frozenset()
    if not wanted:
        return []
    messages = outgoing.organizer_messages(None, text, me=command.owner.addresses, dtstamp=dtstamp)
    return [replace(each, kind="again", significant=False, asks=False) for each in messages if each.recipient in wanted]


def _asked(reading: Reading) -> set[str]:
    return {each.address for instance in reading.instances() for each in instance.attendees}

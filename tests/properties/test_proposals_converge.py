"""Proposals of another time cross moves, answers and each other. When every message has come, the copies agree.

No time is applied that was proposed for another one, and the organizer knows of each attendee's newest proposal.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from uuid import UUID

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

from televent.domain.calendar_object.commands import (
    AnswerInvitation,
    CalendarObjectCommand,
    Owner,
    PutObject,
    ReceiveMessage,
)
from televent.domain.calendar_object.decide import decide
from televent.domain.calendar_object.events import EventRescheduled
from televent.domain.calendar_object.proposals import AcceptProposal, DeclineProposal, ProposeTime
from televent.domain.calendar_object.propose import outdated
from televent.domain.calendar_object.refusals import OutdatedProposal, ProposalRefusal
from televent.domain.calendar_object.state import CalendarObject, evolve
from televent.ical.itip.message import read_message
from televent.ical.itip.sending.outgoing import OutgoingMessage
from televent.ical.objects.calendar_text import CalendarText

ANN, BOB, CY = (f"{name}@example.com" for name in ("ann", "bob", "cy"))
GUESTS = st.sampled_from([BOB, CY])
HOURS = st.integers(10, 13)
HOME = UUID(int=1)


def meeting(hour: int) -> CalendarText:
    lines = (
        "BEGIN:VCALENDAR", "VERSION:2.0", "PRODID:-//Example//App 1//EN", "BEGIN:VEVENT", "UID:one@example.com",
        "DTSTAMP:20261101T080000Z", "SUMMARY:Sync", f"DTSTART:20261201T{hour}0000Z", f"DTEND:20261201T{hour + 1}0000Z",
        f"ORGANIZER:mailto:{ANN}", f"ATTENDEE:mailto:{BOB}", f"ATTENDEE:mailto:{CY}", "END:VEVENT", "END:VCALENDAR", "",
    )  # fmt: skip
    return CalendarText("\r\n".join(lines).encode())


class Proposals(RuleBasedStateMachine):
    """One organizer, two attendees, and a delivery that reorders and repeats."""

    def __init__(self) -> None:
        super().__init__()
        self.clock = datetime(2026, 11, 2, 8, tzinfo=UTC)
        self.states = {who: CalendarObject() for who in (ANN, BOB, CY)}
        self.owed: list[OutgoingMessage] = []
        self.carried: list[OutgoingMessage] = []

    def do(self, who: str, command: CalendarObjectCommand) -> list[type]:
        """Decides the command and sends its messages; the classes of its facts."""
        decision = decide(self.states[who], command)
        for fact in decision.facts:
            self.states[who] = evolve(self.states[who], fact)
        self.owed += decision.messages
        return [type(fact) for fact in decision.facts]

    def now(self) -> datetime:
        self.clock += timedelta(seconds=1)
        return self.clock

    def carry(self, message: OutgoingMessage) -> None:
        who = message.recipient
        owner, text = Owner(frozenset({who})), read_message(message.text)
        self.do(who, ReceiveMessage(owner, HOME, "m.ics", text, self.now(), asks_again=message.asks))

    @initialize()
    def invite(self) -> None:
        self.move(10)
        for message in list(self.owed):
            self.carry(message)
        self.owed.clear()

    @rule(hour=HOURS)
    def move(self, hour: int) -> None:
        self.do(ANN, PutObject(Owner(frozenset({ANN})), HOME, "m.ics", meeting(hour), self.now()))

    @rule(who=GUESTS, partstat=st.sampled_from(["ACCEPTED", "DECLINED", "TENTATIVE"]))
    def answer(self, who: str, partstat: str) -> None:
        self.do(who, AnswerInvitation(Owner(frozenset({who})), partstat, None, None, self.now()))

    @rule(who=GUESTS, hour=HOURS)
    def propose(self, who: str, hour: int) -> None:
        start = datetime(2026, 12, 1, hour, tzinfo=UTC)
        wish = ProposeTime(frozenset({who}), None, start, start + timedelta(hours=1), None, None, self.now())
        try:
            self.do(who, wish)
        except ProposalRefusal:
            assert self.hour(who) == hour

    @rule(who=GUESTS)
    def accept(self, who: str) -> None:
        for each in self.open(ANN, who):
            before = self.hour(ANN)
            stale = outdated(self.states[ANN], each)
            try:
                facts = self.do(ANN, AcceptProposal(frozenset({ANN}), each.key, self.now()))
            except OutdatedProposal:
                assert stale
                assert self.hour(ANN) == before
                continue
            assert not stale
            assert EventRescheduled in facts

    @rule(who=GUESTS)
    def decline(self, who: str) -> None:
        for each in self.open(ANN, who):
            before = self.hour(ANN)
            self.do(ANN, DeclineProposal(frozenset({ANN}), each.key, None, self.now()))
            assert self.hour(ANN) == before

    def open(self, owner: str, who: str) -> list:  # type: ignore[type-arg]
        return [each for each in self.states[owner].proposals if each.attendee == who and each.answer is None]

    def hour(self, who: str) -> int:
        (instance,) = self.states[who].text.reading.instances()
        assert isinstance(instance.start, datetime)
        return instance.start.hour

    @rule(data=st.data())
    def deliver_any(self, data: st.DataObject) -> None:
        if self.owed:
            message = self.owed.pop(data.draw(st.integers(0, len(self.owed) - 1)))
            self.carried.append(message)
            self.carry(message)

    @rule(data=st.data())
    def deliver_twice(self, data: st.DataObject) -> None:
        if self.carried:
            message = self.carried[data.draw(st.integers(0, len(self.carried) - 1))]
            before, owed = self.states[message.recipient], len(self.owed)
            self.carry(message)
            after = replace(self.states[message.recipient], written=before.written, countered=before.countered)
            assert (after.text, after.proposals, len(self.owed)) == (before.text, before.proposals, owed)

    @invariant()
    def one_proposal_of_each_attendee(self) -> None:
        for state in self.states.values():
            places = [(each.attendee, each.recurrence_id) for each in state.proposals]
            assert len(places) == len(set(places))

    def teardown(self) -> None:
        """Delivers all pending messages, the newest first, which is the worst order."""
        for _ in range(2000):
            if not self.owed:
                break
            self.carry(self.owed.pop())
        assert not self.owed
        for guest in (BOB, CY):
            assert self.hour(guest) == self.hour(ANN)
            mine, theirs = (self.states[who].text.reading.attendee({guest}) for who in (guest, ANN))
            assert mine is not None
            assert theirs is not None
            assert mine.partstat == theirs.partstat, guest
            newest = [each.key for each in self.states[guest].proposals]
            assert [each.key for each in self.states[ANN].proposals if each.attendee == guest] == newest


Proposals.TestCase.settings = settings(max_examples=80, stateful_step_count=25, deadline=None, derandomize=True)
TestProposals = Proposals.TestCase

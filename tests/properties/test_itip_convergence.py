"""Ann, Bob and Cy exchange iTIP messages that are lost, doubled and reordered. When all have come, the copies agree.

Each of Ann's changes asks again about the occurrences that have another time, and about no others (RFC 6638 §3.2.8).
A lost message is still pending in its sender's outbox: it comes in the end, perhaps after later ones.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

from support.as_bytes import (
    apply_answer,
    asked_again,
    attendee_messages,
    made_again,
    mend_attendee_put,
    only_others_answered,
    organizer_messages,
    prepare_organizer_put,
    read_parts,
    receive,
    refusals,
    with_sequence_from,
    without_force_send,
)
from support.weekly_meeting import ANN, BOB, CY, DAYS, DEE, EVERYONE, GUESTS, agree, check_asked, plan, shown
from televent.ical.itip.overlay import exclude, include
from televent.ical.itip.parts import sequence_of
from televent.ical.itip.people import attendees_of, partstat_of
from televent.ical.itip.precedence import EMPTY, Ledger, ledger
from televent.ical.itip.sending.outgoing import OutgoingMessage

ANSWERS = st.sampled_from(["ACCEPTED", "DECLINED", "TENTATIVE"])


class Correspondence(RuleBasedStateMachine):
    """One organizer, two attendees, and an unreliable delivery."""

    def __init__(self) -> None:
        super().__init__()
        self.clock = datetime(2026, 11, 1, 8, tzinfo=UTC)
        self.copies: dict[str, bytes | None] = dict.fromkeys((ANN, *EVERYONE))
        self.ledgers: dict[str, Ledger] = dict.fromkeys((ANN, *EVERYONE), EMPTY)
        self.read: dict[str, bytes] = {}
        self.written: dict[str, datetime] = {}
        self.owed: list[OutgoingMessage] = []
        self.carried: list[OutgoingMessage] = []
        self.title, self.hour = "Sync", 9
        self.moved: dict[str, int] = {}
        self.gone: frozenset[str] = frozenset()
        self.guests = {BOB: True, CY: True}
        self.weeks = 4
        self.singles: frozenset[str] = frozenset()
        self.off: frozenset[str] = frozenset()
        self.wordy = False

    def now(self) -> datetime:
        """Later than every time before it, as DTSTAMP has to be."""
        self.clock += timedelta(seconds=1)
        return self.clock

    @initialize()
    def invite(self) -> None:
        self.put()

    def put(self, forced: str | None = None, floor: int = 0, *, current: bool = False) -> None:
        meeting = (self.title, self.hour, self.moved, self.gone, self.guests, self.weeks)
        new = plan(*meeting, forced, self.singles, self.off, self.wordy)
        old = self.copies[ANN]
        text = with_sequence_from(prepare_organizer_put(old, new, me=[ANN], current=current), floor, me=[ANN])
        if old is not None:
            check_asked(old, text, all_may=current or forced is not None)
        marks = asked_again(old, text, me=[ANN], dtstamp=self.clock)
        if floor:
            marks = made_again(text, floor, dtstamp=self.clock)
        self.ledgers[ANN] = {**self.ledgers[ANN], **ledger(marks)}
        self.change(ANN, text)
        stored = self.copies[ANN]
        assert stored is not None
        self.copies[ANN] = without_force_send(stored)

    def change(self, who: str, text: bytes | None) -> None:
        old, self.copies[who] = self.copies[who], text
        messages = organizer_messages if who == ANN else attendee_messages
        self.send(who, messages(old, text, me=[who], dtstamp=self.now()))

    @rule(title=st.sampled_from(["Sync", "Talk", "Review"]))
    def rename(self, title: str) -> None:
        self.title = title
        self.put()

    @rule(hour=st.integers(8, 11))
    def reschedule(self, hour: int) -> None:
        self.hour = hour
        self.put()

    @rule(day=st.sampled_from(DAYS[1:]), hour=st.integers(12, 15))
    def move_one(self, day: str, hour: int) -> None:
        self.moved = {**self.moved, day: hour}
        self.put()

    @rule(day=st.sampled_from(DAYS[1:]))
    def move_back(self, day: str) -> None:
        self.moved = {other: hour for other, hour in self.moved.items() if other != day}
        self.put()

    @rule(day=st.sampled_from(DAYS[1:]))
    def cancel_one(self, day: str) -> None:
        self.gone = self.gone | {day}
        self.put()

    @rule(day=st.sampled_from(DAYS[1:]))
    def hold_it_after_all(self, day: str) -> None:
        self.gone = self.gone - {day}
        self.put()

    @rule(day=st.sampled_from(DAYS[1:]))
    def cancel_one_by_status_or_hold_it(self, day: str) -> None:
        self.off = self.off ^ {day}
        self.put()

    @rule()
    def say_it_in_other_words(self) -> None:
        self.wordy = not self.wordy
        self.put()

    @rule()
    def ask_all_again(self) -> None:
        # As for ask_to_reconsider.
        if not self.owed:
            self.put(current=True)

    @rule(who=st.sampled_from(GUESTS))
    def invite_or_remove(self, who: str) -> None:
        self.guests = {**self.guests, who: not self.guests[who]}
        self.put()

    @rule(day=st.sampled_from(DAYS[1:]))
    def invite_to_one_or_remove(self, day: str) -> None:
        self.singles = self.singles ^ {day}
        self.put()

    @rule(day=st.sampled_from(DAYS[1:]))
    def leave_one_out(self, day: str) -> None:
        """Dee removes one of the occurrences, but not the last."""
        text = self.copies[DEE]
        rid = next((each for each in shown(text, DEE) if each.startswith(day)), None)
        if text is None or rid is None or self.owed:
            return
        parts = read_parts(text)
        parts.remove(rid)
        if parts.overrides:
            self.put_by(DEE, parts.root.to_bytes())
            assert not any(each.startswith(day) for each in shown(self.copies[DEE], DEE))

    @rule(who=st.sampled_from(GUESTS))
    def read_it(self, who: str) -> None:
        text = self.copies[who]
        if text is not None:
            self.read[who] = text

    @rule(who=st.sampled_from(GUESTS), partstat=ANSWERS)
    def answer_what_was_read(self, who: str, partstat: str) -> None:
        """A program answers the series in the text that it has read. Answers of others may have come since."""
        read, stored = self.read.get(who), self.copies[who]
        if read is None or stored is None or not shown(read, who) or not shown(stored, who):
            return
        if not only_others_answered(stored, read, me=[who]):
            return
        parts = read_parts(read)
        if parts.master is None:
            return
        line = attendees_of(parts.master)[who]
        parts.master.replace(line, line.with_param("PARTSTAT", partstat))
        self.put_by(who, parts.root.to_bytes())

    @rule(who=st.sampled_from(EVERYONE), partstat=ANSWERS, day=st.sampled_from([None, *DAYS]))
    def answer(self, who: str, partstat: str, day: str | None) -> None:
        occurrences = shown(self.copies[who], who)
        rid = next((each for each in occurrences if day is not None and each.startswith(day)), None)
        text = self.copies[who]
        if text is None or not occurrences or (day is not None and rid is None):
            return
        text = apply_answer(text, me=[who], partstat=partstat, recurrence_id=rid, now=self.now())
        if text != self.copies[who]:
            self.change(who, text)

    @rule(weeks=st.integers(2, 4))
    def end_earlier_or_later(self, weeks: int) -> None:
        self.weeks = weeks
        self.put()

    @rule()
    def call_it_off_and_make_it_again(self) -> None:
        old = self.copies[ANN]
        assert old is not None
        floor = max(sequence_of(component) for _, component in read_parts(old).items()) + 1
        self.change(ANN, None)
        self.put(floor=floor)

    @rule(who=st.sampled_from(GUESTS))
    def ask_to_reconsider(self, who: str) -> None:
        # An answer that crosses the request looks like an answer to it, so Ann asks only after she has read all.
        if not self.owed:
            self.put(forced=who)

    @rule(who=st.sampled_from(GUESTS), day=st.sampled_from(DAYS))
    def delete_one(self, who: str, day: str) -> None:
        text = self.copies[who]
        rid = next((each for each in shown(text, who) if each.startswith(day)), None)
        # A deleted occurrence leaves no time: a message that crosses its deletion could move it or not.
        crossed = day in self.moved and bool(self.owed)
        if text is not None and rid is not None and not crossed:
            parts = read_parts(text)
            if parts.master is not None:
                parts.remove(rid)
                exclude(parts, rid)
                self.put_by(who, parts.root.to_bytes())

    @rule(who=st.sampled_from(GUESTS), day=st.sampled_from(DAYS))
    def take_it_back(self, who: str, day: str) -> None:
        text = self.copies[who]
        parts = read_parts(text) if text is not None and shown(text, who) else None
        # NEEDS-ACTION overrides no answer, so it cannot undo a refusal in a message that is on its way.
        master = parts.master if parts is not None else None
        asked = master is not None and partstat_of(attendees_of(master).get(who)) == "NEEDS-ACTION"
        if parts is not None and master is not None and not (asked and self.owed):
            out = [rid for rid in parts.moments(master, "EXDATE") if rid.startswith(day)]
            if include(parts, out):
                self.put_by(who, parts.root.to_bytes())

    def put_by(self, who: str, new: bytes) -> None:
        """A guest's PUT."""
        old = self.copies[who]
        assert old is not None
        text = mend_attendee_put(old, new, me=[who], known=self.ledgers[who])
        if text != old:
            self.change(who, text)
            self.ledgers[who] = {**self.ledgers[who], **ledger(refusals(old, text, me=[who], dtstamp=self.clock))}

    def carry(self, message: OutgoingMessage) -> None:
        who = message.recipient
        old = self.copies[who]
        applied = receive(
            old,
            message.text,
            me=[who],
            now=self.clock,
            known=self.ledgers[who],
            again=message.asks,
            answered=self.written.get(who),
        )
        self.ledgers[who] = {**self.ledgers[who], **ledger(applied.marks)}
        self.copies[who] = applied.text
        if applied.change == "answered":
            told = organizer_messages(old, applied.text, me=[ANN], dtstamp=self.now())
            answered = {answer.address for answer in applied.answers}
            self.send(who, [each for each in told if each.recipient not in answered])
        elif applied.keeps_answer:
            self.send(
                who, attendee_messages(None, applied.text, me=[who], dtstamp=self.now(), declined=applied.declined)
            )

    def send(self, who: str, messages: list[OutgoingMessage]) -> None:
        self.owed += messages
        if messages:
            self.written[who] = self.clock

    @rule(data=st.data())
    def deliver_any(self, data: st.DataObject) -> None:
        if self.owed:
            message = self.owed.pop(data.draw(st.integers(0, len(self.owed) - 1)))
            self.carried.append(message)
            self.carry(message)

    @rule()
    def deliver_all(self) -> None:
        """In the order in which they were sent, with the answers to them."""
        for _ in range(200):
            if self.owed:
                self.carried.append(self.owed[0])
                self.carry(self.owed.pop(0))
        assert not self.owed

    @rule(data=st.data())
    def deliver_twice(self, data: st.DataObject) -> None:
        if self.carried:
            message = self.carried[data.draw(st.integers(0, len(self.carried) - 1))]
            before = self.copies[message.recipient]
            self.carry(message)
            assert self.copies[message.recipient] == before

    @invariant()
    def every_copy_can_be_read(self) -> None:
        for text in self.copies.values():
            if text is not None:
                assert read_parts(text).uid == "one@example.com"

    def teardown(self) -> None:
        """Delivers all pending messages, the newest first, which is the worst order."""
        for _ in range(2000):
            if not self.owed:
                break
            self.carry(self.owed.pop())
        assert not self.owed
        self.all_agree()

    def all_agree(self) -> None:
        for guest in EVERYONE:
            assert agree(self.copies[guest], self.copies[ANN], guest), (guest, self.copies[guest], self.copies[ANN])


# The examples are the same in every run. A search with many random ones is run by hand (see CONTRIBUTING.md), so that
# it does not fail in an unrelated commit.
Correspondence.TestCase.settings = settings(max_examples=60, stateful_step_count=20, deadline=None, derandomize=True)
TestCorrespondence = Correspondence.TestCase

"""Messages that are received in any groups leave the same facts and the same copies as one after the other."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from uuid import UUID

from hypothesis import given, settings
from hypothesis import strategies as st

from televent.domain.calendar_object.commands import CalendarObjectCommand, Owner, PutObject, ReceiveMessage
from televent.domain.calendar_object.decide import decide
from televent.domain.calendar_object.decision import Decision
from televent.domain.calendar_object.events import CalendarObjectEvent, MessagesWritten
from televent.domain.calendar_object.receive import receive_messages
from televent.domain.calendar_object.state import CalendarObject, MarkKey, evolve
from televent.ical.itip.message import read_message
from televent.ical.itip.sending.outgoing import OutgoingMessage
from televent.ical.objects.calendar_text import CalendarText

NOON = datetime(2026, 11, 21, 12, 0, tzinfo=UTC)
HOME = UUID(int=1)
ANN, *GUESTS = (f"{name}@example.com" for name in ("ann", "bob", "cy", "dan"))
DAYS = ("20261123", "20261130", "20261207")


def text(*lines: str, people: Sequence[str], method: str | None = None) -> bytes:
    rows = ["BEGIN:VCALENDAR", "VERSION:2.0", "PRODID:-//Example//App 1//EN", *([f"METHOD:{method}"] if method else [])]
    rows += ["BEGIN:VEVENT", "UID:one@example.com", f"ORGANIZER:mailto:{ANN}", *people, *lines]
    return ("\r\n".join([*rows, "END:VEVENT", "END:VCALENDAR"]) + "\r\n").encode()


def plan(title: str, hour: int) -> PutObject:
    """Ann's PUT of a weekly meeting."""
    times = [f"DTSTART:{DAYS[0]}T{hour:02}0000Z", f"DTEND:{DAYS[0]}T{hour + 1:02}0000Z", "RRULE:FREQ=WEEKLY;COUNT=3"]
    people = [f"ATTENDEE;PARTSTAT=NEEDS-ACTION:mailto:{each}" for each in GUESTS]
    lines = ["DTSTAMP:20261101T000000Z", f"SUMMARY:{title}", *times]
    return PutObject(Owner(frozenset({ANN})), HOME, "one.ics", CalendarText(text(*lines, people=people)), NOON)


def sent(
    method: str, who: str, partstat: str, hour: int, sequence: int, second: int, day: str | None
) -> ReceiveMessage:
    """A message of an attendee about the series or one of its days."""
    start = f"{day or DAYS[0]}T{hour:02}0000Z"
    named = [f"RECURRENCE-ID:{start}"] if day is not None else []
    lines = [f"DTSTAMP:20261120T1000{second:02}Z", f"SEQUENCE:{sequence}", f"DTSTART:{start}", *named]
    data = text(*lines, people=[f"ATTENDEE;PARTSTAT={partstat}:mailto:{who}"], method=method)
    return ReceiveMessage(Owner(frozenset({ANN})), HOME, "one.ics", read_message(data), NOON)


HOURS = st.sampled_from([10, 11])
MESSAGES = st.builds(
    sent,
    st.sampled_from(["REPLY", "REPLY", "REPLY", "REPLY", "COUNTER", "REFRESH"]),
    st.sampled_from([*GUESTS, "eve@example.com"]),
    st.sampled_from(["ACCEPTED", "DECLINED", "TENTATIVE"]),
    HOURS,
    st.integers(0, 2),
    st.integers(0, 5),
    st.sampled_from([None, None, *DAYS]),
)
ACTS = st.lists(st.one_of(MESSAGES, MESSAGES, MESSAGES, st.builds(plan, st.sampled_from("AB"), HOURS)), max_size=12)


@dataclass
class Copy:
    """A person's copy, its facts, and the messages that its owner has sent."""

    state: CalendarObject = field(default_factory=CalendarObject)
    facts: list[CalendarObjectEvent] = field(default_factory=list)
    out: list[OutgoingMessage] = field(default_factory=list)

    def take(self, decisions: Sequence[Decision]) -> None:
        for decision in decisions:
            for fact in decision.facts:
                self.state = evolve(self.state, fact)
            self.facts += decision.facts
            self.out += decision.messages

    def one_by_one(self, commands: Sequence[CalendarObjectCommand]) -> None:
        for command in commands:
            self.take([decide(self.state, command)])

    def in_groups(self, commands: Sequence[CalendarObjectCommand], sizes: Sequence[int]) -> None:
        """Messages in a row are received in groups of these sizes; every other command is decided by itself."""
        row: list[ReceiveMessage] = []
        left = list(sizes)
        for command in [*commands, None]:
            if isinstance(command, ReceiveMessage):
                row.append(command)
            if row and (not isinstance(command, ReceiveMessage) or len(row) >= (left[0] if left else 3)):
                self.take(receive_messages(self.state, row))
                row, left = [], left[1:]
            if command is not None and not isinstance(command, ReceiveMessage):
                self.take([decide(self.state, command)])

    @property
    def told(self) -> list[CalendarObjectEvent]:
        """The facts without those that only say when messages were written."""
        return [fact for fact in self.facts if not isinstance(fact, MessagesWritten)]


def kept(state: CalendarObject) -> tuple[CalendarObject, dict[MarkKey, int]]:
    """The state, without the times of its owner's own messages: fewer messages were written."""
    return replace(state, written=None, marks={}), {place: mark.sequence for place, mark in state.marks.items()}


def shown(copy: CalendarObject, guest: str) -> list[bytes]:
    """The lines of a guest's copy but DTSTAMP and their own answer, which they know without a message."""
    lines = copy.text.raw.replace(b"\r\n ", b"").splitlines()
    return [line for line in lines if not line.startswith(b"DTSTAMP") and guest.encode() not in line]


def received(messages: Sequence[OutgoingMessage], guest: str) -> list[ReceiveMessage]:
    return [
        ReceiveMessage(
            Owner(frozenset({guest})),
            HOME,
            "one.ics",
            read_message(each.text),
            NOON,
            refresh=each.kind == "refresh",
            asks_again=each.asks,
        )
        for each in messages
        if each.recipient == guest
    ]


SIZES = st.lists(st.integers(1, 6), max_size=6)


@settings(max_examples=150)
@given(ACTS, SIZES, SIZES)
def test_any_groups_leave_what_a_serial_order_leaves(
    acts: list[CalendarObjectCommand], sizes: list[int], others: list[int]
) -> None:
    acts = [plan("A", 10), *acts]
    serial, grouped = Copy(), Copy()
    serial.one_by_one(acts)
    grouped.in_groups(acts, sizes)
    assert grouped.told == serial.told
    assert kept(grouped.state) == kept(serial.state)
    assert len(grouped.out) <= len(serial.out)
    for guest in GUESTS:
        theirs, at_once = Copy(), Copy()
        theirs.one_by_one(received(serial.out, guest))
        at_once.in_groups(received(grouped.out, guest), others)
        assert shown(at_once.state, guest) == shown(theirs.state, guest)

"""Given facts, when a command, then facts or a refusal: one person's copy, without a store."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import UTC, datetime
from uuid import UUID

from televent.domain.calendar_object.commands import (
    AnswerInvitation,
    CalendarObjectCommand,
    DeleteObject,
    MoveObject,
    NoteDelivery,
    Owner,
    PutObject,
    ReceiveMessage,
)
from televent.domain.calendar_object.decide import decide
from televent.domain.calendar_object.decision import Decision
from televent.domain.calendar_object.details import Occurrence, When
from televent.domain.calendar_object.events import CalendarObjectEvent
from televent.domain.calendar_object.state import CalendarObject, evolve
from televent.ical.itip.delivery import Delivery
from televent.ical.itip.message import read_message
from televent.ical.objects.calendar_text import CalendarText

NOON = datetime(2026, 11, 21, 12, 0, 0, 700_000, tzinfo=UTC)
HOME, WORK = UUID(int=1), UUID(int=2)
ANN, BOB, CY, EVE = (f"{name}@example.com" for name in ("ann", "bob", "cy", "eve"))


def meeting(
    *lines: str,
    people: tuple[str, ...] = (BOB, CY),
    organizer: str | None = ANN,
    title: str = "Sync",
    hour: int = 10,
    uid: str = "sync@example.com",
    method: str | None = None,
    sequence: int = 0,
    sent: str = "20261101T080000Z",
) -> bytes:
    """A meeting on 1 December 2026. ``people`` are addresses, or whole ATTENDEE lines."""
    rows = ["BEGIN:VCALENDAR", "VERSION:2.0", "PRODID:-//Example//App 1//EN"]
    rows += [f"METHOD:{method}"] if method else []
    rows += ["BEGIN:VEVENT", f"UID:{uid}", f"DTSTAMP:{sent}", f"SUMMARY:{title}", f"SEQUENCE:{sequence}"]
    rows += [f"DTSTART:20261201T{hour:02}0000Z", f"DTEND:20261201T{hour + 1:02}0000Z"]
    rows += [f"ORGANIZER:mailto:{organizer}"] if organizer else []
    rows += [each if ":" in each else f"ATTENDEE;PARTSTAT=NEEDS-ACTION:mailto:{each}" for each in people]
    return ("\r\n".join([*rows, *lines, "END:VEVENT", "END:VCALENDAR"]) + "\r\n").encode()


def series(*lines: str, overrides: tuple[str, ...] = (), start: str = "20261026T100000", title: str = "Sync") -> bytes:
    """Weekly, five times, at a wall-clock time in London; ``overrides`` are whole components."""
    rows = ["BEGIN:VCALENDAR", "VERSION:2.0", "PRODID:-//Example//App 1//EN", "BEGIN:VEVENT", "UID:weekly@example.com"]
    rows += ["DTSTAMP:20261001T080000Z", f"SUMMARY:{title}", f"DTSTART;TZID=Europe/London:{start}", "DURATION:PT1H"]
    rows += ["RRULE:FREQ=WEEKLY;COUNT=5", *lines, "END:VEVENT", *overrides, "END:VCALENDAR"]
    return ("\r\n".join(rows) + "\r\n").encode()


def override(of: str, start: str, *lines: str, title: str = "Sync") -> str:
    """The component of the occurrence ``of`` that is moved to ``start``."""
    rows = ["BEGIN:VEVENT", "UID:weekly@example.com", "DTSTAMP:20261001T080000Z", f"SUMMARY:{title}"]
    rows += [f"RECURRENCE-ID;TZID=Europe/London:{of}", f"DTSTART;TZID=Europe/London:{start}", "DURATION:PT1H"]
    return "\r\n".join([*rows, *lines, "END:VEVENT"])


def says(address: str, partstat: str) -> str:
    """An ATTENDEE line."""
    return f"ATTENDEE;PARTSTAT={partstat}:mailto:{address}"


@dataclass(frozen=True)
class Copy:
    """``owner``'s copy as ``facts`` have made it."""

    owner: str
    facts: tuple[CalendarObjectEvent, ...] = ()

    @property
    def state(self) -> CalendarObject:
        state = CalendarObject()
        for fact in self.facts:
            state = evolve(state, fact)
        return state

    @property
    def me(self) -> Owner:
        return Owner(frozenset({self.owner}))

    def given(self, command: CalendarObjectCommand) -> Copy:
        """The copy after the command."""
        return replace(self, facts=(*self.facts, *self.when(command).facts))

    def when(self, command: CalendarObjectCommand) -> Decision:
        return decide(self.state, command)

    def put(self, text: bytes, now: datetime = NOON) -> PutObject:
        href = self.state.href if self.state.exists else "m.ics"
        return PutObject(self.me, self.state.calendar_id or HOME, href, CalendarText(text), now)

    def delete(self, *, reply: bool = True) -> DeleteObject:
        return DeleteObject(self.me, reply, NOON)

    def move(self, calendar: UUID = WORK, href: str = "m.ics") -> MoveObject:
        return MoveObject(calendar, href)

    def answer(self, partstat: str, recurrence_id: str | None = None, comment: str | None = None) -> AnswerInvitation:
        return AnswerInvitation(self.me, partstat, recurrence_id, comment, NOON)

    def receive(self, message: bytes, *, sender_name: str | None = None, uninvited: str = "ask") -> ReceiveMessage:
        read = read_message(message)
        return ReceiveMessage(self.me, HOME, "new.ics", read, NOON, sender_name=sender_name, uninvited=uninvited)

    def note(self, **statuses: str) -> NoteDelivery:
        """``bob="1.2"``"""
        return NoteDelivery(
            self.me, tuple(Delivery(f"{name}@example.com", status) for name, status in statuses.items())
        )


def kinds(decision: Decision) -> list[str]:
    """The names of the facts."""
    return [type(fact).__name__ for fact in decision.facts]


def messages(decision: Decision) -> list[tuple[str, str, str]]:
    """Method, recipient and kind of each iTIP message."""
    return [(each.method, each.recipient, each.kind) for each in decision.messages]


ORGANIZED = Copy(ANN).given(Copy(ANN).put(meeting()))
INVITED = Copy(BOB).given(Copy(BOB).receive(meeting(method="REQUEST")))
ALONE = Copy(ANN).given(Copy(ANN).put(meeting(people=(), organizer=None)))
SERIES = Copy(ANN).given(Copy(ANN).put(series()))
SECOND = Occurrence("20261102T100000Z", When("20261102T100000", "Europe/London", datetime(2026, 11, 2, 10, tzinfo=UTC)))
"""The second occurrence of ``SERIES``."""

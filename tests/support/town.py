"""People with accounts on one server who invite each other: their copies, and the pending outbox messages."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

import psycopg

from support.as_bytes import read_parts
from support.followers import catch_up
from support.passwords import CHEAP_PASSWORDS
from televent.application.conditions import NONE, Conditions
from televent.application.event_store.context import Context
from televent.application.local_delivery import status_of
from televent.application.messages.itip_local import ItipLocal
from televent.application.messages.outbox import Undeliverable
from televent.application.read_models.resources import ResourceRow
from televent.application.use_cases.mail.parked_cards import ParkedView, parked_view
from televent.application.use_cases.objects.delete_object import delete_object
from televent.application.use_cases.objects.put_object import Stored, put_object
from televent.application.use_cases.people.accounts import open_account, verify_address
from televent.application.use_cases.people.preferences import change_preferences
from televent.application.use_cases.scheduling.answer_invitation import Answered, answer_invitation
from televent.application.use_cases.scheduling.news import News, answers_of, news_of
from televent.application.use_cases.scheduling.note_outcomes import Outcome, note_outcomes
from televent.application.use_cases.scheduling.receive_itip import Incoming, Received, receive_itip
from televent.domain.calendar_object.details import Answered as Answer
from televent.domain.ids import AccountId
from televent.ical.itip.message import read_message
from televent.ical.itip.people import attendees_of
from televent.ical.objects.calendar_text import CalendarText
from televent.policies.courier import Delivery, deliver_all
from televent.runtime.compose import Core, build_core
from televent.settings import load_settings

NOON = datetime(2026, 11, 21, 12, 0, tzinfo=UTC)
UID = "sync@example.com"


@dataclass
class Person:
    """One account; ``address`` is a verified one."""

    town: "Town"
    tenant: AccountId
    address: str

    def context(self) -> Context:
        return Context(self.tenant, str(self.tenant), "caldav", self.town.now, uuid4(), "test")

    def put(self, text: bytes, href: str = "m.ics", conditions: Conditions = NONE) -> Stored:
        backend = self.town.core.backend
        return put_object(
            backend, self.context(), calendar="default", href=href, text=CalendarText(text), conditions=conditions
        )

    def delete(self, href: str | None = None, *, reply: bool = True) -> None:
        name = href or self.row().href
        delete_object(self.town.core.backend, self.context(), calendar="default", href=name, reply=reply)

    def answer(self, partstat: str, recurrence_id: str | None = None) -> Answered:
        return answer_invitation(
            self.town.core.backend,
            self.context(),
            stream_id=self.row().stream_id,
            partstat=partstat,
            recurrence_id=recurrence_id,
        )

    def receive(self, message: bytes) -> Received:
        """Applies an iTIP message as if it had come by mail."""
        incoming = Incoming(self.context(), read_message(message), sender_name="Somebody")
        return receive_itip(self.town.core.backend, incoming)

    def rows(self, uid: str = UID) -> list[ResourceRow]:
        return self.town.core.reads.by_uid(self.tenant, uid)

    def row(self, uid: str = UID) -> ResourceRow:
        """The copy, with its text; fails where there is none."""
        (found,) = self.rows(uid)
        row = self.town.core.reads.by_stream(self.tenant, found.stream_id)
        assert row is not None
        return row

    def text(self, uid: str = UID) -> bytes:
        """The stored bytes."""
        ics = self.row(uid).ics
        assert ics is not None
        return ics

    def says(self, attendee: "Person | str", recurrence_id: str | None = None, name: str = "PARTSTAT") -> str | None:
        """A parameter of an attendee's line in this person's copy."""
        component = read_parts(self.text()).get(recurrence_id)
        assert component is not None, "the occurrence has no component of its own"
        address = attendee if isinstance(attendee, str) else attendee.address
        return attendees_of(component)[address].param(name)

    def organizer(self, name: str) -> str | None:
        """A parameter of the ORGANIZER line in this person's copy."""
        master = read_parts(self.text()).master
        assert master is not None
        line = master.get("ORGANIZER")
        assert line is not None
        return line.param(name)


@dataclass
class Town:
    """``now`` is fixed: everything happens within one second, unless a test moves it."""

    core: Core
    url: str
    now: datetime = NOON
    strangers: str | None = None
    """The choice of new people about unknown senders; None: that of the product, which is to ask."""
    numbers: Iterator[int] = field(default_factory=lambda: iter(range(1001, 9999)))

    def person(self, name: str) -> Person:
        tenant = AccountId(uuid4())
        person = Person(self, tenant, f"{name}@example.com")
        open_account(self.core.backend, person.context(), telegram_id=next(self.numbers), name=name.title())
        verify_address(self.core.backend, person.context(), address=person.address, code=None)
        if self.strangers is not None:
            change_preferences(self.core.backend, person.context(), {"strangers": self.strangers})
        return person

    def asks(self, person: Person) -> list[ParkedView]:
        """The cards that ask this person about mails, as they are now."""
        cards = {UUID(each["card_id"]) for each in self.owed("parked_notification")}
        found = (parked_view(self.core.backend, person.tenant, each) for each in cards)
        return [each for each in found if each is not None]

    def carry(self) -> None:
        """Delivers all pending iTIP messages between accounts here, as a worker does."""
        later = self.now + timedelta(minutes=1)
        while claimed := self.core.outbox.claim(later, kinds=(ItipLocal,)):
            for message in claimed:
                context = Context(message.tenant, "system", "courier", self.now, uuid4(), message.correlation_id)
                (error,) = deliver_all(self.core.backend, [Delivery(context, message.outbox_id, message.message)])
                if error is not None and not isinstance(error, Undeliverable):
                    raise error
                note_outcomes(self.core.backend, [Outcome(context, message.message, status_of(error))])
                self.core.outbox.complete(message, later)

    def owed(self, kind: str = "%") -> list[dict[str, Any]]:
        """The payloads of messages that are not completed, with ``due_at`` and ``kind``, the stored name without its
        version. The followers have processed the whole log before."""
        catch_up(self.core)
        query = """SELECT payload, split_part(kind, '/', 1), due_at FROM outbox
            WHERE state = 'pending' AND split_part(kind, '/', 1) LIKE %s ORDER BY created_at, outbox_id"""
        with psycopg.connect(self.url) as connection:
            return [{**row[0], "kind": row[1], "due_at": row[2]} for row in connection.execute(query, (kind,))]

    def news(self, person: Person, *, after: int = 0, uid: str = UID) -> News:
        """The news that a person's card tells: of the facts after that version."""
        return news_of(self.core.backend, person.tenant, person.row(uid).stream_id, after=after)

    def answers(self, person: Person) -> tuple[Answer, ...]:
        """The answers that an organizer is told."""
        return answers_of(self.core.backend, person.tenant, person.row().stream_id, after=0).answers

    def topics(self, person: Person) -> list[str]:
        """The stored names of the facts of a person's copy, the oldest first."""
        query = "SELECT topic FROM event WHERE tenant_id = %s AND stream_id = %s ORDER BY version"
        with psycopg.connect(self.url) as connection:
            return [row[0] for row in connection.execute(query, (person.tenant, person.row().stream_id))]


@contextmanager
def open_town(url: str) -> Iterator[Town]:
    """A server's core on a database of its own."""
    core = build_core(load_settings(pool_size=4, mail_gather_seconds=0), url, CHEAP_PASSWORDS)
    try:
        yield Town(core, url)
    finally:
        core.close()


def meeting(*lines: str, people: tuple[str, ...], organizer: str = "ann@example.com", uid: str = UID) -> bytes:
    """The text of a client's PUT. ``people`` are addresses, or whole ATTENDEE lines."""
    given = {"DTSTART": "20261201T100000Z", "DTEND": "20261201T110000Z", "SUMMARY": "Sync"}
    for line in lines:
        if line.partition(":")[0] in given:
            del given[line.partition(":")[0]]
    rows = ["BEGIN:VCALENDAR", "VERSION:2.0", "PRODID:-//Example//App 1//EN", "BEGIN:VEVENT", f"UID:{uid}"]
    rows += ["DTSTAMP:20261101T080000Z", *(f"{name}:{value}" for name, value in given.items())]
    rows += [organizer if ":" in organizer else f"ORGANIZER:mailto:{organizer}"]
    rows += [each if ":" in each else f"ATTENDEE;PARTSTAT=NEEDS-ACTION:mailto:{each}" for each in people]
    return ("\r\n".join([*rows, *lines, "END:VEVENT", "END:VCALENDAR"]) + "\r\n").encode()

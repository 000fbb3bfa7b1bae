"""A mail from any door, without MIME: one use case decides what it may change (imip/SPEC B)."""

from datetime import timedelta
from uuid import UUID

import pytest

from support.post import message
from support.town import UID, Person, Town, meeting
from televent.application.mail.addressees import Addressees
from televent.application.mail.backend import MailBackend
from televent.application.mail.incoming import DeliveryReport, IncomingMail, MailedCalendar, Verdict
from televent.application.mail.trust import Sender
from televent.application.use_cases.mail.receive_mail import receive_mail
from televent.domain.ids import AccountId
from televent.ical.itip.message import read_message

ZED = "zed@example.net"
PROVEN = Sender(ZED, True, frozenset({ZED}), "Zed")
UNPROVEN = Sender(ZED, False, frozenset({ZED}), "Zed")


@pytest.fixture
def ann(town: Town) -> Person:
    """Ann, with a meeting to which she invited Zed, who has no account here."""
    ann = town.person("ann")
    ann.put(meeting(people=(ZED,)))
    return ann


def webhook(town: Town) -> MailBackend:
    """A door that keeps no raw mail and marks unauthenticated names with a question mark."""
    core = town.core
    core.backend.clock = lambda: town.now

    def first_sender(tenant: AccountId, stream_id: UUID) -> Sender | None:
        return None

    def unverified(locale: str, name: str) -> str:
        return f"{name}?"

    return MailBackend(core.backend, core.mail_book, Addressees(core.backend, core.mail_book), first_sender, unverified)


def mail(person: Person, sender: Sender = PROVEN, *, key: str = "a" * 64, partstat: str = "ACCEPTED") -> IncomingMail:
    text = message("REPLY", f"ATTENDEE;PARTSTAT={partstat}:mailto:{ZED}", uid=UID).encode()
    return IncomingMail(key, (person.address,), sender, ("one@example.net",), MailedCalendar(read_message(text)))


def test_a_proven_answer_is_applied_and_twice_is_once(town: Town, ann: Person) -> None:
    assert receive_mail(webhook(town), mail(ann)) == Verdict("applied", "REPLY T2")
    assert ann.says(ZED) == "ACCEPTED"
    before = town.topics(ann)
    assert receive_mail(webhook(town), mail(ann)) == Verdict("ignored", "duplicate")
    assert town.topics(ann) == before


def test_an_unproven_answer_is_parked_and_twice_is_once(town: Town, ann: Person) -> None:
    for _ in range(3):
        assert receive_mail(webhook(town), mail(ann, UNPROVEN)) == Verdict("parked", "the sender is not proven")
        # Also after the hour of the limit it is the same mail.
        town.now += timedelta(hours=1)
    assert (ann.says(ZED), town.topics(ann).count("mail-parked/1")) == ("NEEDS-ACTION", 1)
    assert len(town.asks(ann)) == 1


def test_one_mail_for_two_people_is_parked_for_each(town: Town, ann: Person) -> None:
    bob = town.person("bob")
    bob.put(meeting(people=(ZED,), organizer=bob.address))
    both = mail(ann, UNPROVEN)
    both = IncomingMail(both.key, (ann.address, bob.address), both.sender, both.message_ids, both.calendar)
    assert receive_mail(webhook(town), both).state == "parked"
    assert [town.topics(each).count("mail-parked/1") for each in (ann, bob)] == [1, 1]


def test_a_mail_of_ours_that_comes_back_is_ignored(town: Town, ann: Person) -> None:
    theirs = mail(ann)
    ours = IncomingMail(theirs.key, theirs.recipients, theirs.sender, ("one@televent.app",), theirs.calendar)
    assert receive_mail(webhook(town), ours) == Verdict("ignored", "our own mail")


def test_a_report_names_the_attendee_who_is_not_reached(town: Town, ann: Person) -> None:
    token = town.core.mail_book.token(ann.tenant, UID, ZED)
    report = IncomingMail("b" * 64, ("noreply@televent.app",), PROVEN, (), None, DeliveryReport(True, token))
    assert receive_mail(webhook(town), report) == Verdict("applied", "undeliverable")
    assert ann.says(ZED, name="SCHEDULE-STATUS") == "5.1"
    late = IncomingMail("c" * 64, report.recipients, PROVEN, (), None, DeliveryReport(False, None))
    assert receive_mail(webhook(town), late) == Verdict("ignored", "a report of no failure")

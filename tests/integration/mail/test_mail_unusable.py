"""A calendar in a mail that changes nothing is told to the person, with the reason (SPEC B4, B6)."""

from typing import Any
from zoneinfo import ZoneInfo

import pytest

from integration.mail.test_mail_told import sent
from support.mail_cards import without_chat
from support.post import PostOffice, itip_mail, message, open_other_server
from support.town import Person, Town, meeting
from televent.application.use_cases.mail.tell_person import MAX_OFFERED, MAX_UNUSABLE
from televent.application.use_cases.people.preferences import change_preferences
from televent.wording.display import Display
from televent.wording.parked import parked_words

ZED, UID = "zed@example.net", "out@example.net"
ASKED = (f"ORGANIZER:mailto:{ZED}", "ATTENDEE;PARTSTAT=NEEDS-ACTION:mailto:ann@example.com")


@pytest.fixture
def ann(town: Town) -> Person:
    return town.person("ann")


def task(method: str, kind: str = "VTODO") -> str:
    return message(method, *ASKED, uid=UID).replace("VEVENT", kind).replace("DTEND", "DUE")


def told(town: Town) -> list[Any]:
    return [each["values"] for each in town.owed("telegram_notification") if each["text_key"] == "mail-unusable"]


BROKEN = message("REQUEST", *ASKED, uid=UID).replace("BEGIN:VEVENT", "BEGIN:VNOTHING").replace("END:VEVENT", "")
BUSY = message("REQUEST", *ASKED, uid=UID).replace("VEVENT", "VFREEBUSY")
NAMELESS = message("CANCEL", *ASKED, uid=UID).replace(f"UID:{UID}\r\n", "")


@pytest.mark.parametrize(
    ("calendar", "why", "verdict"),
    [
        (BROKEN, "unreadable", "unreadable calendar: "),
        (BUSY, "unreadable", "unreadable calendar: "),
        (NAMELESS, "unreadable", "unreadable calendar: "),
        (task("REQUEST"), "task", "VTODO by mail"),
        (task("CANCEL"), "task", "VTODO by mail"),
        (task("ADD"), "task", "VTODO by mail"),
        (task("REQUEST", "VJOURNAL"), "task", "VJOURNAL by mail"),
        (message("SING", *ASKED, uid=UID), "method", "method SING"),
    ],
)
def test_a_calendar_that_changes_nothing_is_told_with_the_reason(
    town: Town, post: PostOffice, ann: Person, calendar: str, why: str, verdict: str
) -> None:
    post.send(itip_mail(calendar, proven=True), ann.address)
    ((state, reason),) = post.verdicts()
    assert state == "ignored"
    assert reason.startswith(verdict)
    assert told(town) == [{"sender": ZED, "subject": "Sync", "why": why}]
    assert ann.rows(UID) == []
    assert town.owed("calendar_reply") == []


def test_the_same_mail_is_told_once_and_many_at_most_five_an_hour(town: Town, post: PostOffice, ann: Person) -> None:
    mail = itip_mail(BROKEN)
    for _ in range(2):
        post.take(mail, ann.address)
    assert len(told(town)) == 1
    verdicts = [post.take(itip_mail(BROKEN, message_id=f"{n}@example.net"), ann.address).reason for n in range(9)]
    assert len(told(town)) == MAX_UNUSABLE
    assert [each.endswith("; told-lately") for each in verdicts] == [False] * 4 + [True] * 5


def test_an_answer_that_does_not_say_whose_it_is_is_told(town: Town, post: PostOffice, ann: Person) -> None:
    ann.put(meeting(people=(ZED,), uid=UID))
    before = ann.text(UID)
    post.send(itip_mail(message("REPLY", f"ORGANIZER:mailto:{ann.address}", uid=UID), proven=True), ann.address)
    assert told(town) == [{"sender": ZED, "subject": "Sync", "why": "no-guest"}]
    assert ann.text(UID) == before


@pytest.mark.parametrize("method", ["PUBLISH", "REQUEST"])
def test_events_without_uid_are_offered(town: Town, post: PostOffice, ann: Person, method: str) -> None:
    text = message(method, *ASKED, uid=UID).replace(f"UID:{UID}\r\n", "").replace("Sync", "Sy\0nc")
    post.send(itip_mail(text), ann.address)
    assert post.verdicts() == [("parked", "offered")]
    (offer,) = town.owed("calendar_offer")
    assert "SUMMARY:Sync" in offer["text"]
    assert told(town) == []


def test_a_published_task_is_offered(town: Town, post: PostOffice, ann: Person) -> None:
    post.send(itip_mail(task("PUBLISH")), ann.address)
    assert post.verdicts() == [("parked", "offered")]
    assert len(town.owed("calendar_offer")) == 1


def test_a_calendar_that_is_too_large_to_be_offered_is_told(town: Town, post: PostOffice, ann: Person) -> None:
    text = message("PUBLISH", *("DESCRIPTION:" + "x" * 900,) * (MAX_OFFERED // 900 + 1), uid=UID)
    post.send(itip_mail(text), ann.address)
    assert [each["why"] for each in told(town)] == ["large"]


def twice(text: str) -> str:
    """The text with its event a second time: both describe the whole series."""
    event = text[text.index("BEGIN:VEVENT") : text.index("END:VCALENDAR")]
    return text.replace("END:VCALENDAR", event + "END:VCALENDAR")


def test_a_published_calendar_without_a_valid_event_is_told(town: Town, post: PostOffice, ann: Person) -> None:
    text = message("PUBLISH", *ASKED, uid=UID).replace("DTSTART:20261201T100000Z\r\n", "")
    post.send(itip_mail(text), ann.address)
    assert post.verdicts() == [("ignored", "unreadable calendar: no valid event")]
    assert [each["why"] for each in told(town)] == ["unreadable"]


def test_a_change_of_an_event_of_the_readers_own_is_told(town: Town, post: PostOffice, ann: Person) -> None:
    own = meeting(people=(), uid=UID)
    ann.put(own.replace(b"ORGANIZER:mailto:ann@example.com\r\n", b""))
    before = ann.text(UID)
    off = message("CANCEL", *ASKED, "STATUS:CANCELLED", uid=UID, sequence=1)
    post.send(itip_mail(off, proven=True), ann.address)
    assert [each["why"] for each in told(town)] == ["own"]
    assert ann.text(UID) == before


def test_another_organizer_is_told_with_and_without_proof(town: Town, post: PostOffice, ann: Person) -> None:
    post.send(itip_mail(message("REQUEST", *ASKED, uid=UID), proven=True), ann.address)
    before = ann.text(UID)
    other = message("REQUEST", "ORGANIZER:mailto:yan@example.net", ASKED[1], uid=UID, sequence=1)
    for number, proven in enumerate((True, False)):
        raw = itip_mail(other, proven=proven, sender="yan@example.net", message_id=f"{number}@x.example")
        post.send(raw, ann.address)
    assert [each["why"] for each in told(town)] == ["organizer"] * 2
    assert ann.text(UID) == before


def test_two_components_for_one_series_are_shown_on_the_card(town: Town, post: PostOffice) -> None:
    town.strangers = "ask"
    ann = town.person("ann")
    post.send(itip_mail(twice(message("REQUEST", *ASKED, uid=UID))), ann.address)
    assert post.verdicts() == [("parked", "the sender is unknown")]
    (view,) = town.asks(ann)
    assert [(each.kind, each.title) for each in view.changes] == [("new", "Sync")]


def test_a_cancellation_for_others_does_not_say_that_the_event_is_off(
    town: Town, post: PostOffice, ann: Person
) -> None:
    town.strangers = "always"
    cy = town.person("cy")
    guests = (*ASKED[:1], f"ATTENDEE:mailto:{cy.address}", "ATTENDEE:mailto:yan@example.net")
    post.send(itip_mail(message("REQUEST", *guests, uid=UID), proven=True), cy.address)
    off = message("CANCEL", guests[0], guests[2], uid=UID, sequence=1, stamp="20261121T140000Z")
    post.send(itip_mail(off, message_id="2@example.net"), cy.address)
    (view,) = town.asks(cy)
    assert [each.kind for each in view.changes] == ["other"]


def test_the_cancellation_of_an_invitation_that_waits_names_no_time(town: Town, post: PostOffice) -> None:
    town.strangers = "ask"
    ann = town.person("ann")
    post.send(itip_mail(message("REQUEST", *ASKED, uid=UID)), ann.address)
    off = message("CANCEL", *ASKED, "STATUS:CANCELLED", uid=UID, sequence=1, stamp="20261121T140000Z")
    post.send(itip_mail(off, message_id="2@example.net"), ann.address)
    (view,) = town.asks(ann)
    lines = parked_words(view, Display(ZoneInfo("UTC"), "en", town.now)).lines
    assert "• Cancels the invitation to “Sync”" in lines


def test_an_organizer_is_shown_by_the_address_for_people(town: Town, post: PostOffice, ann: Person) -> None:
    town.strangers = "always"
    cy = town.person("cy")
    opaque = "ORGANIZER;EMAIL=boss@example.org:mailto:2_gyz@example.net"
    post.send(itip_mail(message("REQUEST", opaque, uid=UID), proven=True, sender="2_gyz@example.net"), cy.address)
    assert town.news(cy, uid=UID).organizer == "boss@example.org (unverified)"


@pytest.mark.parametrize(("locale", "word"), [("en", "task"), ("ru", "задача")])
def test_a_person_without_a_chat_is_told_by_mail(town: Town, post: PostOffice, locale: str, word: str) -> None:
    cy = without_chat(town, "cy", locale=locale)
    cy.put(meeting(people=(ZED,), uid=UID, organizer=cy.address))
    change_preferences(town.core.backend, cy.context(), {"uninvited": "deny"})
    post.send(itip_mail(task("REQUEST").replace(UID, "other@example.net")), cy.address)
    crasher = message("REPLY", "ATTENDEE;PARTSTAT=ACCEPTED:mailto:yan@example.net", uid=UID)
    post.send(itip_mail(crasher, proven=True, sender="yan@example.net", message_id="2@example.net"), cy.address)
    town.owed()
    with open_other_server() as other:
        mails = sent(town, other)
    bodies = [text_of(each) for each in mails]
    assert len(bodies) == 2
    assert any(word in each and ZED in each for each in bodies)
    assert any("yan@example.net" in each and "Sync" in each for each in bodies)
    assert not any("{" in each for each in bodies)


def text_of(mail: Any) -> str:
    return str(mail.get_body(("plain",)).get_content())

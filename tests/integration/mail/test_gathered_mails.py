"""Guests elsewhere are told once of many quick changes, and only of what they see (imip/SPEC A5)."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from email.message import EmailMessage

import pytest

from support.as_bytes import read_parts
from support.outgoing_mail import claim_changes, handle, send, work
from support.post import OtherServer, itip_mail, message, open_other_server, open_post_office
from support.sent_mail import parse_mail
from support.town import NOON, UID, Person, Town, meeting
from televent.adapters.email.outgoing.smtp import MailUnreachable
from televent.ical.text.tree import parse

ZED, YAN = "zed@example.net", "yan@example.net"
SERIES = ("RRULE:FREQ=WEEKLY;COUNT=8",)


@pytest.fixture
def other() -> Iterator[OtherServer]:
    with open_other_server() as other:
        yield other


@pytest.fixture
def ann(town: Town) -> Person:
    town.core.backend.mail_quiet = timedelta(seconds=30)
    return town.person("ann")


def at(hour: int, *lines: str, people: tuple[str, ...] = (ZED,)) -> bytes:
    """The meeting on 1 December at that hour (UTC)."""
    return meeting(f"DTSTART:20261201T{hour:02}0000Z", f"DTEND:20261201T{hour + 1:02}0000Z", *lines, people=people)


def invited(town: Town, other: OtherServer, ann: Person, text: bytes) -> None:
    """The guests have the invitation; later mails are counted from here."""
    ann.put(text)
    send(town, other)
    other.mails.clear()


def passes(town: Town, other: OtherServer, seconds: float) -> None:
    """That much time passes; the worker looks once a second."""
    end = town.now + timedelta(seconds=seconds)
    while town.now < end:
        town.now = min(town.now + timedelta(seconds=1), end)
        assert work(town, other) == []


def told(other: OtherServer, address: str = ZED) -> list[tuple[str, str, str]]:
    """The method, DTSTART and RECURRENCE-ID of the first component of each mail to an address."""
    found = []
    for each in other.mails:
        if each.recipients == [address]:
            calendar = calendar_of(parse_mail(each.raw))
            event = parse(calendar).components("VEVENT")[0]
            line = event.get("RECURRENCE-ID")
            head = str(parse(calendar).value("METHOD")), str(event.value("DTSTART"))
            found.append((*head, line.value if line else ""))
    return found


def calendar_of(mail: EmailMessage) -> bytes:
    (part,) = [part for part in mail.walk() if part.get_content_type() == "text/calendar"]
    text = part.get_payload(decode=True)
    assert isinstance(text, bytes)
    return text


def test_five_edits_are_one_mail(town: Town, other: OtherServer, ann: Person) -> None:
    invited(town, other, ann, at(10))
    for hour in (11, 12, 13, 14, 15):
        ann.put(at(hour))
        town.now += timedelta(milliseconds=400)
    passes(town, other, 29)
    assert told(other) == []
    passes(town, other, 5)
    assert told(other) == [("REQUEST", "20261201T150000Z", "")]
    body = parse_mail(other.mails[0].raw).get_body(("plain",))
    assert body is not None
    assert "was 10:00 AM → now 3:00 PM" in body.get_content()
    passes(town, other, 90)
    assert len(other.mails) == 1
    assert town.owed("calendar_change") == []


def test_changes_that_do_not_end_are_told_after_a_minute(town: Town, other: OtherServer, ann: Person) -> None:
    invited(town, other, ann, at(8))
    sent: list[datetime] = []
    for turn in range(8):
        ann.put(at(9 + turn))
        passes(town, other, 20)
        sent += [town.now] * (len(other.mails) - len(sent))
    passes(town, other, 60)
    assert len(told(other)) == 3
    assert told(other)[-1] == ("REQUEST", "20261201T160000Z", "")
    assert sent[0] <= NOON + timedelta(seconds=82)


def test_a_meeting_that_was_moved_back_tells_nobody(town: Town, other: OtherServer, ann: Person) -> None:
    invited(town, other, ann, at(10))
    ann.put(at(15))
    ann.put(at(10))
    passes(town, other, 90)
    assert told(other) == []
    assert town.owed("calendar_change") == []
    ann.put(at(16))
    passes(town, other, 40)
    assert told(other) == [("REQUEST", "20261201T160000Z", "")]


def test_an_invitation_and_a_cancellation_leave_at_once(town: Town, other: OtherServer, ann: Person) -> None:
    ann.put(at(10))
    assert work(town, other) == []
    assert told(other) == [("REQUEST", "20261201T100000Z", "")]
    ann.put(at(12))
    ann.delete()
    assert work(town, other) == []
    passes(town, other, 90)
    assert [each[0] for each in told(other)] == ["REQUEST", "CANCEL"]


def test_a_cancelled_occurrence_takes_the_waiting_change_along(town: Town, other: OtherServer, ann: Person) -> None:
    invited(town, other, ann, at(10, *SERIES))
    ann.put(at(10, *SERIES, "LOCATION:Room 5"))
    ann.put(at(10, *SERIES, "LOCATION:Room 5", "EXDATE:20261208T100000Z"))
    assert work(town, other) == []
    now = told(other)
    passes(town, other, 90)
    assert told(other) == now
    texts = [calendar_of(parse_mail(each.raw)) for each in other.mails]
    assert any(b"Room 5" in each for each in texts)
    assert any(b"EXDATE" in each or b"RECURRENCE-ID:20261208T100000Z" in each for each in texts)


def test_who_could_not_be_invited_yet_is_invited_to_what_is_now(town: Town, other: OtherServer, ann: Person) -> None:
    ann.put(at(10))
    other.refuse = "451 4.7.1 Later"
    assert len(work(town, other)) == 1
    ann.put(at(12))
    other.refuse = None
    passes(town, other, 100)
    assert told(other) == [("REQUEST", "20261201T120000Z", "")]
    assert parse_mail(other.mails[0].raw)["Subject"].startswith("Invitation: ")


def test_what_may_have_arrived_is_repeated_before_later_changes(town: Town, other: OtherServer, ann: Person) -> None:
    town.core.backend.mail_quiet = timedelta()
    ann.put(at(10))
    (claimed,) = claim_changes(town)
    other.hangs_up = True
    with pytest.raises(MailUnreachable):
        handle(town, other, claimed)
    other.hangs_up = False
    ann.put(at(12))
    (later,) = claim_changes(town)
    handle(town, other, later)
    handle(town, other, claimed)
    assert [start for _, start, _ in told(other)] == ["20261201T100000Z", "20261201T100000Z", "20261201T120000Z"]
    ids = [parse_mail(each.raw)["Message-ID"] for each in other.mails]
    assert ids[0] == ids[1] != ids[2]


def test_after_answers_one_occurrence_is_still_one_component(town: Town, other: OtherServer, ann: Person) -> None:
    """Outlook refuses an update that has the series and one occurrence (imip/SPEC A4)."""
    invited(town, other, ann, at(10, *SERIES, people=(ZED, YAN)))
    with open_post_office(town) as post:
        for who in (ZED, YAN):
            people = ("ORGANIZER:mailto:ann@example.com", f"ATTENDEE;PARTSTAT=ACCEPTED:mailto:{who}")
            answer = itip_mail(message("REPLY", *people, uid=UID), message_id=f"answer-of-{who}", sender=who)
            post.send(answer, post.token(ann, who, UID))
    assert [ann.says(who) for who in (ZED, YAN)] == ["ACCEPTED"] * 2
    ann.put(with_override(ann.text(), "20261208T100000Z", "20261208T150000Z"))
    passes(town, other, 40)
    assert told(other) == told(other, YAN) == [("REQUEST", "20261208T150000Z", "20261208T100000Z")]
    (mail, _) = (parse_mail(each.raw) for each in other.mails)
    assert calendar_of(mail).count(b"BEGIN:VEVENT") == 1
    assert "Dec 8" in mail["Subject"]


def test_an_occurrence_that_goes_back_to_the_series_tells_the_series(
    town: Town, other: OtherServer, ann: Person
) -> None:
    ann.put(at(10, *SERIES))
    series = ann.text()
    moved = with_override(series, "20261208T100000Z", "20261208T150000Z")
    invited(town, other, ann, moved)
    ann.put(series)
    passes(town, other, 40)
    assert told(other) == [("REQUEST", "20261201T100000Z", "")]


def with_override(text: bytes, was: str, now: str) -> bytes:
    """The series and a copy of it for one occurrence, which starts at another time and takes an hour."""
    series = text.partition(b"BEGIN:VEVENT\r\n")[2].partition(b"END:VEVENT\r\n")[0].decode()
    lines = [each for each in series.splitlines() if not each.startswith(("RRULE", "DTSTART", "DTEND"))]
    lines += [f"RECURRENCE-ID:{was}", f"DTSTART:{now}", f"DTEND:{now[:9]}{int(now[9:11]) + 1}0000Z"]
    event = "\r\n".join(["BEGIN:VEVENT", *lines, "END:VEVENT", "END:VCALENDAR"]).encode()
    return text.replace(b"END:VCALENDAR", event)


def test_only_new_and_removed_guests_are_told_of_the_list(town: Town, other: OtherServer, ann: Person) -> None:
    invited(town, other, ann, at(10))
    ann.put(at(10, people=(ZED, YAN)))
    passes(town, other, 90)
    assert (told(other), [each[0] for each in told(other, YAN)]) == ([], ["REQUEST"])
    ann.put(at(10))
    passes(town, other, 90)
    assert (told(other), [each[0] for each in told(other, YAN)]) == ([], ["REQUEST", "CANCEL"])
    removed = parse_mail(other.mails[-1].raw)
    body = removed.get_body(("plain",))
    assert body is not None
    assert "no longer invited" in body.get_content()
    assert "STATUS" not in calendar_of(removed).decode()


def test_rooms_and_meetings_that_are_over_get_no_mail(town: Town, other: OtherServer, ann: Person) -> None:
    room = "ATTENDEE;CUTYPE=ROOM;CN=Blue:mailto:blue@example.net"
    ann.put(at(10, people=(ZED, room)))
    passes(town, other, 2)
    assert [each.recipients for each in other.mails] == [[ZED]]
    town.now = NOON + timedelta(days=30)
    ann.put(at(10, "DESCRIPTION:Notes", people=(ZED, room)))
    ann.delete()
    passes(town, other, 90)
    assert len(other.mails) == 1
    assert town.owed("calendar_change") == []


def test_a_guest_who_was_not_told_of_the_list_can_answer(town: Town, other: OtherServer, ann: Person) -> None:
    invited(town, other, ann, at(10, people=(ZED, YAN)))
    ann.put(at(10))
    passes(town, other, 90)
    assert told(other) == []
    with open_post_office(town) as post:
        text = message("REPLY", "ORGANIZER:mailto:ann@example.com", f"ATTENDEE;PARTSTAT=ACCEPTED:mailto:{ZED}", uid=UID)
        post.send(itip_mail(text), post.token(ann, ZED, UID))
    assert ann.says(ZED) == "ACCEPTED"
    assert read_parts(ann.text()).master is not None

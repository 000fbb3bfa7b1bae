"""A meeting is moved and moved back before the guests elsewhere are told: their answers count as before."""

import re
from collections.abc import Iterator
from datetime import timedelta

import pytest

from support.as_bytes import read_parts
from support.outgoing_mail import send, work
from support.post import OtherServer, itip_mail, message, open_other_server, open_post_office
from support.sent_mail import parse_mail
from support.town import UID, Person, Town, meeting
from televent.application.event_store.deciders import CALENDAR_OBJECT
from televent.domain.ids import StreamKey
from televent.ical.itip.people import attendees_of
from televent.ical.objects.calendar_text import CalendarText

ZED, YAN = "zed@example.net", "yan@example.net"
WEEKLY = ("RRULE:FREQ=WEEKLY;COUNT=3",)
SECOND = "20261208T100000Z"


@pytest.fixture
def other() -> Iterator[OtherServer]:
    with open_other_server() as other:
        yield other


@pytest.fixture
def ann(town: Town) -> Person:
    town.core.backend.mail_quiet = timedelta(seconds=30)
    return town.person("ann")


def passes(town: Town, other: OtherServer, seconds: int) -> None:
    for _ in range(seconds):
        town.now += timedelta(seconds=1)
        assert work(town, other) == []


def invited(town: Town, other: OtherServer, ann: Person, *lines: str) -> bytes:
    """Zed and Yan have the invitation to 10:00; returns Ann's text."""
    ann.put(meeting("DTSTART:20261201T100000Z", "DTEND:20261201T110000Z", *lines, people=(ZED, YAN)))
    send(town, other)
    town.now += timedelta(seconds=5)
    other.mails.clear()
    return ann.text()


def moves(ann: Person, hour: int) -> None:
    """Ann's app moves the meeting, or the whole series."""
    day, _, _ = read_master(ann).partition(b"T")
    text = re.sub(rb"DTSTART:\d{8}T\d{6}Z", b"DTSTART:%sT%02d0000Z" % (day, hour), ann.text())
    ann.put(re.sub(rb"DTEND:\d{8}T\d{6}Z", b"DTEND:%sT%02d0000Z" % (day, hour + 1), text))


def read_master(ann: Person) -> bytes:
    master = read_parts(ann.text()).master
    assert master is not None
    return (master.value("DTSTART") or "").encode()


def moves_second(ann: Person, hour: int) -> None:
    """Ann's app moves the second date of the series."""
    tree = CalendarText(ann.text()).copy()
    series = tree.components("VEVENT")[0]
    for override in tree.components("VEVENT")[1:]:
        tree.remove(override)
    date = series.copy()
    date.drop("RRULE")
    date.put("RECURRENCE-ID", SECOND)
    date.put("DTSTART", f"20261208T{hour:02}0000Z")
    date.put("DTEND", f"20261208T{hour + 1:02}0000Z")
    tree.add(date)
    ann.put(tree.to_bytes())


def replies(town: Town, ann: Person, partstat: str, *lines: str) -> None:
    """Zed answers from a calendar that has the first version."""
    people = ("ORGANIZER:mailto:ann@example.com", f"ATTENDEE;PARTSTAT={partstat}:mailto:{ZED}")
    stamp = f"{town.now:%Y%m%dT%H%M%SZ}"
    mail = itip_mail(message("REPLY", *people, *lines, uid=UID, stamp=stamp), message_id=f"{stamp}@example.net")
    with open_post_office(town) as post:
        post.send(mail, post.token(ann, ZED, UID))
    town.now += timedelta(seconds=5)


def rings(town: Town) -> int:
    return len(town.owed("answer_notice"))


def test_an_answer_stands_and_is_no_news(town: Town, other: OtherServer, ann: Person) -> None:
    invited(town, other, ann)
    replies(town, ann, "ACCEPTED")
    before = rings(town)
    moves(ann, 15)
    moves(ann, 10)
    assert ann.says(ZED) == "NEEDS-ACTION"
    passes(town, other, 40)
    assert (ann.says(ZED), ann.says(YAN)) == ("ACCEPTED", "NEEDS-ACTION")
    assert other.mails == []
    assert rings(town) == before


def test_a_later_answer_of_the_old_version_counts(town: Town, other: OtherServer, ann: Person) -> None:
    invited(town, other, ann)
    replies(town, ann, "ACCEPTED")
    moves(ann, 15)
    moves(ann, 10)
    passes(town, other, 40)
    replies(town, ann, "DECLINED")
    assert ann.says(ZED) == "DECLINED"


def test_an_answer_that_comes_before_the_time_of_quiet_ends_counts(town: Town, other: OtherServer, ann: Person) -> None:
    invited(town, other, ann)
    moves(ann, 15)
    moves(ann, 10)
    replies(town, ann, "TENTATIVE")
    assert ann.says(ZED) == "TENTATIVE"
    passes(town, other, 40)
    assert ann.says(ZED) == "TENTATIVE"
    assert other.mails == []


def test_an_answer_to_a_time_that_was_told_meanwhile_does_not_count(
    town: Town, other: OtherServer, ann: Person
) -> None:
    invited(town, other, ann)
    replies(town, ann, "ACCEPTED")
    moves(ann, 15)
    passes(town, other, 40)
    moves(ann, 10)
    passes(town, other, 40)
    assert len(other.mails) == 4
    assert ann.says(ZED) == "NEEDS-ACTION"
    replies(town, ann, "ACCEPTED")
    assert ann.says(ZED) == "NEEDS-ACTION"


def test_an_answer_to_another_time_does_not_count(town: Town, other: OtherServer, ann: Person) -> None:
    invited(town, other, ann)
    replies(town, ann, "ACCEPTED")
    moves(ann, 15)
    replies(town, ann, "DECLINED")
    passes(town, other, 40)
    assert ann.says(ZED) == "NEEDS-ACTION"


def test_the_answer_goes_along_with_another_change(town: Town, other: OtherServer, ann: Person) -> None:
    invited(town, other, ann)
    replies(town, ann, "ACCEPTED")
    moves(ann, 15)
    moves(ann, 10)
    ann.put(ann.text().replace(b"SUMMARY:Sync", b"SUMMARY:Talk"))
    passes(town, other, 40)
    assert ann.says(ZED) == "ACCEPTED"
    (mail,) = (each for each in other.mails if each.recipients == [ZED])
    calendar = next(part for part in parse_mail(mail.raw).walk() if part.get_content_type() == "text/calendar")
    text = calendar.get_payload(decode=True)
    assert isinstance(text, bytes)
    lines = read_parts(text).master
    assert lines is not None
    assert attendees_of(lines)[ZED].param("PARTSTAT") == "ACCEPTED"


def test_one_date_of_a_series_that_went_and_came_back(town: Town, other: OtherServer, ann: Person) -> None:
    invited(town, other, ann, *WEEKLY)
    replies(town, ann, "ACCEPTED")
    moves_second(ann, 15)
    moves_second(ann, 10)
    assert ann.says(ZED, SECOND) == "NEEDS-ACTION"
    passes(town, other, 40)
    assert other.mails == []
    assert [ann.says(ZED, place) for place in (None, SECOND)] == ["ACCEPTED", "ACCEPTED"]
    replies(town, ann, "DECLINED", f"RECURRENCE-ID:{SECOND}")
    assert ann.says(ZED, SECOND) == "DECLINED"


def test_what_is_kept_is_kept_once(town: Town, other: OtherServer, ann: Person) -> None:
    invited(town, other, ann)
    replies(town, ann, "ACCEPTED")
    for hour in (15, 10, 16, 10):
        moves(ann, hour)
        town.now += timedelta(seconds=2)
    passes(town, other, 70)
    version = versions(town, ann)
    passes(town, other, 70)
    assert (ann.says(ZED), versions(town, ann), other.mails) == ("ACCEPTED", version, [])


def versions(town: Town, ann: Person) -> int:
    store = town.core.backend.store
    return store.load(CALENDAR_OBJECT, StreamKey(ann.tenant, ann.row().stream_id)).version

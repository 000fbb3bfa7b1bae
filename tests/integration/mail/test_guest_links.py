"""Guests elsewhere without a calendar answer by the links of their mails."""

import re
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from urllib.parse import urlencode

import pytest

from support.mail_cards import PUBLIC, Web, mails, open_web, text_of
from support.outgoing_mail import send
from support.post import OtherServer, itip_mail, message, open_other_server, open_post_office
from support.town import UID, Person, Town, meeting
from televent.ical.text.tree import parse

ZED, YAN = "zed@example.net", "yan@example.net"
SERIES = "RRULE:FREQ=WEEKLY;COUNT=3"
SECOND = "20261208T100000Z"
RUSSIAN = {"accept_language": "ru"}


@pytest.fixture
def other() -> Iterator[OtherServer]:
    with open_other_server() as other:
        yield other


@pytest.fixture
def web(town: Town) -> Iterator[Web]:
    with open_web(town.core) as web:
        yield web


@pytest.fixture
def ann(town: Town) -> Person:
    return town.person("ann")


def links_of(town: Town, other: OtherServer, address: str = ZED) -> list[str]:
    """Sends what is due, and returns the path of the link in each mail to that address; "" for none."""
    send(town, other, PUBLIC)
    found = [re.search(f"{PUBLIC}(/i/[0-9a-f]+)", text_of(each)) for each in mails(other, address)]
    return [each[1] if each is not None else "" for each in found]


def override(*lines: str, base: bytes, people: str) -> bytes:
    """The series with an override of its second date."""
    own = ["BEGIN:VEVENT", f"UID:{UID}", "DTSTAMP:20261101T080000Z", f"RECURRENCE-ID:{SECOND}", "SUMMARY:Sync"]
    own += ["ORGANIZER:mailto:ann@example.com", f"ATTENDEE:mailto:{people}", *lines, "END:VEVENT", "END:VCALENDAR"]
    return base.replace(b"END:VCALENDAR", "\r\n".join(own).encode())


def test_a_guest_without_a_calendar_answers(town: Town, other: OtherServer, web: Web, ann: Person) -> None:
    ann.put(meeting("LOCATION:Room 5", people=(f'ATTENDEE;CN="Zed Z":mailto:{ZED}', YAN)))
    (link,) = links_of(town, other)
    (mail,) = mails(other, ZED)
    page_link = f"{PUBLIC}{link}"
    for choice, words in (("accept", "Accept"), ("tentative", "Maybe"), ("decline", "Decline")):
        assert f"{words}: {page_link}?answer={choice}" in text_of(mail).splitlines()
        assert f'href="{page_link}?answer={choice}"' in text_of(mail, "html")
    (theirs,) = links_of(town, other, YAN)
    assert link != theirs
    assert page_link not in text_of(mails(other, YAN)[0])

    before = town.topics(ann)
    for method in ("GET", "HEAD", "GET", "OPTIONS", "PUT"):
        page = web.ask(method, f"{link}?answer=decline")
        assert page.status == {"OPTIONS": 405, "PUT": 405}.get(method, 200)
    assert (town.topics(ann), ann.says(ZED)) == (before, None)
    page = web.ask("GET", f"{link}?answer=decline")
    assert (page.headers["cache-control"], page.headers["referrer-policy"]) == ("no-store", "no-referrer")
    assert "default-src 'none'" in page.headers["content-security-policy"]
    for word in ("Sync", "Tue, Dec 1 • 10:00 AM - 11:00 AM (UTC)", "Place: Room 5", "Organizer: Ann", "as Zed Z"):
        assert word in page.text
    assert re.findall(r'<button name="answer" value="(\w+)"( class="main")?>', page.body) == [
        ("decline", ' class="main"'), ("accept", ""), ("tentative", ""),
    ]  # fmt: skip
    assert YAN not in page.body
    assert "Вы ещё не ответили." in web.ask("GET", link, **RUSSIAN).text

    assert web.answers(link, "accept", "I bring\r\nthe cake", page).status == 303
    assert (ann.says(ZED), ann.says(YAN)) == ("ACCEPTED", "NEEDS-ACTION")
    assert "You accepted." in web.ask("GET", link).text
    assert [(each.address, each.now, each.comment) for each in town.answers(ann)] == [
        (ZED, "ACCEPTED", "I bring\nthe cake")
    ]
    assert [each["kind"] for each in town.owed("rsvp_notification")] == ["rsvp_notification"]


def test_a_form_that_comes_twice_is_one_answer(town: Town, other: OtherServer, web: Web, ann: Person) -> None:
    ann.put(meeting(people=(ZED,)))
    (link,) = links_of(town, other)
    page = web.ask("GET", link)
    for _ in range(3):
        assert web.answers(link, "accept", "Late", page).status == 303
    assert [(each.now, each.comment) for each in town.answers(ann)] == [("ACCEPTED", "Late")]
    assert len(town.owed("rsvp_notification")) == 1


def test_the_newest_answer_wins_whichever_way_it_comes(town: Town, other: OtherServer, web: Web, ann: Person) -> None:
    ann.put(meeting(people=(ZED,)))
    (link,) = links_of(town, other)
    # Their clock is an hour ahead of ours.
    ahead = f"{town.now + timedelta(hours=1):%Y%m%dT%H%M%SZ}"
    text = message("REPLY", f"ATTENDEE;PARTSTAT=DECLINED:mailto:{ZED}", uid=UID, stamp=ahead)
    with open_post_office(town) as post:
        post.send(itip_mail(text), post.token(ann, ZED, UID))
        assert post.verdicts() == [("applied", "REPLY T3")]
    for choice, partstat in (("accept", "ACCEPTED"), ("tentative", "TENTATIVE"), ("accept", "ACCEPTED")):
        assert web.answers(link, choice).status == 303
        assert ann.says(ZED) == partstat
    assert [each.now for each in town.answers(ann)][-1] == "ACCEPTED"


def test_one_date_is_answered_alone(town: Town, other: OtherServer, web: Web, ann: Person) -> None:
    series = meeting(SERIES, people=(ZED,))
    ann.put(series)
    (whole,) = links_of(town, other)
    assert "Repeats: every Tuesday, 3 times" in text_of(mails(other, ZED)[0])
    moved = override("DTSTART:20261209T120000Z", "DTEND:20261209T130000Z", base=series, people=ZED)
    ann.put(moved)
    town.now += timedelta(minutes=5)
    _, one = links_of(town, other)
    update = mails(other, ZED)[1]
    text = text_of(update)
    assert "Only this date of a series: Tue, Dec 8 • 10:00 AM" in text
    assert "was Tue, Dec 8 10:00 AM → now Wed, Dec 9 12:00 PM" in text
    assert one != whole
    page = web.ask("GET", one)
    assert "Wed, Dec 9 • 12:00 PM - 1:00 PM (UTC)" in page.text
    assert "One date of: every Tuesday, 3 times" in page.text
    assert web.answers(one, "decline", shown=page).status == 303
    assert (ann.says(ZED, SECOND), ann.says(ZED)) == ("DECLINED", "NEEDS-ACTION")
    assert web.answers(whole, "accept").status == 303
    assert (ann.says(ZED, SECOND), ann.says(ZED)) == ("DECLINED", "ACCEPTED")


def test_a_guest_of_single_dates_answers_these(town: Town, other: OtherServer, web: Web, ann: Person) -> None:
    series = meeting(SERIES, people=(ZED,))
    both = override(
        f"ATTENDEE:mailto:{YAN}", "DTSTART:20261208T100000Z", "DTEND:20261208T110000Z", base=series, people=ZED
    )
    ann.put(both)
    (link,) = links_of(town, other, YAN)
    assert web.answers(link, "accept").status == 303
    assert ann.says(YAN, SECOND) == "ACCEPTED"
    assert YAN not in ann.text().decode().partition("RECURRENCE-ID")[0]


def test_what_cannot_be_answered_any_more_says_so(town: Town, other: OtherServer, web: Web, ann: Person) -> None:
    ann.put(meeting(people=(ZED, YAN)))
    (link,) = links_of(town, other)
    (theirs,) = links_of(town, other, YAN)
    old = web.ask("GET", link)
    ann.put(meeting("DTSTART:20261201T120000Z", "DTEND:20261201T130000Z", people=(ZED, YAN)))
    late = web.answers(link, "accept", shown=old)
    assert (late.status, "12:00 PM - 1:00 PM" in late.text) == (409, True)
    assert "has changed" in late.text
    page = web.ask("GET", link)
    ann.put(meeting("DTSTART:20261201T120000Z", "DTEND:20261201T130000Z", people=(YAN,)))
    removed = web.answers(link, "accept", shown=page)
    assert (removed.status, "not invited to this meeting any more" in removed.text) == (409, True)
    assert ("<form" in removed.body, "Sync" in removed.text) == (False, False)
    page = web.ask("GET", theirs)
    ann.delete()
    gone = web.answers(theirs, "accept", shown=page)
    assert (gone.status, "This meeting was cancelled." in gone.text) == (409, True)
    assert web.ask("GET", f"{theirs}.ics").status == 404


def test_an_event_that_is_over_takes_no_answer_and_its_link_ends(
    town: Town, other: OtherServer, web: Web, ann: Person
) -> None:
    ann.put(meeting(people=(ZED,)))
    (link,) = links_of(town, other)
    page = web.ask("GET", link)
    town.now = datetime(2026, 12, 1, 12, tzinfo=UTC)
    over = web.answers(link, "accept", shown=page)
    assert (over.status, "This event is over." in over.text, "<form" in over.body) == (409, True, False)
    assert ann.says(ZED) == "NEEDS-ACTION"
    town.now = datetime(2026, 12, 31, 10, 59, tzinfo=UTC)
    assert web.ask("GET", link).status == 200
    town.now += timedelta(minutes=2)
    assert web.ask("GET", link).status == 404


def test_bad_forms_change_nothing(town: Town, other: OtherServer, web: Web, ann: Person) -> None:
    ann.put(meeting(people=(ZED,)))
    (link,) = links_of(town, other)
    page = web.ask("GET", link)
    before = town.topics(ann)
    good = {"seen": page.field("seen"), "form": page.field("form"), "note": "", "answer": "accept"}
    for bad, status in (
        ({"answer": "maybe"}, 400), ({"answer": ""}, 400), ({"note": "x" * 501}, 400), ({"seen": "0"}, 409),
        ({"note": "x" * 9000}, 413),
    ):  # fmt: skip
        assert web.ask("POST", link, urlencode({**good, **bad})).status == status
    for path in (f"{link[:-1]}0", f"{link}0", f"{link}.ics.ics", "/i/.ics", f"{link}.txt"):
        assert web.ask("GET", path).status == 404 or path == link
    assert web.ask("POST", f"{link}.ics", urlencode(good)).status == 405
    assert town.topics(ann) == before
    evil = '<script>alert("x")</script>'
    ann.put(
        meeting(
            f"SUMMARY:{evil}", f"LOCATION:{evil}", people=(f"ATTENDEE;CN={evil.replace(chr(34), '')}:mailto:{ZED}",)
        )
    )
    for query in ("", "?answer=%3Cscript%3E", f"?answer={'a' * 900}"):
        assert "<script>" not in web.ask("GET", f"{link}{query}").body


def test_the_file_has_the_event_and_nobody_else(town: Town, other: OtherServer, web: Web, ann: Person) -> None:
    chat = town.core.reads.account(ann.tenant)
    assert chat is not None
    inside = f"tg_{chat.telegram_id}@televent.internal"
    zoned = ("DTSTART;TZID=Europe/Berlin:20261201T100000", "DTEND;TZID=Europe/Berlin:20261201T110000", SERIES)
    text = meeting(*zoned, people=(ZED, YAN), organizer=inside).replace(b"DTSTART:20261201T100000Z\r\n", b"")
    ann.put(text.replace(b"DTEND:20261201T110000Z\r\n", b""))
    (link,) = links_of(town, other)
    assert f"{PUBLIC}{link}.ics" in text_of(mails(other, ZED)[0])
    file = web.ask("GET", f"{link}.ics")
    assert (file.status, file.headers.get_content_type()) == (200, "text/calendar")
    assert file.headers["content-disposition"] == 'attachment; filename="invite.ics"'
    root = parse(file.body.encode())
    (event,) = root.components("VEVENT")
    assert (root.value("METHOD"), event.value("UID"), event.all("ATTENDEE")) == ("PUBLISH", UID, [])
    assert event.value("ORGANIZER") == f"mailto:rsvp+{town.core.mail_book.token(ann.tenant, UID, ZED)}@televent.app"
    assert [each.value("TZID") for each in root.components("VTIMEZONE")] == ["Europe/Berlin"]
    assert "televent.internal" not in file.body.replace("\r\n ", "")
    assert YAN not in file.body
    ann.put(meeting("DTSTART:20261202T100000Z", "DTEND:20261202T110000Z", people=(ZED, YAN)))
    assert "DTSTART:20261202T100000Z" in web.ask("GET", f"{link}.ics").body


def test_without_a_public_address_there_is_no_page(town: Town, other: OtherServer, ann: Person) -> None:
    ann.put(meeting(people=(ZED,)))
    send(town, other)
    text = text_of(mails(other, ZED)[0])
    assert "/i/" not in text
    assert "Google: https://calendar.google.com/calendar/render?" in text


def test_the_end_has_no_links(town: Town, other: OtherServer, web: Web, ann: Person) -> None:
    ann.put(meeting(people=(ZED,)))
    links_of(town, other)
    ann.delete()
    _, none = links_of(town, other)
    assert none == ""

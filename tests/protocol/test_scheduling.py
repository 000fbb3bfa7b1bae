"""Scheduling over the wire: RFC 6638 §2, §3.2.10, §4.3, §6, §8, §9."""

from __future__ import annotations

import pytest

from support.dav import DECLARED, Answer, Client, Site, cal, dav, event
from support.outbox import let_everyone_ask

ORGANIZER = "ORGANIZER:mailto:ann@example.com"
BOB = "ATTENDEE;PARTSTAT=NEEDS-ACTION:mailto:bob@example.com"


def meeting(*lines: str, guest: str = BOB) -> bytes:
    return event("one@example.com", *(lines or ("SUMMARY:Talk",)), ORGANIZER, guest)


@pytest.fixture
def bob(site: Site) -> Client:
    return site.person(102, "Bob", "bob@example.com")


@pytest.fixture
def place(ann: Client, bob: Client) -> str:
    """The path of Ann's meeting, to which Bob is invited."""
    path = f"{ann.calendar()}one.ics"
    assert ann.put(path, meeting()).status == 201
    return path


def proppatch(who: Client, path: str, inner: str) -> Answer:
    return who.ask("PROPPATCH", path, f"<D:propertyupdate {DECLARED}>{inner}</D:propertyupdate>")


def copy_of(who: Client) -> str:
    (path,) = set(who.propfind(who.calendar(), "D:getetag", depth="1").responses()) - {who.calendar()}
    return path


def tag(who: Client, path: str) -> str:
    """The Schedule-Tag, as property and as header alike."""
    shown = who.propfind(path, "C:schedule-tag").only().text(cal("schedule-tag"))
    assert who.ask("GET", path).headers["schedule-tag"] == shown
    return shown


def answer(who: Client, partstat: str) -> str:
    """Answers by a PUT of the client's own copy; returns its path."""
    path = copy_of(who)
    text = who.ask("GET", path).text.replace("PARTSTAT=NEEDS-ACTION", f"PARTSTAT={partstat}")
    assert who.put(path, text.encode()).status == 204
    return path


def test_inbox_and_outbox_are_what_they_are_and_stand_in_no_calendar(ann: Client) -> None:
    for name, kind in (("inbox", "schedule-inbox"), ("outbox", "schedule-outbox")):
        entry = ann.propfind(f"{ann.home}{name}/", "D:resourcetype").only()
        assert entry.inside(dav("resourcetype")) == {dav("collection"), cal(kind)}


def test_an_answer_moves_the_etag_and_not_the_schedule_tag_of_the_organizer(
    ann: Client, bob: Client, place: str
) -> None:
    before, etag = tag(ann, place), ann.ask("GET", place).headers["etag"]
    answer(bob, "ACCEPTED")
    text = ann.ask("GET", place)
    assert (tag(ann, place), text.headers["etag"] == etag) == (before, False)
    assert "PARTSTAT=ACCEPTED" in text.text


def test_a_change_of_ones_own_moves_the_schedule_tag(ann: Client, bob: Client, place: str) -> None:
    """An organizer's change moves both tags; an attendee's only their own, if it is no mere answer (ADR 0020)."""
    theirs = copy_of(bob)
    before = tag(ann, place), tag(bob, theirs)
    ann.put(place, meeting("SUMMARY:Other"))
    between = tag(ann, place), tag(bob, theirs)
    assert between[0] != before[0]
    assert between[1] != before[1]
    text = bob.ask("GET", theirs).text.replace("END:VEVENT", "CATEGORIES:Work\r\nEND:VEVENT")
    assert bob.put(theirs, text.encode()).status == 204
    assert (tag(ann, place), tag(bob, theirs) == between[1]) == (between[0], False)


def test_with_a_matching_schedule_tag_an_answer_that_the_client_has_not_seen_stands(
    ann: Client, bob: Client, place: str
) -> None:
    known = tag(ann, place)
    answer(bob, "ACCEPTED")
    changed = ann.put(place, meeting("SUMMARY:Talk", "LOCATION:Room 1"), If_Schedule_Tag_Match=known)
    assert changed.status == 204
    text = ann.ask("GET", place).text
    assert "LOCATION:Room 1" in text
    assert "PARTSTAT=ACCEPTED" in text


def test_with_another_schedule_tag_nothing_changes(ann: Client, place: str) -> None:
    assert ann.put(place, meeting("SUMMARY:Other"), If_Schedule_Tag_Match='"other"').status == 412
    assert ann.ask("DELETE", place, If_Schedule_Tag_Match='"other"').status == 412
    moved = ann.ask("MOVE", place, If_Schedule_Tag_Match='"other"', Destination=f"{ann.calendar()}two.ics")
    assert moved.status == 412
    assert "SUMMARY:Talk" in ann.ask("GET", place).text


def test_a_deleted_copy_is_a_decline_unless_the_client_wants_no_reply(ann: Client, bob: Client, place: str) -> None:
    assert bob.ask("DELETE", copy_of(bob), Schedule_Reply="F").status == 204
    assert "PARTSTAT=DECLINED" not in ann.ask("GET", place).text
    ann.put(f"{ann.calendar()}two.ics", meeting().replace(b"one@", b"two@"))
    assert bob.ask("DELETE", copy_of(bob)).status == 204
    assert "PARTSTAT=DECLINED" in ann.ask("GET", f"{ann.calendar()}two.ics").text


def test_the_components_of_a_meeting_have_one_organizer(ann: Client) -> None:
    text = meeting("SUMMARY:Talk", "RRULE:FREQ=DAILY;COUNT=3").decode()
    inner = "BEGIN:VEVENT" + text.partition("BEGIN:VEVENT")[2].partition("END:VCALENDAR")[0]
    other = inner.replace("RRULE:FREQ=DAILY;COUNT=3", "RECURRENCE-ID:20261126T100000Z").replace(
        ORGANIZER, "ORGANIZER:mailto:bob@example.com"
    )
    refused = ann.put(f"{ann.calendar()}one.ics", text.replace("END:VCALENDAR", f"{other}END:VCALENDAR").encode())
    assert (refused.status, refused.precondition()) == (403, cal("same-organizer-in-all-components"))


def test_a_transparent_calendar_makes_nobody_busy(ann: Client, bob: Client) -> None:
    ann.put(f"{ann.calendar()}a.ics", event("a@example.com"))
    assert ann.propfind(ann.calendar(), "C:schedule-calendar-transp").only().inside(
        cal("schedule-calendar-transp")
    ) == {cal("opaque")}
    rows = [
        "BEGIN:VCALENDAR",
        "VERSION:2.0",
        "METHOD:REQUEST",
        "BEGIN:VFREEBUSY",
        "UID:ask",
        "DTSTAMP:20261121T100000Z",
    ]
    rows += ["DTSTART:20261125T000000Z", "DTEND:20261126T000000Z", "ORGANIZER:mailto:bob@example.com"]
    question = "\r\n".join([*rows, "ATTENDEE:mailto:ann@example.com", "END:VFREEBUSY", "END:VCALENDAR", ""]).encode()

    def busy() -> bool:
        told = bob.ask("POST", f"{bob.home}outbox/", question, Content_Type="text/calendar")
        assert told.status == 200
        return "20261125T100000Z" in told.text.replace("DTSTART:", "")

    let_everyone_ask(ann)
    assert busy()
    value = "<C:schedule-calendar-transp><C:transparent/></C:schedule-calendar-transp>"
    transparent = f"<D:set><D:prop>{value}</D:prop></D:set>"
    assert proppatch(ann, ann.calendar(), transparent).status == 207
    assert not busy()


def test_the_schedule_tag_and_the_inbox_are_not_for_clients_to_set(ann: Client, place: str) -> None:
    change = "<D:set><D:prop><C:schedule-tag>x</C:schedule-tag></D:prop></D:set>"
    entry = proppatch(ann, place, change).only()
    assert entry.by_status == {"403": {cal("schedule-tag")}}
    assert ann.ask("DELETE", f"{ann.home}inbox/").status == 403


def test_where_the_meeting_is_that_has_the_uid_already_is_said(ann: Client, place: str) -> None:
    ann.ask("MKCALENDAR", ann.calendar("my%20work"))
    taken = ann.put(f"{ann.calendar('my%20work')}two.ics", meeting("SUMMARY:Again"))
    assert (taken.status, taken.precondition()) == (403, cal("unique-scheduling-object-resource"))
    assert [each.text for each in taken.xml[0]] == [place]
    copied = ann.ask("COPY", place, Destination=f"{ann.calendar('my%20work')}two.ics")
    assert [each.text for each in copied.xml[0]] == [place]


def test_a_guest_listed_by_mail_and_by_principal_answers_once(ann: Client, bob: Client) -> None:
    path = f"{ann.calendar()}twice.ics"
    guests = ("mailto:bob@example.com", bob.home, f"urn:uuid:{bob.tenant}")
    lines = ("SUMMARY:Talk", f"ORGANIZER:{ann.home}", *(f"ATTENDEE;PARTSTAT=NEEDS-ACTION:{each}" for each in guests))
    assert ann.put(path, event("twice@example.com", *lines)).status == 201
    theirs = answer(bob, "ACCEPTED")
    for text in (ann.ask("GET", path).text, bob.ask("GET", theirs).text):
        assert (text.count("PARTSTAT=ACCEPTED"), text.count("NEEDS-ACTION")) == (3, 0)


def test_the_principals_url_is_an_address_too(ann: Client, bob: Client) -> None:
    """§2.4.1: an owner organizes and is invited with every address of the set."""
    for number, address in enumerate((ann.home, f"urn:uuid:{ann.tenant}")):
        guest = bob.home if number else f"urn:uuid:{bob.tenant}"
        lines = ("SUMMARY:Talk", f"ORGANIZER:{address}", f"ATTENDEE;PARTSTAT=NEEDS-ACTION:{guest}")
        path = f"{ann.calendar()}{number}.ics"
        assert ann.put(path, event(f"{number}@example.com", *lines)).status == 201
        assert "SCHEDULE-STATUS=1.2" in ann.ask("GET", path).text
        theirs = answer(bob, "ACCEPTED")
        text = ann.ask("GET", path).text
        assert "PARTSTAT=ACCEPTED" in text
        assert "SCHEDULE-STATUS=2.0" in text
        assert bob.ask("DELETE", theirs).status == 204

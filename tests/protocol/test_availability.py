"""RFC 7953 §7.2: the calendar-availability property, its effect on free/busy, and Apple's alarms."""

import pytest

from support.dav import DECLARED, Client, Site, cal, event
from support.outbox import let_everyone_ask

CS = "{http://calendarserver.org/ns/}"
OFFICE = """BEGIN:VCALENDAR
VERSION:2.0
PRODID:-//Example//EN
BEGIN:VAVAILABILITY
UID:backend@example.com
DTSTAMP:20261101T090000Z
BEGIN:AVAILABLE
UID:hours@example.com
DTSTAMP:20261101T090000Z
SUMMARY:Secret place &amp; hours
DTSTART;TZID=Europe/London:20261102T090000
DTEND;TZID=Europe/London:20261102T170000
RRULE:FREQ=DAILY
END:AVAILABLE
END:VAVAILABILITY
END:VCALENDAR
"""
ALARM = "BEGIN:VALARM\nACTION:DISPLAY\nTRIGGER:-PT15M\nDESCRIPTION:Soon\nEND:VALARM\n"


@pytest.fixture
def bob(site: Site, ann: Client) -> Client:
    let_everyone_ask(ann)
    return site.person(102, "Bob", "bob@example.com")


def inbox(client: Client) -> str:
    return f"{client.home}inbox/"


def patch(client: Client, path: str, inner: str, verb: str = "set") -> dict[str, set[str]]:
    body = f"<D:propertyupdate {DECLARED}><D:{verb}><D:prop>{inner}</D:prop></D:{verb}></D:propertyupdate>"
    return client.ask("PROPPATCH", path, body).only().by_status


def asked(bob: Client, site: Site) -> str:
    """Ann's free/busy on Wednesday, as Bob gets it."""
    rows = [
        "BEGIN:VCALENDAR",
        "VERSION:2.0",
        "PRODID:-//Example//EN",
        "METHOD:REQUEST",
        "BEGIN:VFREEBUSY",
        "UID:ask@example.com",
        "DTSTAMP:20261121T100000Z",
        "DTSTART:20261125T000000Z",
        "DTEND:20261126T000000Z",
        "ORGANIZER:mailto:bob@example.com",
        "ATTENDEE:mailto:ann@example.com",
        "END:VFREEBUSY",
        "END:VCALENDAR",
        "",
    ]
    answer = bob.ask("POST", f"{bob.home}outbox/", "\r\n".join(rows), Content_Type="text/calendar")
    assert answer.status == 200, answer.text
    return answer.xml.findtext(f".//{cal('calendar-data')}") or ""


def lines(text: str) -> list[str]:
    return sorted(line for line in text.splitlines() if line.startswith("FREEBUSY"))


def test_options_says_that_availability_is_known(ann: Client) -> None:
    assert "calendar-availability" in ann.ask("OPTIONS", ann.home).headers["dav"]


def test_availability_is_set_read_and_removed_and_no_part_of_allprop(ann: Client) -> None:
    name = "C:calendar-availability"
    assert ann.propfind(inbox(ann), name).only().missing == {cal("calendar-availability")}
    assert patch(ann, inbox(ann), f"<{name}>{OFFICE}</{name}>") == {"200": {cal("calendar-availability")}}
    kept = ann.propfind(inbox(ann), name).only().text(cal("calendar-availability"))
    assert kept == OFFICE.replace("&amp;", "&")
    assert cal("calendar-availability") not in ann.ask("PROPFIND", inbox(ann), Depth="0").only().props
    assert ann.propfind(ann.home, name, depth="1").responses()[inbox(ann)].text(cal("calendar-availability")) == kept
    assert patch(ann, inbox(ann), f"<{name}/>", "remove") == {"200": {cal("calendar-availability")}}
    assert ann.propfind(inbox(ann), name).only().missing == {cal("calendar-availability")}
    assert patch(ann, inbox(ann), f"<{name}/>", "remove") == {"200": {cal("calendar-availability")}}


def test_apples_older_name_means_the_same(ann: Client) -> None:
    patch(ann, inbox(ann), f"<CS:calendar-availability>{OFFICE}</CS:calendar-availability>")
    both = ann.propfind(inbox(ann), "C:calendar-availability", "CS:calendar-availability").only()
    assert both.text(cal("calendar-availability")) == both.text(f"{CS}calendar-availability") != ""


@pytest.mark.parametrize("text", ["nonsense", OFFICE.replace("VAVAILABILITY", "VEVENT"), "", "<C:x/>"])
def test_what_is_no_availability_is_refused_and_changes_nothing(ann: Client, text: str) -> None:
    patch(ann, inbox(ann), f"<C:calendar-availability>{OFFICE}</C:calendar-availability>")
    body = f"<D:set><D:prop><C:calendar-availability>{text}</C:calendar-availability></D:prop></D:set>"
    answer = ann.ask("PROPPATCH", inbox(ann), f"<D:propertyupdate {DECLARED}>{body}</D:propertyupdate>")
    assert answer.only().by_status == {"403": {cal("calendar-availability")}}
    assert "<C:valid-calendar-data/>" in answer.text
    kept = ann.propfind(inbox(ann), "C:calendar-availability").only().text(cal("calendar-availability"))
    assert "backend@example.com" in kept


def test_what_can_be_set_fails_with_what_cannot(ann: Client) -> None:
    both = f"<C:calendar-availability>{OFFICE}</C:calendar-availability><D:displayname>x</D:displayname>"
    assert patch(ann, inbox(ann), both) == {"424": {cal("calendar-availability")}, "403": {"{DAV:}displayname"}}
    assert ann.propfind(inbox(ann), "C:calendar-availability").only().missing


def test_others_see_when_one_is_available_and_nothing_more(site: Site, ann: Client, bob: Client) -> None:
    assert lines(asked(bob, site)) == []
    patch(ann, inbox(ann), f"<C:calendar-availability>{OFFICE}</C:calendar-availability>")
    ann.put(f"{ann.calendar()}a.ics", event("a@example.com", start="20261125T080000Z", end="20261125T100000Z"))
    text = asked(bob, site)
    assert lines(text) == [
        "FREEBUSY;FBTYPE=BUSY-UNAVAILABLE:20261125T000000Z/20261125T080000Z",
        "FREEBUSY;FBTYPE=BUSY-UNAVAILABLE:20261125T170000Z/20261126T000000Z",
        "FREEBUSY;FBTYPE=BUSY:20261125T080000Z/20261125T100000Z",
    ]
    assert "Secret" not in text
    patch(ann, inbox(ann), "<C:calendar-availability/>", "remove")
    assert lines(asked(bob, site)) == ["FREEBUSY;FBTYPE=BUSY:20261125T080000Z/20261125T100000Z"]


def test_the_inbox_of_another_is_not_ones_own_to_set(ann: Client, bob: Client) -> None:
    inner = f"<C:calendar-availability>{OFFICE}</C:calendar-availability>"
    body = f"<D:propertyupdate {DECLARED}><D:set><D:prop>{inner}</D:prop></D:set></D:propertyupdate>"
    assert bob.ask("PROPPATCH", inbox(ann), body).status == 403


def test_no_calendar_stores_the_component_and_none_says_it_does(ann: Client) -> None:
    text = OFFICE.replace("&amp;", "&").replace("\n", "\r\n").encode()
    refused = ann.put(f"{ann.calendar()}v.ics", text)
    assert (refused.status, refused.precondition()) == (403, cal("supported-calendar-component"))
    shown = ann.propfind(ann.calendar(), "C:supported-calendar-component-set").only()
    names = {each.get("name") for each in shown.props[cal("supported-calendar-component-set")]}
    assert "VAVAILABILITY" not in names


@pytest.mark.parametrize("name", ["default-alarm-vevent-datetime", "default-alarm-vevent-date"])
def test_default_alarms_are_kept_on_the_home_and_on_a_calendar(ann: Client, name: str) -> None:
    for path in (ann.home, ann.calendar()):
        for value in (ALARM, ""):
            assert patch(ann, path, f"<C:{name}>{value}</C:{name}>") == {"200": {cal(name)}}
            assert ann.propfind(path, f"C:{name}").only().text(cal(name)) == value.replace("\r", "") or value == ""
        assert patch(ann, path, f"<C:{name}>nonsense</C:{name}>") == {"403": {cal(name)}}
    patch(ann, ann.home, f"<C:{name}/>", "remove")
    assert ann.propfind(ann.home, f"C:{name}").only().missing == {cal(name)}

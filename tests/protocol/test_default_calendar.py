"""RFC 6638 §4.3, §9.2: the calendar that new invitations come to."""

import pytest

from support.dav import DECLARED, Answer, Client, Site, cal, dav, event

PROPERTY = cal("schedule-default-calendar-URL")


@pytest.fixture
def bob(site: Site) -> Client:
    return site.person(102, "Bob", "bob@example.com")


def change(who: Client, inner: str, path: str | None = None) -> Answer:
    return who.ask("PROPPATCH", path or f"{who.home}inbox/", f"<D:propertyupdate {DECLARED}>{inner}</D:propertyupdate>")


def choose(who: Client, url: str, beside: str = "", path: str | None = None) -> Answer:
    value = f"<C:schedule-default-calendar-URL><D:href>{url}</D:href></C:schedule-default-calendar-URL>"
    return change(who, f"<D:set><D:prop>{value}{beside}</D:prop></D:set>", path)


def default(who: Client) -> list[str]:
    shown = [who.propfind(path, "C:schedule-default-calendar-URL").only().hrefs(PROPERTY) for path in (
        who.home, f"{who.home}inbox/",
    )]  # fmt: skip
    assert shown[0] == shown[1]
    return shown[0]


def invite(ann: Client, uid: str) -> None:
    lines = ("ORGANIZER:mailto:ann@example.com", "ATTENDEE;PARTSTAT=NEEDS-ACTION:mailto:bob@example.com")
    assert ann.put(f"{ann.calendar()}{uid}.ics", event(uid, "SUMMARY:Talk", *lines)).status == 201


def members(who: Client, name: str) -> int:
    return len(who.propfind(who.calendar(name), "D:getetag", depth="1").responses()) - 1


def test_new_invitations_come_to_the_calendar_that_was_chosen(ann: Client, bob: Client) -> None:
    bob.ask("MKCALENDAR", bob.calendar("work"))
    invite(ann, "one")
    assert choose(bob, bob.calendar("work")).only().by_status == {"200": {PROPERTY}}
    assert default(bob) == [bob.calendar("work")]
    invite(ann, "two")
    assert (members(bob, "default"), members(bob, "work")) == (1, 1)


def test_the_chosen_calendar_may_be_named_in_any_way(bob: Client) -> None:
    bob.ask("MKCALENDAR", bob.calendar("my%20work"))
    for url in (
        f"http://127.0.0.1:{bob.site.port}{bob.home}my%20work/",
        "/caldav/102/my%20work",
        "/caldav/bob@example.com/my%20work/",
    ):
        assert choose(bob, bob.calendar()).status == 207
        assert choose(bob, url).only().by_status == {"200": {PROPERTY}}
        assert default(bob) == [f"{bob.home}my%20work/"]


def test_the_calendar_chosen_stays_and_the_other_may_go(bob: Client) -> None:
    bob.ask("MKCALENDAR", bob.calendar("work"))
    assert bob.ask("DELETE", bob.calendar()).precondition() == cal("default-calendar-needed")
    choose(bob, bob.calendar("work"))
    refused = bob.ask("DELETE", bob.calendar("work"))
    assert (refused.status, refused.precondition()) == (403, cal("default-calendar-needed"))
    assert bob.ask("DELETE", bob.calendar()).status == 204
    assert default(bob) == [bob.calendar("work")]


def test_only_a_calendar_of_ones_own_that_takes_events_can_be_chosen(ann: Client, bob: Client) -> None:
    comp = '<C:supported-calendar-component-set><C:comp name="VTODO"/></C:supported-calendar-component-set>'
    body = f"<C:mkcalendar {DECLARED}><D:set><D:prop>{comp}</D:prop></D:set></C:mkcalendar>"
    assert bob.ask("MKCALENDAR", bob.calendar("tasks"), body).status == 201
    places = ("tasks", "nowhere", "inbox", "outbox", "default/a.ics")
    for url in (*(f"{bob.home}{each}/" for each in places), bob.home, ann.calendar(), "mailto:x", "/caldav/%ff/"):
        refused = choose(bob, url)
        assert refused.only().by_status == {"403": {PROPERTY}}
        assert refused.xml.find(f".//{dav('error')}/{cal('valid-schedule-default-calendar-URL')}") is not None
    assert default(bob) == [bob.calendar()]


def test_with_a_calendar_that_cannot_be_chosen_nothing_else_is_set(bob: Client) -> None:
    text = "BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:x\r\nBEGIN:VAVAILABILITY\r\nUID:a\r\nDTSTAMP:20261101T000000Z\r\n"
    text += "END:VAVAILABILITY\r\nEND:VCALENDAR\r\n"
    beside = f"<C:calendar-availability>{text}</C:calendar-availability>"
    availability = cal("calendar-availability")
    entry = choose(bob, f"{bob.home}nowhere/", beside).only()
    assert entry.by_status == {"403": {PROPERTY}, "424": {availability}}
    assert bob.propfind(f"{bob.home}inbox/", "C:calendar-availability").only().missing == {availability}
    assert choose(bob, bob.calendar(), beside).only().by_status == {"200": {PROPERTY, availability}}


def test_there_is_always_a_default_calendar(bob: Client) -> None:
    prop = "<D:prop><C:schedule-default-calendar-URL/></D:prop>"
    for instruction in (f"<D:remove>{prop}</D:remove>", f"<D:set>{prop}</D:set>"):
        refused = change(bob, instruction)
        assert refused.only().by_status == {"403": {PROPERTY}}
        assert refused.xml.find(f".//{dav('error')}/{cal('default-calendar-needed')}") is not None
    assert default(bob) == [bob.calendar()]


def test_the_default_calendar_is_chosen_on_the_inbox_and_nowhere_else(bob: Client) -> None:
    bob.ask("MKCALENDAR", bob.calendar("work"))
    for path in (bob.home, bob.calendar(), f"{bob.home}outbox/"):
        refused = choose(bob, bob.calendar("work"), path=path)
        assert refused.only().by_status == {"403": {PROPERTY}}
    assert default(bob) == [bob.calendar()]

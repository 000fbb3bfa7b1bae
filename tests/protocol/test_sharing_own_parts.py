"""Each sharee has their own alarms and transparency in the events of a shared calendar (CalendarServer §5.5.4)."""

import pytest

from support.dav import DECLARED, Client, Site, cal, dav, event
from support.shares import mounted

ALARM = ("BEGIN:VALARM", "ACTION:DISPLAY", "DESCRIPTION:Tea", "TRIGGER:-PT{}M", "END:VALARM")
SPAN = '<C:time-range start="20261125T000000Z" end="20261126T000000Z"/>'


def tea(*minutes: int, summary: str = "Tea", transp: str = "") -> bytes:
    alarms = [line.format(each) for each in minutes for line in ALARM]
    return event("a@example.com", f"SUMMARY:{summary}", *([f"TRANSP:{transp}"] if transp else []), *alarms)


@pytest.fixture
def ann(site: Site) -> Client:
    ann = site.person(101, "Ann", "ann@example.com")
    assert ann.ask("MKCALENDAR", ann.calendar("work")).status == 201
    ann.put(ann.calendar("work") + "a.ics", tea(5))
    return ann


@pytest.fixture
def bob(site: Site) -> Client:
    return site.person(102, "Bob", "bob@example.com")


@pytest.fixture
def eve(site: Site) -> Client:
    return site.person(103, "Eve", "eve@example.com")


@pytest.mark.parametrize("access", ["read", "read-write"])
def test_ones_own_alarms_are_nobody_elses(ann: Client, bob: Client, eve: Client, access: str) -> None:
    path, hers = mounted(ann, bob, access), mounted(ann, eve)
    mine = ann.calendar("work") + "a.ics"
    before, token = ann.ask("GET", mine), ann.sync(ann.calendar("work")).token()
    assert bob.ask("GET", path + "a.ics").body == tea()
    put = bob.put(path + "a.ics", tea(30), If_Match=bob.ask("GET", path + "a.ics").headers["etag"])
    assert put.status == 204
    shown = bob.ask("GET", path + "a.ics")
    assert shown.body == tea(30)
    assert put.headers["etag"] == shown.headers["etag"] != before.headers["etag"]
    # The owner's event and tokens are unchanged, and a third person sees neither side's own parts.
    after = ann.ask("GET", mine)
    assert (after.body, after.headers["etag"]) == (before.body, before.headers["etag"])
    assert ann.sync(ann.calendar("work")).token() == token
    assert eve.ask("GET", hers + "a.ics").body == tea()


def test_what_is_everybodys_goes_to_the_owner_without_ones_own(ann: Client, bob: Client) -> None:
    path = mounted(ann, bob, "read-write")
    assert bob.put(path + "a.ics", tea(30, summary="Coffee", transp="TRANSPARENT")).status == 204
    assert ann.ask("GET", ann.calendar("work") + "a.ics").body == tea(5, summary="Coffee")
    assert bob.ask("GET", path + "a.ics").body == tea(30, summary="Coffee", transp="TRANSPARENT")
    ann.put(ann.calendar("work") + "a.ics", tea(5, 10, summary="Cocoa"))
    assert bob.ask("GET", path + "a.ics").body == tea(30, summary="Cocoa", transp="TRANSPARENT")


def test_for_reading_only_nothing_but_ones_own_can_be_written(ann: Client, bob: Client) -> None:
    path = mounted(ann, bob, "read")
    refused = bob.put(path + "a.ics", tea(30, summary="Coffee"))
    assert (refused.status, refused.precondition()) == (403, dav("need-privileges"))
    assert bob.ask("GET", path + "a.ics").body == tea()


def test_a_new_event_brings_its_owner_no_alarms(ann: Client, bob: Client) -> None:
    path = mounted(ann, bob, "read-write")
    text = event("b@example.com", "SUMMARY:New", *[line.format(15) for line in ALARM])
    put = bob.put(path + "b.ics", text, If_None_Match="*")
    assert put.status == 201
    assert bob.ask("GET", path + "b.ics").body == text
    assert bob.ask("GET", path + "b.ics").headers["etag"] == put.headers["etag"]
    assert ann.ask("GET", ann.calendar("work") + "b.ics").body == event("b@example.com", "SUMMARY:New")


def test_a_sharees_own_change_shows_in_the_sharees_tokens_only(ann: Client, bob: Client, eve: Client) -> None:
    path, hers = mounted(ann, bob, "read-write"), mounted(ann, eve)
    first, other = bob.sync(path).token(), eve.sync(hers).token()
    ctag = bob.propfind(path, "CS:getctag").only().text("{http://calendarserver.org/ns/}getctag")
    etag = bob.put(path + "a.ics", tea(30)).headers["etag"]
    answer = bob.sync(path, first)
    assert answer.only().href == path + "a.ics"
    assert answer.only().text(dav("getetag")) == etag
    assert bob.propfind(path, "D:sync-token").only().text(dav("sync-token")) == answer.token() != first
    assert bob.propfind(path, "CS:getctag").only().text("{http://calendarserver.org/ns/}getctag") != ctag
    assert bob.sync(path, answer.token()).responses() == {}
    assert eve.sync(hers, other).responses() == {}
    # The same PUT again changes nothing. A change for all comes once, as each person sees it.
    assert bob.put(path + "a.ics", tea(30)).headers["etag"] == etag
    assert bob.sync(path, answer.token()).responses() == {}
    bob.put(path + "a.ics", tea(45, summary="Coffee"))
    assert set(bob.sync(path, answer.token()).responses()) == {path + "a.ics"}
    assert set(eve.sync(hers, other).responses()) == {hers + "a.ics"}


def test_pages_lead_through_both_kinds_of_changes(ann: Client, bob: Client) -> None:
    names = [f"{number}.ics" for number in range(5)]
    for name in names:
        ann.put(ann.calendar("work") + name, event(f"{name}@example.com"))
    path = mounted(ann, bob, "read-write")
    token = bob.sync(path).token()
    for name in names[:3]:
        alarms = [line.format(15) for line in ALARM]
        assert bob.put(path + name, event(f"{name}@example.com", "SUMMARY:Tea", *alarms)).status == 204
    ann.put(ann.calendar("work") + names[4], event(f"{names[4]}@example.com", "SUMMARY:New"))
    found: list[str] = []
    for _ in range(10):
        answer = bob.sync(path, token, limit=1)
        found += [href.removeprefix(path) for href in answer.responses() if href != path]
        token = answer.token()
        if path not in answer.responses():
            break
    assert sorted(found) == sorted([*names[:3], names[4]])
    assert bob.sync(path, token).responses() == {}


def test_every_way_of_reading_shows_the_same_bytes_and_tag(ann: Client, bob: Client) -> None:
    path = mounted(ann, bob, "read-write")
    etag = bob.put(path + "a.ics", tea(30)).headers["etag"]
    data = "<D:prop><D:getetag/><D:getcontentlength/><C:calendar-data/></D:prop>"
    vevent = f'<C:comp-filter name="VEVENT">{SPAN}</C:comp-filter>'
    wanted = f'<C:filter><C:comp-filter name="VCALENDAR">{vevent}</C:comp-filter></C:filter>'
    member = path + "a.ics"
    answers = [
        bob.report(path, "C:calendar-multiget", f"{data}<D:href>{member}</D:href>"),
        bob.report(path, "C:calendar-query", data + wanted, Depth="1"),
        bob.report(bob.home, "C:calendar-query", data + wanted, Depth="infinity"),
        bob.sync(path, props="<D:getetag/><D:getcontentlength/><C:calendar-data/>"),
    ]
    for answer in answers:
        entry = answer.responses()[member]
        assert entry.text(dav("getetag")) == etag
        assert entry.text(dav("getcontentlength")) == str(len(tea(30)))
        assert entry.text(cal("calendar-data")).encode() == tea(30)
    listed = bob.propfind(path, "D:getetag", depth="1").responses()
    assert listed[member].text(dav("getetag")) == etag
    assert b"TRIGGER:-PT30M" in bob.ask("GET", path).body
    assert b"TRIGGER:-PT30M" not in ann.ask("GET", ann.calendar("work")).body
    assert bob.put(member, tea(45), If_Match='"other"').status == 412
    assert (
        bob.put(member, tea(45), If_Match=ann.ask("GET", ann.calendar("work") + "a.ics").headers["etag"]).status == 412
    )


def test_what_is_free_for_one_may_be_busy_for_another(ann: Client, bob: Client) -> None:
    path = mounted(ann, bob, "read-write")
    inner = "<C:schedule-calendar-transp><C:opaque/></C:schedule-calendar-transp>"
    body = f"<D:propertyupdate {DECLARED}><D:set><D:prop>{inner}</D:prop></D:set></D:propertyupdate>"
    bob.ask("PROPPATCH", path, body)

    def busy(client: Client) -> bool:
        return "\r\nFREEBUSY" in client.report(client.home, "C:free-busy-query", SPAN, Depth="1").text

    assert busy(ann)
    assert busy(bob)
    bob.put(path + "a.ics", tea(transp="TRANSPARENT"))
    assert busy(ann)
    assert not busy(bob)


def test_an_event_with_a_sharees_own_parts_is_gone_when_its_owner_deletes_it(ann: Client, bob: Client) -> None:
    path = mounted(ann, bob)
    first = bob.sync(path).token()
    bob.put(path + "a.ics", tea(30))
    ann.ask("DELETE", ann.calendar("work") + "a.ics")
    answer = bob.sync(path, first)
    assert answer.only().status == "HTTP/1.1 404 Not Found"
    assert bob.sync(path, answer.token()).responses() == {}


def test_what_is_ones_own_moves_nobody_elses_tags_and_tokens(ann: Client, bob: Client, eve: Client) -> None:
    path, hers = mounted(ann, bob, "read-write"), mounted(ann, eve)
    places = {ann.user: (ann, ann.calendar("work")), bob.user: (bob, path), eve.user: (eve, hers)}

    def state(who: str) -> tuple[str, ...]:
        client, place = places[who]
        entry = client.propfind(place, "CS:getctag", "D:sync-token", "D:getetag").only()
        member = client.propfind(place + "a.ics", "D:getetag").only().text(dav("getetag"))
        home = client.propfind(client.home, "D:sync-token").only().text(dav("sync-token"))
        return (*(each.text or "" for each in entry.props.values()), member, home)

    before = {who: state(who) for who in places}
    assert bob.put(path + "a.ics", tea(30)).status == 204
    after = {who: state(who) for who in places}
    assert all(old != new for old, new in zip(before[bob.user], after[bob.user], strict=True))
    # A sharee's own name changes that sharee's home, and the calendar's ETag for that sharee, as a GET has the name.
    name = "<D:set><D:prop><D:displayname>Hers</D:displayname></D:prop></D:set>"
    assert bob.ask("PROPPATCH", path, f"<D:propertyupdate {DECLARED}>{name}</D:propertyupdate>").status == 207
    renamed = {who: state(who) for who in places}
    same = [old == new for old, new in zip(after[bob.user], renamed[bob.user], strict=True)]
    assert same == [True, True, False, True, False]
    for other in (ann.user, eve.user):
        assert before[other] == after[other] == renamed[other]

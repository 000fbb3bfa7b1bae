"""Sharing of calendars (CalendarServer's extension): offers, answers, and the rights and views of each side."""

import pytest

from support.dav import DECLARED, Client, Site, cal, dav, event
from support.shares import change, cs, mounted, reply, share, unshare


@pytest.fixture
def ann(site: Site) -> Client:
    ann = site.person(101, "Ann", "ann@example.com")
    assert ann.ask("MKCALENDAR", ann.calendar("work")).status == 201
    return ann


@pytest.fixture
def bob(site: Site) -> Client:
    return site.person(102, "Bob", "bob@example.com")


def privileges(client: Client, path: str) -> set[str]:
    answer = client.propfind(path, "D:current-user-privilege-set").only()
    return {str(each[0].tag) for each in answer.props[dav("current-user-privilege-set")]}


def listed(client: Client) -> set[str]:
    return set(client.propfind(client.home, "D:resourcetype", depth="1").responses())


def test_options_says_that_calendars_can_be_shared(ann: Client) -> None:
    answer = ann.ask("OPTIONS", ann.calendar("work"))
    assert "calendarserver-sharing" in answer.headers["dav"].split(", ")
    assert "POST" in answer.headers["allow"]


def test_what_is_shared_stands_in_the_home_only_once_it_is_accepted(ann: Client, bob: Client) -> None:
    before = listed(bob)
    assert share(ann, "mailto:bob@example.com").status == 200
    assert listed(bob) == before
    answer = reply(bob, ann)
    assert answer.status == 200
    assert answer.xml.tag == cs("shared-as")
    (href,) = [each.text for each in answer.xml]
    assert listed(bob) == before | {href}


def test_both_sides_see_in_the_resourcetype_that_it_is_shared(ann: Client, bob: Client) -> None:
    def kinds(client: Client, path: str) -> set[str]:
        return client.propfind(path, "D:resourcetype").only().inside(dav("resourcetype"))

    assert kinds(ann, ann.calendar("work")) == {dav("collection"), cal("calendar")}
    path = mounted(ann, bob)
    assert kinds(ann, ann.calendar("work")) == {dav("collection"), cal("calendar"), cs("shared-owner")}
    assert kinds(bob, path) == {dav("collection"), cal("calendar"), cs("shared")}
    assert unshare(ann, "mailto:bob@example.com").status == 200
    assert kinds(ann, ann.calendar("work")) == {dav("collection"), cal("calendar")}


def test_the_owner_sees_who_was_asked_and_what_each_has_said(ann: Client, bob: Client, site: Site) -> None:
    site.person(103, "Eve", "eve@example.com")
    share(ann, "mailto:bob@example.com", "read-write", summary="Our team")
    share(ann, "mailto:eve@example.com")

    def users() -> dict[str, tuple[set[str], str]]:
        invite = ann.propfind(ann.calendar("work"), "CS:invite").only().props[cs("invite")]
        found = {}
        for user in invite.findall(cs("user")):
            tags = {str(each.tag) for each in user}
            access = user.find(cs("access"))
            assert access is not None
            found[user.findtext(dav("href")) or ""] = (tags, str(access[0].tag))
        return found

    assert set(users()) == {"mailto:bob@example.com", "mailto:eve@example.com"}
    tags, access = users()["mailto:bob@example.com"]
    assert {cs("invite-noresponse"), cs("summary")} <= tags
    assert access == cs("read-write")
    assert users()["mailto:eve@example.com"][1] == cs("read")
    reply(bob, ann)
    assert cs("invite-accepted") in users()["mailto:bob@example.com"][0]
    reply(bob, ann, "declined")
    assert cs("invite-declined") in users()["mailto:bob@example.com"][0]


def test_a_sharee_sees_whose_calendar_it_is_and_nothing_of_the_others(ann: Client, bob: Client, site: Site) -> None:
    site.person(103, "Eve", "eve@example.com")
    share(ann, "mailto:eve@example.com")
    path = mounted(ann, bob)
    names = ("CS:invite", "CS:shared-url", "CS:allowed-sharing-modes", "D:owner", "D:acl")
    entry = bob.propfind(path, *names).only()
    invite = entry.props[cs("invite")]
    assert [str(each.tag) for each in invite] == [cs("organizer")]
    assert invite[0].findtext(dav("href")) == ann.home
    assert entry.hrefs(cs("shared-url")) == [ann.calendar("work")]
    assert entry.hrefs(dav("owner")) == [ann.home]
    assert cs("allowed-sharing-modes") in entry.missing
    principals = {each.findtext(f"{dav('principal')}/{dav('href')}") for each in entry.props[dav("acl")]}
    assert principals == {ann.home, bob.home}


def test_each_sharee_has_their_own_name_and_colour_even_for_reading_only(ann: Client, bob: Client) -> None:
    def patched(client: Client, path: str, name: str, colour: str) -> None:
        inner = f"<D:displayname>{name}</D:displayname><A:calendar-color>{colour}</A:calendar-color>"
        body = f"<D:propertyupdate {DECLARED}><D:set><D:prop>{inner}</D:prop></D:set></D:propertyupdate>"
        assert set(client.ask("PROPPATCH", path, body).only().by_status) == {"200"}

    def seen(client: Client, path: str) -> tuple[str, str]:
        entry = client.propfind(path, "D:displayname", "A:calendar-color").only()
        return entry.text(dav("displayname")), entry.text("{http://apple.com/ns/ical/}calendar-color")

    patched(ann, ann.calendar("work"), "Work", "#FF0000FF")
    path = mounted(ann, bob, "read")
    assert seen(bob, path) == ("Work", "#FF0000FF")
    patched(bob, path, "Ann", "#00FF00FF")
    assert seen(bob, path) == ("Ann", "#00FF00FF")
    assert seen(ann, ann.calendar("work")) == ("Work", "#FF0000FF")
    remove = "<D:remove><D:prop><D:displayname/></D:prop></D:remove>"
    bob.ask("PROPPATCH", path, f"<D:propertyupdate {DECLARED}>{remove}</D:propertyupdate>")
    assert seen(bob, path) == ("Work", "#00FF00FF")


def test_the_owners_other_properties_stay_private(ann: Client, bob: Client) -> None:
    inner = '<N:note xmlns:N="urn:example">Salary talks</N:note>'
    body = f"<D:propertyupdate {DECLARED}><D:set><D:prop>{inner}</D:prop></D:set></D:propertyupdate>"
    ann.ask("PROPPATCH", ann.calendar("work"), body)
    path = mounted(ann, bob)
    everything = bob.ask("PROPFIND", path, f"<D:propfind {DECLARED}><D:allprop/></D:propfind>", Depth="0")
    assert "Salary" in ann.ask("PROPFIND", ann.calendar("work"), None, Depth="0").text
    assert "Salary" not in everything.text


def test_for_reading_only_nothing_can_be_written(ann: Client, bob: Client) -> None:
    ann.put(ann.calendar("work") + "a.ics", event("a@example.com"))
    path = mounted(ann, bob, "read")
    assert bob.ask("GET", path + "a.ics").body == event("a@example.com")
    answers = [
        bob.put(path + "b.ics", event("b@example.com")),
        bob.put(path + "a.ics", event("a@example.com", "SUMMARY:Coffee")),
        bob.ask("DELETE", path + "a.ics"),
    ]
    assert [answer.status for answer in answers] == [403, 403, 403]
    assert {answer.precondition() for answer in answers} == {dav("need-privileges")}
    assert ann.ask("GET", ann.calendar("work") + "a.ics").body == event("a@example.com")
    held = privileges(bob, path)
    assert dav("read") in held
    assert not held & {dav("write"), dav("write-content"), dav("bind"), dav("unbind"), dav("all")}
    assert not privileges(bob, path + "a.ics") & {dav("write"), dav("write-content")}


def test_with_read_write_both_change_the_same_events(ann: Client, bob: Client, site: Site) -> None:
    path = mounted(ann, bob, "read-write")
    assert {dav("write"), dav("bind"), dav("unbind")} <= privileges(bob, path)
    put = bob.put(path + "b.ics", event("b@example.com"), If_None_Match="*")
    assert put.status == 201
    assert ann.ask("GET", ann.calendar("work") + "b.ics").headers["etag"] == put.headers["etag"]
    stale = bob.put(path + "b.ics", event("b@example.com", "SUMMARY:New"), If_Match='"old"')
    assert stale.status == 412
    again = bob.put(path + "b.ics", event("b@example.com", "SUMMARY:New"), If_Match=put.headers["etag"])
    assert again.status == 204
    assert b"SUMMARY:New" in ann.ask("GET", ann.calendar("work") + "b.ics").body
    assert bob.ask("DELETE", path + "b.ics").status == 204
    assert ann.ask("GET", ann.calendar("work") + "b.ics").status == 404
    actors = site.core.pool.connection()
    with actors as connection:
        rows = connection.execute(
            "SELECT DISTINCT actor, tenant_id::text FROM event WHERE topic LIKE 'event-%%' AND tenant_id = ANY (%s)",
            ([ann.tenant, bob.tenant],),
        ).fetchall()
    assert rows == [(str(bob.tenant), str(ann.tenant))]


def test_every_report_answers_for_a_shared_calendar(ann: Client, bob: Client) -> None:
    text = event("a@example.com")
    ann.put(ann.calendar("work") + "a.ics", text)
    path = mounted(ann, bob)
    member = path + "a.ics"
    assert set(bob.propfind(path, "D:getetag", depth="1").responses()) == {path, member}
    inner = "<D:prop><D:getetag/><C:calendar-data/></D:prop>"
    multiget = bob.report(path, "C:calendar-multiget", f"{inner}<D:href>{member}</D:href>").responses()
    assert multiget[member].text(cal("calendar-data")).encode() == text
    span = '<C:time-range start="20261125T000000Z" end="20261126T000000Z"/>'
    vevent = f'<C:comp-filter name="VEVENT">{span}</C:comp-filter>'
    wanted = f'<C:filter><C:comp-filter name="VCALENDAR">{vevent}</C:comp-filter></C:filter>'
    for place, depth in ((path, "1"), (bob.home, "infinity")):
        assert set(bob.report(place, "C:calendar-query", inner + wanted, Depth=depth).responses()) == {member}
    from_home = bob.report(bob.home, "C:calendar-multiget", f"{inner}<D:href>{member}</D:href>").responses()
    assert dav("getetag") in from_home[member].props
    busy = bob.report(path, "C:free-busy-query", span, Depth="1")
    assert "\r\nFREEBUSY" in busy.text
    feed = bob.ask("GET", path)
    assert b"UID:a@example.com" in feed.body
    expand = bob.report(path, "D:expand-property", '<D:property name="owner"/>')
    assert expand.only().hrefs(dav("owner")) == [ann.home]


def test_a_shared_calendar_is_followed_by_its_tokens(ann: Client, bob: Client) -> None:
    ann.put(ann.calendar("work") + "a.ics", event("a@example.com"))
    path = mounted(ann, bob)
    first = bob.sync(path)
    assert set(first.responses()) == {path + "a.ics"}
    assert bob.propfind(path, "D:sync-token").only().text(dav("sync-token")) == first.token()
    assert bob.sync(path, first.token()).responses() == {}
    ctag = bob.propfind(path, "CS:getctag").only().text(cs("getctag"))
    ann.put(ann.calendar("work") + "b.ics", event("b@example.com"))
    ann.ask("DELETE", ann.calendar("work") + "a.ics")
    assert bob.propfind(path, "CS:getctag").only().text(cs("getctag")) != ctag
    second = bob.sync(path, first.token())
    assert {href: entry.status is None for href, entry in second.responses().items()} == {
        path + "a.ics": False,
        path + "b.ics": True,
    }
    assert bob.sync(path, second.token()).responses() == {}
    mine = ann.propfind(ann.calendar("work"), "D:sync-token").only().text(dav("sync-token"))
    assert bob.sync(path, mine).precondition() == dav("valid-sync-token")


def test_a_page_of_a_shared_calendar_ends_where_it_is_asked_to(ann: Client, bob: Client) -> None:
    for name in "abcde":
        ann.put(ann.calendar("work") + f"{name}.ics", event(f"{name}@example.com"))
    path = mounted(ann, bob)
    found: set[str] = set()
    token, pages = "", 0
    while True:
        answer = bob.sync(path, token, limit=2)
        members = {href for href in answer.responses() if href != path}
        found |= members
        token, pages = answer.token(), pages + 1
        if path not in answer.responses():
            break
    assert pages == 3
    assert found == {path + f"{name}.ics" for name in "abcde"}


def test_a_sharee_who_removes_it_from_their_home_leaves_it_to_the_owner(ann: Client, bob: Client) -> None:
    ann.put(ann.calendar("work") + "a.ics", event("a@example.com"))
    path = mounted(ann, bob, "read-write")
    assert bob.ask("DELETE", path).status == 204
    assert path not in listed(bob)
    assert bob.ask("GET", path + "a.ics").status == 404
    assert ann.ask("GET", ann.calendar("work") + "a.ics").status == 200
    invite = ann.propfind(ann.calendar("work"), "CS:invite").only().props[cs("invite")]
    assert invite[0].find(cs("invite-declined")) is not None


def test_a_calendar_that_its_owner_deletes_is_gone_for_all(ann: Client, bob: Client) -> None:
    path = mounted(ann, bob)
    token = bob.sync(path).token()
    assert ann.ask("DELETE", ann.calendar("work")).status == 204
    assert path not in listed(bob)
    assert bob.sync(path, token).status == 404
    # A calendar made again with the same name is a new one and is not shared.
    ann.ask("MKCALENDAR", ann.calendar("work"))
    assert bob.sync(path, token).status == 404


def test_a_calendar_that_its_owner_renames_stays_where_it_is_for_the_others(ann: Client, bob: Client) -> None:
    ann.put(ann.calendar("work") + "a.ics", event("a@example.com"))
    path = mounted(ann, bob, "read-write")
    token = bob.sync(path).token()
    moved = ann.ask("MOVE", ann.calendar("work"), Destination=ann.calendar("backend"), Depth="infinity")
    assert moved.status == 201
    assert bob.sync(path, token).responses() == {}
    assert bob.ask("GET", path + "a.ics").status == 200
    assert bob.put(path + "b.ics", event("b@example.com")).status == 201
    assert ann.ask("GET", ann.calendar("backend") + "b.ics").status == 200


def test_who_is_not_known_here_cannot_be_shared_with_and_then_nothing_is_done(ann: Client, bob: Client) -> None:
    people = ("mailto:bob@example.com", "mailto:nobody@example.com")
    inner = "".join(f"<CS:set><D:href>{who}</D:href><CS:read/></CS:set>" for who in people)
    answer = change(ann, inner)
    assert answer.status == 403
    assert answer.precondition() == dav("recognized-principal")
    assert cs("invite") in ann.propfind(ann.calendar("work"), "CS:invite").only().missing
    assert share(ann, "mailto:ann@example.com").status == 403
    assert reply(bob, ann).status == 404


@pytest.mark.parametrize("who", ["home", "telegram", "urn"])
def test_people_are_known_by_principal_and_by_any_address_of_theirs(ann: Client, bob: Client, who: str) -> None:
    named = {"home": bob.home, "telegram": "/caldav/102/", "urn": f"urn:uuid:{bob.tenant}"}[who]
    assert share(ann, named).status == 200
    assert reply(bob, ann).status == 200


def test_what_is_not_ones_own_cannot_be_passed_on(ann: Client, bob: Client, site: Site) -> None:
    site.person(103, "Eve", "eve@example.com")
    path = mounted(ann, bob, "read-write")
    body = f"<CS:share {DECLARED}><CS:set><D:href>mailto:eve@example.com</D:href><CS:read/></CS:set></CS:share>"
    assert bob.ask("POST", path, body).precondition() == dav("need-privileges")
    assert bob.ask("POST", ann.calendar("work"), body).precondition() == dav("need-privileges")


def test_no_calendar_of_ones_own_can_have_the_name_of_a_shared_one(ann: Client, bob: Client) -> None:
    path = mounted(ann, bob)
    assert bob.ask("MKCALENDAR", path).status == 403
    assert bob.ask("MKCALENDAR", bob.calendar("play")).status == 201
    moved = bob.ask("MOVE", bob.calendar("play"), Destination=path, Depth="infinity")
    assert moved.status in (403, 412)
    other = path.replace("shared-", "shared-0")[:-2] + "/"
    assert bob.ask("GET", other).status == 404


@pytest.mark.parametrize(
    "body",
    ["", "<CS:share/>", "<CS:share><CS:set/></CS:share>", "<CS:invite-reply/>", "<D:prop/>", "nonsense"],
)
def test_a_body_that_says_nothing_is_refused_without_harm(ann: Client, body: str) -> None:
    declared = body.replace("/>", f" {DECLARED}/>", 1) if body.endswith("/>") else body.replace(">", f" {DECLARED}>", 1)
    for path in (ann.calendar("work"), ann.home):
        assert ann.ask("POST", path, declared, Content_Type="text/xml").status in (400, 403)

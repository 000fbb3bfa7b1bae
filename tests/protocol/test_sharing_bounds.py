"""Sharing never shows private events or other calendars, and shows nothing after it is withdrawn."""

import pytest

from support.dav import DECLARED, Answer, Client, Site, cal, dav, event
from support.shares import cs, granted_acl, mounted, share, unshare

SPAN = '<C:time-range start="20261125T000000Z" end="20261126T000000Z"/>'
VEVENT = f'<C:comp-filter name="VEVENT">{SPAN}</C:comp-filter>'
QUERY = f'<C:filter><C:comp-filter name="VCALENDAR">{VEVENT}</C:comp-filter></C:filter>'
DATA = "<D:prop><D:getetag/><C:calendar-data/></D:prop>"
SECRET = b"Salary"
BUSY = "\r\nFREEBUSY"


@pytest.fixture
def ann(site: Site) -> Client:
    ann = site.person(101, "Ann", "ann@example.com")
    assert ann.ask("MKCALENDAR", ann.calendar("work")).status == 201
    return ann


@pytest.fixture
def bob(site: Site) -> Client:
    return site.person(102, "Bob", "bob@example.com")


def secret(uid: str, classification: str) -> bytes:
    lines = (f"CLASS:{classification}", "SUMMARY:Salary talk", "LOCATION:Salary room", "X-SALARY:Salary")
    return event(uid, *lines, "ATTENDEE;CN=Salary backend:mailto:salary@example.com")


def every_answer(client: Client, path: str, name: str, token: str = "") -> list[Answer]:
    """The answers to every kind of request for a calendar and one of its events."""
    member = path + name
    return [
        client.ask("GET", path),
        client.ask("GET", member),
        client.ask("HEAD", member),
        client.propfind(path, "D:getetag", depth="1"),
        client.propfind(member, "D:getetag", "D:getcontentlength"),
        client.report(path, "C:calendar-multiget", f"{DATA}<D:href>{member}</D:href>"),
        client.report(path, "C:calendar-query", DATA + QUERY, Depth="1"),
        client.report(member, "C:calendar-query", DATA + QUERY, Depth="0"),
        client.report(path, "C:free-busy-query", SPAN, Depth="1"),
        client.report(member, "D:expand-property", '<D:property name="getetag"/>'),
        client.sync(path, token, props="<D:getetag/><C:calendar-data/>"),
    ]


@pytest.mark.parametrize("classification", ["PRIVATE", "private", "X-SECRET"])
def test_a_private_event_is_not_there_for_others(ann: Client, bob: Client, classification: str) -> None:
    ann.put(ann.calendar("work") + "a.ics", secret("a@example.com", classification))
    ann.put(ann.calendar("work") + "b.ics", event("b@example.com"))
    path = mounted(ann, bob, "read-write")
    answers = every_answer(bob, path, "a.ics")
    assert not [answer.body for answer in answers if SECRET in answer.body]
    assert [answer.status for answer in answers[1:3]] == [404, 404]
    assert set(bob.propfind(path, "D:getetag", depth="1").responses()) == {path, path + "b.ics"}
    assert set(bob.sync(path).responses()) == {path + "b.ics"}
    # The event still makes its owner busy, as for everyone who asks for free/busy.
    assert BUSY in answers[8].text
    changed = [
        bob.put(path + "a.ics", event("a@example.com")),
        bob.ask("DELETE", path + "a.ics"),
        bob.put(path + "c.ics", secret("c@example.com", "PRIVATE")),
    ]
    assert [answer.status for answer in changed] == [403, 403, 403]
    assert SECRET in ann.ask("GET", ann.calendar("work") + "a.ics").body


def test_a_confidential_event_is_time_that_is_taken_and_no_more(ann: Client, bob: Client) -> None:
    ann.put(ann.calendar("work") + "a.ics", secret("a@example.com", "CONFIDENTIAL"))
    path = mounted(ann, bob, "read-write")
    answers = every_answer(bob, path, "a.ics")
    assert not [answer.body for answer in answers if SECRET in answer.body or b"salary" in answer.body]
    shown = answers[1]
    assert b"SUMMARY:Busy" in shown.body
    assert b"DTSTART:20261125T100000Z" in shown.body
    # Other bytes have another tag, and every request gives the same tag for them.
    mine = ann.ask("GET", ann.calendar("work") + "a.ics")
    assert shown.headers["etag"] != mine.headers["etag"]
    assert bob.propfind(path + "a.ics", "D:getetag").only().text(dav("getetag")) == shown.headers["etag"]
    assert bob.propfind(path + "a.ics", "D:getcontentlength").only().text(dav("getcontentlength")) == str(
        len(shown.body)
    )
    assert bob.put(path + "a.ics", event("a@example.com"), If_Match=shown.headers["etag"]).status == 403
    assert bob.ask("DELETE", path + "a.ics").status == 403


def test_a_search_finds_nothing_in_what_is_not_shown(ann: Client, bob: Client) -> None:
    ann.put(ann.calendar("work") + "a.ics", secret("a@example.com", "CONFIDENTIAL"))
    ann.put(ann.calendar("work") + "b.ics", secret("b@example.com", "PRIVATE"))
    path = mounted(ann, bob)
    match = '<C:prop-filter name="LOCATION"><C:text-match>Salary</C:text-match></C:prop-filter>'
    inner = f'<C:comp-filter name="VEVENT">{match}</C:comp-filter>'
    wanted = f'<C:filter><C:comp-filter name="VCALENDAR">{inner}</C:comp-filter></C:filter>'
    assert len(ann.report(ann.calendar("work"), "C:calendar-query", DATA + wanted, Depth="1").responses()) == 2
    for place in (path, bob.home):
        assert bob.report(place, "C:calendar-query", DATA + wanted, Depth="infinity").responses() == {}


def test_an_event_that_becomes_private_is_gone_for_who_follows_tokens(ann: Client, bob: Client) -> None:
    ann.put(ann.calendar("work") + "a.ics", event("a@example.com"))
    path = mounted(ann, bob)
    token = bob.sync(path).token()
    ann.put(ann.calendar("work") + "a.ics", secret("a@example.com", "PRIVATE"))
    answer = bob.sync(path, token)
    assert answer.only().status == "HTTP/1.1 404 Not Found"
    ann.put(ann.calendar("work") + "a.ics", event("a@example.com", "SUMMARY:Open again"))
    assert bob.sync(path, answer.token()).only().status is None


def test_a_member_that_became_hidden_is_404_for_every_token_that_may_know_it(ann: Client, bob: Client) -> None:
    work, path = ann.calendar("work"), mounted(ann, bob)
    ann.put(work + "never.ics", secret("never@example.com", "PRIVATE"))
    for name in ("a", "b", "c"):
        ann.put(f"{work}{name}.ics", event(f"{name}@example.com"))
    whole = bob.sync(path)
    # Hidden before the first sync: it is not named.
    assert set(whole.responses()) == {f"{path}{name}.ics" for name in ("a", "b", "c")}
    first = bob.sync(path, limit=1)
    assert {*first.responses()} & {path + "a.ics"}
    ann.put(work + "a.ics", secret("a@example.com", "PRIVATE"))
    # Between two pages of a first sync, at once, and again after its next change: by every token from before.
    for token in (first.token(), whole.token()):
        assert bob.sync(path, token).responses()[path + "a.ics"].status == "HTTP/1.1 404 Not Found"
    after = bob.sync(path, whole.token()).token()
    assert bob.sync(path, after).responses() == {}
    ann.put(work + "a.ics", secret("a@example.com", "PRIVATE").replace(b"SUMMARY:", b"SUMMARY:More "))
    for token in (first.token(), whole.token(), after):
        assert bob.sync(path, token).responses()[path + "a.ics"].status == "HTTP/1.1 404 Not Found"
    ann.ask("DELETE", work + "a.ics")
    assert bob.sync(path, whole.token()).only().status == "HTTP/1.1 404 Not Found"
    # A sync from nothing names it no more.
    assert set(bob.sync(path).responses()) == {f"{path}{name}.ics" for name in ("b", "c")}


def test_once_withdrawn_nothing_can_be_read_or_written(ann: Client, bob: Client) -> None:
    ann.put(ann.calendar("work") + "a.ics", event("a@example.com", "SUMMARY:Salary talk"))
    path = mounted(ann, bob, "read-write")
    token = bob.sync(path).token()
    direct = ann.calendar("work")
    assert SECRET in bob.ask("GET", path + "a.ics").body
    assert SECRET in bob.ask("GET", direct + "a.ics").body
    assert unshare(ann, "mailto:bob@example.com").status == 200
    for place, status in ((path, 404), (direct, 403)):
        answers = every_answer(bob, place, "a.ics", token)
        answers += [
            bob.put(place + "a.ics", event("a@example.com")),
            bob.put(place + "b.ics", event("b@example.com")),
            bob.ask("DELETE", place + "a.ics"),
            bob.ask("DELETE", place),
            bob.ask("COPY", place + "a.ics", Destination=bob.calendar() + "a.ics"),
            bob.ask("MOVE", place + "a.ics", Destination=bob.calendar() + "a.ics"),
        ]
        assert {answer.status for answer in answers} <= {status, 404, 409}
        assert not [answer for answer in answers if SECRET in answer.body]
    assert path not in bob.propfind(bob.home, "D:displayname", depth="1").responses()
    home = bob.report(bob.home, "C:calendar-multiget", f"{DATA}<D:href>{path}a.ics</D:href>")
    assert home.only().status == "HTTP/1.1 404 Not Found"
    assert ann.ask("GET", direct + "a.ics").status == 200


def test_a_shared_calendar_opens_no_other(ann: Client, bob: Client) -> None:
    for name in ("work", "default"):
        ann.put(ann.calendar(name) + "a.ics", event(f"{name}@example.com", f"SUMMARY:{name}"))
    bob.put(bob.calendar() + "a.ics", event("mine@example.com", "SUMMARY:mine"))
    path = mounted(ann, bob, "read-write")
    for member in ("", "a.ics", "new.ics"):
        place = ann.calendar("default") + member
        assert bob.ask("GET", place).status == 403
        assert bob.propfind(place, "D:getetag").status == 403
        assert bob.put(place, event("new@example.com")).status == 403
    for place in (ann.home, f"{ann.home}inbox/", f"{ann.home}outbox/"):
        assert bob.propfind(place, "D:displayname").status == 403
    foreign = ann.calendar("default") + "a.ics"
    for place in (path, bob.home, ann.calendar("work")):
        answer = bob.report(place, "C:calendar-multiget", f"{DATA}<D:href>{foreign}</D:href>")
        assert answer.only().status == "HTTP/1.1 404 Not Found"
    # The owner's URL of a calendar and the sharee's own calendar of that name are two resources.
    assert b"SUMMARY:mine" in bob.ask("GET", bob.calendar() + "a.ics").body
    # The name of a share in one home opens nothing in another home.
    share_id = path.removeprefix(bob.home)
    assert ann.ask("GET", ann.home + share_id).status == 404


def test_the_owners_own_url_serves_whom_it_is_shared_with(ann: Client, bob: Client) -> None:
    text = event("a@example.com")
    ann.put(ann.calendar("work") + "a.ics", text)
    direct = ann.calendar("work")
    assert bob.ask("GET", direct + "a.ics").status == 403
    share(ann, "mailto:bob@example.com", "read-write")
    assert bob.ask("GET", direct + "a.ics").body == text
    assert set(bob.propfind(direct, "D:getetag", depth="1").responses()) == {direct, direct + "a.ics"}
    found = bob.report(direct, "C:calendar-multiget", f"{DATA}<D:href>{direct}a.ics</D:href>").responses()
    assert dav("getetag") in found[direct + "a.ics"].props
    assert set(bob.report(direct, "C:calendar-query", DATA + QUERY, Depth="1").responses()) == {direct + "a.ics"}
    token = bob.sync(direct).token()
    assert bob.put(direct + "b.ics", event("b@example.com")).status == 201
    assert set(bob.sync(direct, token).responses()) == {direct + "b.ics"}
    assert ann.ask("GET", direct + "b.ics").status == 200
    # Only the owner can delete the calendar or change the owner's own properties of it.
    assert bob.ask("DELETE", direct).status == 403
    body = "<D:set><D:prop><D:displayname>Mine</D:displayname></D:prop></D:set>"
    patched = bob.ask("PROPPATCH", direct, f"<D:propertyupdate {DECLARED}>{body}</D:propertyupdate>")
    assert set(patched.only().by_status) == {"403"}


def test_acl_grants_and_withdraws(ann: Client, bob: Client) -> None:
    ann.put(ann.calendar("work") + "a.ics", event("a@example.com"))
    direct, who = ann.calendar("work"), f"<D:href>{bob.home}</D:href>"
    assert ann.ask("ACL", direct, granted_acl(who, "D:read")).status == 200
    assert bob.ask("GET", direct + "a.ics").status == 200
    assert bob.put(direct + "a.ics", event("a@example.com", "SUMMARY:New")).status == 403
    assert ann.ask("ACL", direct, granted_acl(who, "D:read", "D:write")).status == 200
    assert bob.put(direct + "a.ics", event("a@example.com", "SUMMARY:New")).status == 204
    entry = ann.propfind(direct, "D:acl").only()
    aces = entry.props[dav("acl")]
    assert [ace.findtext(f"{dav('principal')}/{dav('href')}") for ace in aces] == [ann.home, bob.home]
    assert [ace.find(dav("protected")) is not None for ace in aces] == [True, False]
    assert ann.ask("ACL", direct, f"<D:acl {DECLARED}/>").status == 200
    assert bob.ask("GET", direct + "a.ics").status == 403


def test_who_may_see_only_when_somebody_is_busy_sees_just_that(ann: Client, bob: Client) -> None:
    ann.put(ann.calendar("work") + "a.ics", event("a@example.com", "SUMMARY:Salary talk"))
    direct = ann.calendar("work")
    who = f"<D:href>{bob.home}</D:href>"
    assert ann.ask("ACL", direct, granted_acl(who, "C:read-free-busy")).status == 200
    answers = every_answer(bob, direct, "a.ics")
    busy = answers.pop(8)
    assert BUSY in busy.text
    assert {answer.status for answer in answers} <= {403, 404}
    assert not [answer for answer in [busy, *answers] if SECRET in answer.body]
    need = bob.ask("GET", direct)
    assert need.precondition() == dav("need-privileges")
    assert need.xml.findtext(".//" + dav("href")) == direct
    assert need.xml.find(f".//{dav('privilege')}/{dav('read')}") is not None


def test_one_who_had_more_and_may_now_only_see_when_somebody_is_busy_loses_the_calendar(
    ann: Client, bob: Client
) -> None:
    ann.put(ann.calendar("work") + "a.ics", event("a@example.com", "SUMMARY:Salary talk"))
    path = mounted(ann, bob)
    who = f"<D:href>{bob.home}</D:href>"
    ann.ask("ACL", ann.calendar("work"), granted_acl(who, "C:read-free-busy"))
    assert path not in bob.propfind(bob.home, "D:displayname", depth="1").responses()
    for place in (path, bob.home):
        assert SECRET not in bob.report(place, "C:calendar-query", DATA + QUERY, Depth="infinity").body


BOB = "<D:principal><D:href>/caldav/102/</D:href></D:principal>"
READING = "<D:privilege><D:read/></D:privilege>"


@pytest.mark.parametrize(
    ("entry", "condition"),
    [
        (f"<D:principal><D:all/></D:principal><D:grant>{READING}</D:grant>", "allowed-principal"),
        (f"{BOB.replace('102', '999')}<D:grant>{READING}</D:grant>", "recognized-principal"),
        (f"{BOB}<D:deny>{READING}</D:deny>", "grant-only"),
        (f"<D:invert>{BOB}</D:invert><D:grant>{READING}</D:grant>", "no-invert"),
        (f"{BOB}<D:grant><D:privilege><D:all/></D:privilege></D:grant>", "not-supported-privilege"),
    ],
)
def test_an_entry_that_cannot_be_is_refused_by_name(ann: Client, bob: Client, entry: str, condition: str) -> None:
    answer = ann.ask("ACL", ann.calendar("work"), f"<D:acl {DECLARED}><D:ace>{entry}</D:ace></D:acl>")
    assert answer.status == 403
    assert answer.precondition() == dav(condition)
    assert cs("invite") in ann.propfind(ann.calendar("work"), "CS:invite").only().missing


def test_the_owners_entry_stays_and_other_resources_have_no_other(ann: Client, bob: Client) -> None:
    owner = "<D:property><D:owner/></D:property>"
    assert ann.ask("ACL", ann.calendar("work"), granted_acl(owner, "D:read")).status == 200
    assert ann.put(ann.calendar("work") + "a.ics", event("a@example.com")).status == 201
    who = f"<D:href>{bob.home}</D:href>"
    for path in (ann.home, ann.calendar("work") + "a.ics"):
        assert ann.ask("ACL", path, granted_acl(who, "D:read")).precondition() == dav("no-protected-ace-conflict")
    share(ann, "mailto:bob@example.com", "read-write")
    assert bob.ask("ACL", ann.calendar("work"), granted_acl(who, "D:read")).precondition() == dav("need-privileges")


def test_other_peoples_time_is_not_ones_own_unless_one_says_so(ann: Client, bob: Client) -> None:
    ann.put(ann.calendar("work") + "a.ics", event("a@example.com"))
    path = mounted(ann, bob)
    transp = bob.propfind(path, "C:schedule-calendar-transp").only()
    assert transp.inside(cal("schedule-calendar-transp")) == {cal("transparent")}
    assert BUSY not in bob.report(bob.home, "C:free-busy-query", SPAN, Depth="1").text
    inner = "<C:schedule-calendar-transp><C:opaque/></C:schedule-calendar-transp>"
    body = f"<D:propertyupdate {DECLARED}><D:set><D:prop>{inner}</D:prop></D:set></D:propertyupdate>"
    assert set(bob.ask("PROPPATCH", path, body).only().by_status) == {"200"}
    assert BUSY in bob.report(bob.home, "C:free-busy-query", SPAN, Depth="1").text
    mine = ann.propfind(ann.calendar("work"), "C:schedule-calendar-transp").only()
    assert mine.inside(cal("schedule-calendar-transp")) == {cal("opaque")}


def test_a_meeting_made_in_a_shared_calendar_is_its_owners(ann: Client, bob: Client, site: Site) -> None:
    eve = site.person(103, "Eve", "eve@example.com")
    path = mounted(ann, bob, "read-write")

    def meeting(organizer: str) -> bytes:
        lines = (f"ORGANIZER:mailto:{organizer}", f"ATTENDEE:mailto:{organizer}", "ATTENDEE:mailto:eve@example.com")
        return event("m@example.com", "SUMMARY:Plan", *lines)

    assert bob.put(path + "m.ics", meeting("bob@example.com")).status == 403
    assert bob.put(path + "m.ics", meeting("ann@example.com")).status == 201
    (invited,) = [href for href in eve.propfind(eve.calendar(), "D:getetag", depth="1").responses() if "ics" in href]
    assert b"ORGANIZER:mailto:ann@example.com" in eve.ask("GET", invited).body
    assert len(bob.propfind(bob.calendar(), "D:getetag", depth="1").responses()) == 1

"""A calendar as it stood at a moment, mounted read-only: ``/caldav/{user}/{calendar}@{moment}/``."""

from datetime import UTC, datetime, timedelta

import pytest

from support.dav import Client, Site, cal, dav, event

NOON = datetime(2036, 11, 21, 12, 0, tzinfo=UTC)
"""Later than the machine's clock, which opened the accounts."""
PRIVILEGES = ("D:current-user-privilege-set",)


class Clock:
    """The server's clock, which a test sets."""

    def __init__(self, site: Site) -> None:
        self.now = NOON
        site.core.backend.clock = lambda: self.now

    def pass_(self, minutes: int) -> str:
        """Lets time pass; returns the moment before as a URL has it."""
        before = self.now
        self.now += timedelta(minutes=minutes)
        return f"{before:%Y-%m-%dT%H:%MZ}"


@pytest.fixture
def clock(ann: Client) -> Clock:
    return Clock(ann.site)


def put(client: Client, name: str, *lines: str, status: int = 201) -> None:
    text = event(f"{name}@example.com", *(lines or ("SUMMARY:Tea",)))
    assert client.put(f"{client.calendar()}{name}.ics", text).status == status


def past(client: Client, moment: str, name: str = "") -> str:
    return client.calendar(f"default@{moment}") + name


def hrefs(client: Client, moment: str, *names: str) -> set[str]:
    return {past(client, moment, f"{name}.ics") for name in names}


def history(client: Client, clock: Clock) -> str:
    """Two events that are changed and deleted later; returns the moment before that."""
    put(client, "a", "SUMMARY:First")
    put(client, "b")
    moment = clock.pass_(10)
    put(client, "a", "SUMMARY:Second", status=204)
    client.ask("DELETE", f"{client.calendar()}b.ics")
    put(client, "c")
    clock.pass_(10)
    return moment


def test_members_and_texts_are_those_of_the_moment(ann: Client, clock: Clock) -> None:
    moment = history(ann, clock)
    listed = ann.propfind(past(ann, moment), "D:getetag", "D:resourcetype", depth="1").responses()
    assert set(listed) == {past(ann, moment)} | hrefs(ann, moment, "a", "b")
    old = ann.ask("GET", past(ann, moment, "a.ics"))
    assert (old.status, b"SUMMARY:First" in old.body) == (200, True)
    assert f'"{listed[past(ann, moment, "a.ics")].text(dav("getetag")).strip(chr(34))}"' == old.headers["etag"]
    assert b"SUMMARY:Second" in ann.ask("GET", f"{ann.calendar()}a.ics").body
    assert ann.ask("GET", past(ann, moment, "c.ics")).status == 404
    whole = ann.ask("GET", past(ann, moment))
    assert (whole.body.count(b"BEGIN:VEVENT"), b"SUMMARY:Second" in whole.body) == (2, False)


def test_an_app_can_sync_it_and_it_never_changes(ann: Client, clock: Clock) -> None:
    moment = history(ann, clock)
    first = ann.sync(past(ann, moment))
    assert set(first.responses()) == hrefs(ann, moment, "a", "b")
    put(ann, "d")
    ann.ask("DELETE", f"{ann.calendar()}a.ics")
    clock.pass_(10)
    assert ann.sync(past(ann, moment), first.token()).responses() == {}
    assert ann.sync(past(ann, moment)).responses().keys() == first.responses().keys()
    page = ann.sync(past(ann, moment), limit=1)
    rest = ann.sync(past(ann, moment), page.token())
    both = {each for each in [*page.responses(), *rest.responses()] if each.endswith(".ics")}
    assert both == hrefs(ann, moment, "a", "b")
    assert rest.token() == first.token()
    assert ann.sync(ann.calendar(), first.token()).precondition() == dav("valid-sync-token")


def test_queries_find_what_was_planned_then(ann: Client, clock: Clock) -> None:
    moment = history(ann, clock)
    span = '<C:time-range start="20261125T000000Z" end="20261126T000000Z"/>'
    within = f'<C:comp-filter name="VEVENT">{span}</C:comp-filter>'
    events = f'<C:filter><C:comp-filter name="VCALENDAR">{within}</C:comp-filter>'
    props = "<D:prop><D:getetag/><C:calendar-data/></D:prop>"
    found = ann.report(past(ann, moment), "C:calendar-query", f"{props}{events}</C:filter>", Depth="1").responses()
    assert set(found) == hrefs(ann, moment, "a", "b")
    assert "SUMMARY:First" in found[past(ann, moment, "a.ics")].text(cal("calendar-data"))
    elsewhere = events.replace("20261125", "20261202").replace("20261126", "20261203")
    none = ann.report(past(ann, moment), "C:calendar-query", f"{props}{elsewhere}</C:filter>", Depth="1").responses()
    assert none == {}
    named = "".join(f"<D:href>{each}</D:href>" for each in sorted(hrefs(ann, moment, "a", "c")))
    got = ann.report(past(ann, moment), "C:calendar-multiget", f"{props}{named}").responses()
    assert "SUMMARY:First" in got[past(ann, moment, "a.ics")].text(cal("calendar-data"))
    assert "404" in (got[past(ann, moment, "c.ics")].status or "")
    busy = ann.report(past(ann, moment), "C:free-busy-query", span, Depth="1")
    assert busy.body.count(b":20261125T100000Z/20261125T110000Z") == 1


def test_nothing_in_it_can_be_changed(ann: Client, clock: Clock) -> None:
    moment = history(ann, clock)
    calendar, member = past(ann, moment), past(ann, moment, "a.ics")
    refused = [
        ann.put(member, event("a@example.com")),
        ann.put(past(ann, moment, "new.ics"), event("new@example.com")),
        ann.ask("DELETE", member),
        ann.ask("DELETE", calendar),
        ann.ask("PROPPATCH", calendar, "<D:propertyupdate xmlns:D='DAV:'/>", Content_Type="application/xml"),
        ann.ask("MOVE", member, Destination=f"{ann.calendar()}z.ics"),
        ann.ask("MKCALENDAR", calendar),
        ann.ask("POST", calendar, event("b@example.com"), Content_Type="text/calendar"),
    ]
    assert {each.status for each in refused} == {403}
    assert ann.ask("MOVE", f"{ann.calendar()}a.ics", Destination=past(ann, moment, "z.ics")).status == 409
    for path in (calendar, member):
        assert ann.ask("OPTIONS", path).headers["allow"] == "OPTIONS, GET, HEAD, PROPFIND, REPORT"
        held = ann.propfind(path, *PRIVILEGES).only().props[dav("current-user-privilege-set")]
        assert {each[0].tag for each in held} == {
            *map(dav, ("read", "read-acl", "read-current-user-privilege-set")),
            cal("read-free-busy"),
        }


def test_it_has_its_own_name_and_is_not_listed(ann: Client, clock: Clock) -> None:
    moment = history(ann, clock)
    shown = ann.propfind(past(ann, moment), "D:displayname", "D:sync-token").only()
    assert shown.text(dav("displayname")).endswith("(2036-11-21 12:00 UTC)")
    assert not any("@20" in each for each in ann.propfind(ann.home, "D:displayname", depth="1").responses())


def test_a_calendar_with_such_a_name_cannot_be_created(ann: Client, clock: Clock) -> None:
    assert ann.ask("MKCALENDAR", ann.calendar("work@2026-11-01T12:00Z")).status == 403
    assert ann.ask("MKCALENDAR", ann.calendar("work@example.com")).status == 201
    assert ann.propfind(ann.calendar("work@example.com"), "D:displayname").status == 207


@pytest.mark.parametrize(
    ("moment", "status"),
    [
        ("2036-11-21T12:00Z", 207),
        ("2036-11-21T12:00:30Z", 207),
        ("20361121T120000Z", 207),
        ("2020-01-01T00:00Z", 404),  # Before there was a calendar.
        ("2036-11-21T12:20Z", 404),  # Now: a command that began before may still be recorded.
        ("2036-11-31T12:00Z", 404),
        ("2036-11-21T12:00", 404),
        ("9999-12-31T23:59Z", 404),
    ],
)
def test_moments(ann: Client, clock: Clock, moment: str, status: int) -> None:
    history(ann, clock)
    assert ann.propfind(past(ann, moment), "D:displayname").status == status


def test_a_clock_that_went_back_moves_nothing_into_the_past(ann: Client, clock: Clock) -> None:
    put(ann, "a")
    clock.pass_(30)
    put(ann, "b")
    clock.pass_(-20)
    put(ann, "late")
    clock.pass_(60)
    assert set(ann.sync(past(ann, "2036-11-21T12:20Z")).responses()) == hrefs(ann, "2036-11-21T12:20Z", "a")
    assert set(ann.sync(past(ann, "2036-11-21T12:30Z")).responses()) == hrefs(
        ann, "2036-11-21T12:30Z", "a", "b", "late"
    )


def test_moved_renamed_and_deleted_calendars(ann: Client, clock: Clock) -> None:
    assert ann.ask("MKCALENDAR", ann.calendar("work")).status == 201
    put(ann, "a")
    moment = clock.pass_(10)
    assert ann.ask("MOVE", f"{ann.calendar()}a.ics", Destination=f"{ann.calendar('work')}a.ics").status == 201
    later = clock.pass_(10)
    assert ann.ask("DELETE", ann.calendar("work")).status == 204
    clock.pass_(10)
    assert set(ann.sync(past(ann, moment)).responses()) == hrefs(ann, moment, "a")
    assert ann.sync(past(ann, later)).responses() == {}
    assert ann.ask("GET", ann.calendar(f"work@{later}") + "a.ics").status == 200
    assert ann.ask("GET", ann.calendar(f"work@{moment}") + "a.ics").status == 404


def test_strangers_see_no_past(ann: Client, clock: Clock) -> None:
    bob = ann.site.person(202, "Bob")
    moment = history(ann, clock)
    assert bob.propfind(past(ann, moment), "D:displayname").status == 403
    assert bob.ask("GET", past(ann, moment, "a.ics")).status == 403
    assert ann.ask("PROPFIND", past(ann, moment), login=False).status == 401

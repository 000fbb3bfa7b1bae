"""RFC 6764, RFC 5397, RFC 4791 §6.2.1: from an address to the calendars; RFC 4918 §18: what is claimed."""

import pytest

from support.dav import Client, Site, cal, dav, open_site, prop_body

ROOTS = ["/", "/caldav/", "/caldav", "/principals/"]


@pytest.mark.parametrize("method", ["GET", "PROPFIND"])
def test_the_well_known_url_leads_to_the_calendars_before_any_sign_in(ann: Client, method: str) -> None:
    answer = ann.ask(method, "/.well-known/caldav", login=False)
    assert answer.status == 301
    assert answer.headers["location"] == "/caldav/"


def test_the_well_known_url_names_the_public_address_where_there_is_one(database_url: str) -> None:
    with open_site(database_url, PUBLIC_URL="https://cal.example.com") as site:
        answer = site.person(1).ask("GET", "/.well-known/caldav/", login=False)
    assert answer.headers["location"] == "https://cal.example.com/caldav/"


@pytest.mark.parametrize("path", ROOTS)
def test_every_root_names_the_principal(ann: Client, path: str) -> None:
    entry = ann.propfind(path, "D:current-user-principal", "D:resourcetype").only()
    assert entry.hrefs(dav("current-user-principal")) == [ann.home]
    assert entry.inside(dav("resourcetype")) == {dav("collection")}


def test_the_principal_is_only_named_to_who_has_signed_in(ann: Client) -> None:
    for path in ROOTS:
        answer = ann.ask("PROPFIND", path, prop_body("D:current-user-principal"), login=False, Depth="0")
        assert answer.status == 401


def test_the_principal_names_home_addresses_inbox_and_outbox(ann: Client) -> None:
    asked = ("calendar-home-set", "calendar-user-address-set", "schedule-inbox-URL", "schedule-outbox-URL")
    entry = ann.propfind(ann.home, *(f"C:{name}" for name in asked)).only()
    assert entry.hrefs(cal("calendar-home-set")) == [ann.home]
    assert entry.hrefs(cal("schedule-inbox-URL")) == [f"{ann.home}inbox/"]
    assert entry.hrefs(cal("schedule-outbox-URL")) == [f"{ann.home}outbox/"]
    addresses = entry.hrefs(cal("calendar-user-address-set"))
    assert {"mailto:ann@example.com", "mailto:tg_101@televent.internal", ann.home} <= set(addresses)


def test_options_says_what_is_there_to_anybody_in_one_header(ann: Client) -> None:
    for path in ["/", ann.home, ann.calendar(), f"{ann.calendar()}a.ics", "*"]:
        answer = ann.ask("OPTIONS", path, login=False)
        assert answer.status == 200
        claimed = {each.strip() for each in answer.headers["dav"].split(",")}
        assert {"1", "3", "calendar-access", "calendar-auto-schedule", "extended-mkcol"} <= claimed
        assert "PROPFIND" in answer.headers["allow"]


def test_the_home_lists_calendars_inbox_outbox_and_notifications(ann: Client) -> None:
    names = ("D:resourcetype", "D:displayname", "D:sync-token", "CS:getctag", "C:supported-calendar-component-set")
    entries = ann.propfind(ann.home, *names, "D:current-user-privilege-set", depth="1").responses()
    others = {f"{ann.home}{name}/" for name in ("inbox", "outbox", "notifications")}
    assert set(entries) == {ann.home, ann.calendar(), *others}
    default = entries[ann.calendar()]
    assert default.inside(dav("resourcetype")) == {dav("collection"), cal("calendar")}
    assert default.text(dav("displayname")) == "Televent"
    assert default.text(dav("sync-token")).startswith("data:,")
    assert not default.missing
    privileges = {str(each[0].tag) for each in default.props[dav("current-user-privilege-set")]}
    wanted = ("read", "write", "write-content", "write-properties", "bind", "unbind")
    assert {dav(name) for name in wanted} <= privileges
    assert entries[f"{ann.home}inbox/"].inside(dav("resourcetype")) == {dav("collection"), cal("schedule-inbox")}


def test_the_inbox_is_empty_and_names_the_default_calendar(ann: Client) -> None:
    answer = ann.propfind(f"{ann.home}inbox/", "C:schedule-default-calendar-URL", depth="1")
    assert answer.only().hrefs(cal("schedule-default-calendar-URL")) == [ann.calendar()]


def test_the_telegram_id_and_an_address_stand_for_the_person_in_paths(ann: Client) -> None:
    for user in ("101", "ann%40example.com", "ann@example.com", str(ann.tenant).upper()):
        entry = ann.propfind(f"/caldav/{user}/default/", "D:resourcetype").only()
        assert entry.inside(dav("resourcetype")) == {dav("collection"), cal("calendar")}
    assert ann.propfind("/caldav/101/default", "D:owner").only().href == "/caldav/101/default/"


def test_nobody_sees_what_is_another_persons(site: Site, ann: Client) -> None:
    bob = site.person(102, "Bob")
    for method, path in [("PROPFIND", bob.home), ("GET", bob.calendar()), ("PUT", f"{bob.calendar()}a.ics")]:
        assert ann.ask(method, path).status == 403
    assert ann.ask("PROPFIND", "/caldav/999/").status == 403


def test_a_path_that_can_name_nothing_is_not_found(ann: Client) -> None:
    assert ann.ask("PROPFIND", "/caldav/101/default/a/b.ics").status == 404
    assert ann.ask("PROPFIND", "/calendar/dav/ann/user/").status == 404
    assert ann.ask("PROPFIND", "/caldav/101/..%2fetc/").status == 400
    assert ann.ask("PROPFIND", "/caldav/101/%ff/").status == 400

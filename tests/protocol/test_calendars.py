"""RFC 4791 §5.3.1, RFC 5689, RFC 4918 §9.6: calendars made and deleted."""

import pytest

from support.dav import DECLARED, NAMESPACES, Client, cal, dav, event

COLOR = "{http://apple.com/ns/ical/}calendar-color"


def mkcalendar(client: Client, name: str, props: str = "") -> int:
    body = f"<C:mkcalendar {DECLARED}><D:set><D:prop>{props}</D:prop></D:set></C:mkcalendar>"
    return client.ask("MKCALENDAR", client.calendar(name), body, Content_Type="text/calendar").status


def test_a_calendar_is_made_with_its_properties_and_whatever_else_came_along(ann: Client) -> None:
    lines = ("BEGIN:VCALENDAR", "VERSION:2.0", "BEGIN:VTIMEZONE", "TZID:X", "END:VTIMEZONE", "END:VCALENDAR", "")
    zone = "&#13;\n".join(lines)
    props = (
        "<D:resourcetype><D:collection/><C:calendar/></D:resourcetype><D:displayname>Work</D:displayname>"
        f"<A:calendar-color>#112233FF</A:calendar-color><C:calendar-timezone>{zone}</C:calendar-timezone>"
        '<C:calendar-timezone-id>Europe/London</C:calendar-timezone-id><X:y xmlns:X="urn:x">z</X:y>'
        '<C:supported-calendar-component-set><C:comp name="VTODO"/></C:supported-calendar-component-set>'
    )
    assert mkcalendar(ann, "work", props) == 201
    names = ("D:displayname", "A:calendar-color", "C:calendar-timezone", "C:supported-calendar-component-set")
    entry = ann.propfind(ann.calendar("work"), *names).only()
    assert entry.text(dav("displayname")) == "Work"
    assert entry.text(COLOR) == "#112233FF"
    assert entry.text(cal("calendar-timezone")).startswith("BEGIN:VCALENDAR\r\nVERSION:2.0\r\n")
    assert [each.get("name") for each in entry.props[cal("supported-calendar-component-set")]] == ["VTODO"]


def test_a_calendar_takes_only_the_components_it_was_made_for(ann: Client) -> None:
    mkcalendar(
        ann, "tasks", '<C:supported-calendar-component-set><C:comp name="VTODO"/></C:supported-calendar-component-set>'
    )
    answer = ann.put(f"{ann.calendar('tasks')}a.ics", event("a@example.com"))
    assert (answer.status, answer.precondition()) == (403, cal("supported-calendar-component"))


def test_a_calendar_of_no_known_component_is_refused(ann: Client) -> None:
    props = '<C:supported-calendar-component-set><C:comp name="VPOLL"/></C:supported-calendar-component-set>'
    assert mkcalendar(ann, "polls", props) == 403
    assert ann.propfind(ann.calendar("polls"), "D:owner").status == 404


def test_a_body_is_not_needed_and_a_name_may_hold_anything(ann: Client) -> None:
    for name in ("plain", "my%20work", "%D0%B4%D0%BE%D0%BC", "a&b'c"):
        path = f"{ann.home}{name}/"
        assert ann.ask("MKCALENDAR", path).status == 201
        (href,) = ann.propfind(path, "D:resourcetype").responses()
        assert href in ann.propfind(ann.home, "D:resourcetype", depth="1").responses()
        assert ann.propfind(href, "D:resourcetype").only().href == href


def test_a_name_is_not_taken_twice(ann: Client) -> None:
    for path in (ann.calendar(), f"{ann.home}inbox/", ann.home):
        answer = ann.ask("MKCALENDAR", path)
        assert (answer.status, answer.precondition()) == (403, dav("resource-must-be-null"))


def test_there_are_no_calendars_inside_calendars(ann: Client) -> None:
    answer = ann.ask("MKCALENDAR", f"{ann.calendar()}inner")
    assert (answer.status, answer.precondition()) == (403, cal("calendar-collection-location-ok"))


def test_an_impossible_property_makes_no_calendar(ann: Client) -> None:
    assert mkcalendar(ann, "work", "<C:calendar-timezone>x</C:calendar-timezone>") == 403
    assert ann.propfind(ann.calendar("work"), "D:owner").status == 404


def test_an_extended_mkcol_makes_a_calendar(ann: Client) -> None:
    kinds = "<D:resourcetype><D:collection/><C:calendar/></D:resourcetype><D:displayname>Work</D:displayname>"
    body = f"<D:mkcol {DECLARED}><D:set><D:prop>{kinds}</D:prop></D:set></D:mkcol>"
    assert ann.ask("MKCOL", ann.calendar("work"), body).status == 201
    assert ann.ask("MKCOL", ann.calendar("work"), body).status == 405
    assert ann.propfind(ann.calendar("work"), "D:displayname").only().text(dav("displayname")) == "Work"


@pytest.mark.parametrize(
    "wrong", ["<D:getetag>x</D:getetag>", "<C:calendar-timezone>nonsense</C:calendar-timezone>", "<D:owner/>"]
)
def test_an_extended_mkcol_makes_all_of_it_or_nothing(ann: Client, wrong: str) -> None:
    kinds = "<D:resourcetype><D:collection/><C:calendar/></D:resourcetype><D:displayname>Work</D:displayname>"
    body = f"<D:mkcol {DECLARED}><D:set><D:prop>{kinds}{wrong}</D:prop></D:set></D:mkcol>"
    answer = ann.ask("MKCOL", ann.calendar("work"), body)
    assert (answer.status, answer.xml.tag) == (424, dav("mkcol-response"))
    told = {
        str(each.tag): propstat.findtext("D:status", namespaces=NAMESPACES)
        for propstat in answer.xml.iterfind("D:propstat", NAMESPACES)
        for each in propstat.iterfind("D:prop/*", NAMESPACES)
    }
    assert told.pop(dav("displayname")) == "HTTP/1.1 424 Failed Dependency"
    assert "HTTP/1.1 403 Forbidden" in told.values()
    assert ann.propfind(ann.calendar("work"), "D:owner").status == 404


@pytest.mark.parametrize("kinds", [None, "<D:collection/>", "<D:collection/><X:book xmlns:X='urn:x'/>"])
def test_no_other_collection_is_made(ann: Client, kinds: str | None) -> None:
    props = f"<D:set><D:prop><D:resourcetype>{kinds}</D:resourcetype></D:prop></D:set>"
    answer = ann.ask("MKCOL", ann.calendar("work"), f"<D:mkcol {DECLARED}>{props}</D:mkcol>" if kinds else None)
    assert (answer.status, answer.precondition()) == (403, dav("valid-resourcetype"))


def test_a_deleted_calendar_is_gone_and_its_name_is_free_at_once(ann: Client) -> None:
    mkcalendar(ann, "work")
    ann.put(f"{ann.calendar('work')}a.ics", event("a@example.com"))
    token = ann.sync(ann.calendar("work")).token()
    assert ann.ask("DELETE", ann.calendar("work")).status == 204
    assert ann.propfind(ann.calendar("work"), "D:owner").status == 404
    assert ann.ask("DELETE", ann.calendar("work")).status == 404
    assert mkcalendar(ann, "work") == 201
    assert list(ann.propfind(ann.calendar("work"), "D:owner", depth="1").responses()) == [ann.calendar("work")]
    stale = ann.sync(ann.calendar("work"), token)
    assert (stale.status, stale.precondition()) == (403, dav("valid-sync-token"))


def test_the_default_calendar_stays(ann: Client) -> None:
    answer = ann.ask("DELETE", ann.calendar())
    assert (answer.status, answer.precondition()) == (403, cal("default-calendar-needed"))
    assert ann.propfind(ann.calendar(), "D:owner").status == 207


def test_home_inbox_and_outbox_cannot_be_deleted(ann: Client) -> None:
    for path in (ann.home, f"{ann.home}inbox/", f"{ann.home}outbox/"):
        assert ann.ask("DELETE", path).status == 403

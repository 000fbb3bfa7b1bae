"""RFC 4791 §5.3.1, §5.2: a calendar made with all its properties, or not at all."""

import pytest

from support.dav import DECLARED, Answer, Client, cal, dav, event
from televent.ical.objects.zone_references import zone_text

PARIS = (zone_text("Europe/Paris") or b"").decode()
BESIDE_AN_EVENT = PARIS.replace("END:VCALENDAR", "BEGIN:VEVENT\r\nUID:a\r\nEND:VEVENT\r\nEND:VCALENDAR")


def make(client: Client, props: str = "", name: str = "work", root: str = "C:mkcalendar") -> Answer:
    body = f"<{root} {DECLARED}><D:set><D:prop>{props}</D:prop></D:set></{root}>"
    return client.ask("MKCALENDAR", client.calendar(name), body, Content_Type="application/xml")


def stands(client: Client, name: str = "work") -> bool:
    return client.propfind(client.calendar(name), "D:resourcetype").status == 207


def test_the_answer_is_not_kept_and_the_calendar_is_one(ann: Client) -> None:
    answer = make(ann)
    assert (answer.status, answer.headers["cache-control"]) == (201, "no-cache")
    assert {dav("collection"), cal("calendar")} <= ann.propfind(ann.calendar("work"), "D:resourcetype").only().inside(
        dav("resourcetype")
    )


def test_a_description_keeps_its_language(ann: Client) -> None:
    """§5.2.1."""
    make(ann, '<C:calendar-description xml:lang="fr-CA">Calendrier de Mathilde</C:calendar-description>')
    entry = ann.propfind(ann.calendar("work"), "C:calendar-description").only()
    assert entry.text(cal("calendar-description")) == "Calendrier de Mathilde"
    lang = entry.props[cal("calendar-description")].get("{http://www.w3.org/XML/1998/namespace}lang")
    assert lang == "fr-CA"


def test_instructions_count_from_top_to_bottom(ann: Client) -> None:
    make(ann, "<D:displayname>First</D:displayname><D:displayname>Second</D:displayname>")
    assert ann.propfind(ann.calendar("work"), "D:displayname").only().text(dav("displayname")) == "Second"


@pytest.mark.parametrize(
    ("props", "precondition"),
    [
        ("<C:calendar-timezone>nonsense</C:calendar-timezone>", "valid-calendar-data"),
        ("<C:calendar-timezone>BEGIN:VCALENDAR&#10;END:VCALENDAR&#10;</C:calendar-timezone>", "valid-calendar-data"),
        (f"<C:calendar-timezone>{BESIDE_AN_EVENT}</C:calendar-timezone>", "valid-calendar-data"),
        ("<C:calendar-timezone-id>No/Where</C:calendar-timezone-id>", "valid-timezone"),
        (
            '<C:supported-calendar-component-set><C:comp name="VPOLL"/></C:supported-calendar-component-set>',
            "supported-calendar-component",
        ),
    ],
)
def test_one_property_that_cannot_be_makes_no_calendar(ann: Client, props: str, precondition: str) -> None:
    answer = make(ann, f"<D:displayname>Work</D:displayname>{props}")
    assert (answer.status, answer.precondition()) == (403, cal(precondition))
    assert not stands(ann)


@pytest.mark.parametrize("method", ["MKCALENDAR", "MKCOL"])
@pytest.mark.parametrize("name", ["D:getetag", "CS:getctag", "C:max-resource-size"])
def test_a_protected_property_makes_no_calendar(ann: Client, method: str, name: str) -> None:
    """§5.3.1: all instructions are executed or none."""
    root = "C:mkcalendar" if method == "MKCALENDAR" else "D:mkcol"
    props = f"<D:resourcetype><D:collection/><C:calendar/></D:resourcetype><{name}>1</{name}>"
    body = f"<{root} {DECLARED}><D:set><D:prop>{props}</D:prop></D:set></{root}>"
    answer = ann.ask(method, ann.calendar("work"), body)
    assert answer.status == (403 if method == "MKCALENDAR" else 424)
    assert answer.xml.find(".//" + dav("cannot-modify-protected-property")) is not None
    assert not stands(ann)


def test_a_time_zone_alone_is_one(ann: Client) -> None:
    assert make(ann, f"<C:calendar-timezone>{PARIS}</C:calendar-timezone>").status == 201


def test_the_type_of_a_calendar_may_be_named_and_no_other(ann: Client) -> None:
    assert make(ann, "<D:resourcetype><D:collection/></D:resourcetype>").status == 403
    assert make(ann, "<D:resourcetype><D:collection/><C:calendar/></D:resourcetype>").status == 201


def test_another_body_makes_no_calendar(ann: Client) -> None:
    assert make(ann, root="D:propertyupdate").status == 400
    assert ann.ask("MKCALENDAR", ann.calendar("work"), "<C:mkcalendar").status == 400
    assert not stands(ann)


def test_only_in_the_home_calendars_are_made(ann: Client) -> None:
    for path in (f"{ann.home}a/b/", f"{ann.home}a/b", f"{ann.calendar()}a/"):
        answer = ann.ask("MKCALENDAR", path)
        assert (answer.status, answer.precondition()) == (403, cal("calendar-collection-location-ok"))
    inbox = ann.ask("MKCALENDAR", f"{ann.home}inbox/")
    assert (inbox.status, inbox.precondition()) == (403, dav("resource-must-be-null"))


def test_a_calendar_for_tasks_takes_tasks_alone(ann: Client) -> None:
    """§5.2.3: it states and takes the components that it was made for."""
    kinds = '<C:supported-calendar-component-set><C:comp name="VTODO"/><C:comp name="VJOURNAL"/>'
    assert make(ann, f"{kinds}</C:supported-calendar-component-set>").status == 201
    entry = ann.propfind(ann.calendar("work"), "C:supported-calendar-component-set").only()
    found = entry.props[cal("supported-calendar-component-set")]
    assert {each.get("name") for each in found} == {"VTODO", "VJOURNAL"}
    text = event("a@example.com")
    answer = ann.put(f"{ann.calendar('work')}a.ics", text)
    assert (answer.status, answer.precondition()) == (403, cal("supported-calendar-component"))
    assert (
        ann.put(f"{ann.calendar('work')}a.ics", text.replace(b"VEVENT", b"VTODO").replace(b"DTEND", b"DUE")).status
        == 201
    )


def test_what_a_calendar_takes_is_protected_and_not_in_allprop(ann: Client) -> None:
    """§5.2.3–§5.2.9, §7.5.1."""
    names = (
        *("supported-calendar-component-set", "supported-calendar-data", "supported-collation-set"),
        *("max-resource-size", "min-date-time", "max-date-time", "max-instances", "max-attendees-per-instance"),
    )
    shown = ann.ask("PROPFIND", ann.calendar(), f"<D:propfind {DECLARED}><D:allprop/></D:propfind>", Depth="0").only()
    for name in names:
        assert cal(name) not in shown.props
        body = f"<D:set><D:prop><C:{name}>1</C:{name}></D:prop></D:set>"
        answer = ann.ask("PROPPATCH", ann.calendar(), f"<D:propertyupdate {DECLARED}>{body}</D:propertyupdate>")
        assert answer.only().by_status == {"403": {cal(name)}}
        assert answer.xml.find(".//" + dav("cannot-modify-protected-property")) is not None
    collations = ann.propfind(ann.calendar(), "C:supported-collation-set").only()
    listed = [each.text for each in collations.props[cal("supported-collation-set")]]
    assert listed == ["i;ascii-casemap", "i;octet", "i;unicode-casemap"]


def test_every_calendar_and_object_lists_the_reports_of_calendars(ann: Client) -> None:
    """§7: calendar-query and calendar-multiget on both, free-busy-query on collections."""
    ann.put(f"{ann.calendar()}a.ics", event("a@example.com"))
    wanted = {cal("calendar-query"), cal("calendar-multiget"), dav("expand-property")}
    for path, more in ((ann.calendar(), {cal("free-busy-query")}), (f"{ann.calendar()}a.ics", set())):
        found = ann.propfind(path, "D:supported-report-set").only().props[dav("supported-report-set")]
        assert wanted | more <= {str(each.tag) for each in found.iter()}


def test_free_busy_is_asked_of_collections_only(ann: Client) -> None:
    """§7.10."""
    span = '<C:time-range start="20261123T000000Z" end="20261130T000000Z"/>'
    empty = ann.report(ann.calendar(), "C:free-busy-query", span, Depth="1")
    assert empty.status == 200
    assert empty.text.count("BEGIN:VFREEBUSY") == 1
    assert "\r\nFREEBUSY" not in empty.text
    ann.put(f"{ann.calendar()}a.ics", event("a@example.com"))
    assert ann.report(f"{ann.calendar()}a.ics", "C:free-busy-query", span).status == 403
    assert ann.report(ann.calendar(), "C:free-busy-query", "").status == 400


@pytest.mark.parametrize(
    ("lines", "kinds"),
    [
        (("SUMMARY:Tea",), {"BUSY"}),
        (("STATUS:CONFIRMED",), {"BUSY"}),
        (("STATUS:TENTATIVE",), {"BUSY-TENTATIVE"}),
        (("STATUS:CANCELLED",), set()),
        (("TRANSP:TRANSPARENT",), set()),
        (("TRANSP:OPAQUE", "STATUS:X-MAYBE"), {"BUSY"}),
    ],
)
def test_what_an_event_is_to_free_busy_is_by_the_table(ann: Client, lines: tuple[str, ...], kinds: set[str]) -> None:
    """§7.10."""
    ann.put(f"{ann.calendar()}a.ics", event("a@example.com", *lines))
    span = '<C:time-range start="20261125T103000Z" end="20261130T000000Z"/>'
    text = ann.report(ann.calendar(), "C:free-busy-query", span, Depth="1").text
    periods = [line for line in text.splitlines() if line.startswith("FREEBUSY")]
    assert {line.partition("FBTYPE=")[2].partition(":")[0] or "BUSY" for line in periods} == kinds
    # The answer has no busy time beyond the requested range.
    assert all(line.endswith("20261125T103000Z/20261125T110000Z") for line in periods)


def test_consecutive_busy_times_are_one(ann: Client) -> None:
    """§7.10."""
    ann.put(f"{ann.calendar()}a.ics", event("a@example.com"))
    ann.put(f"{ann.calendar()}b.ics", event("b@example.com", start="20261125T110000Z", end="20261125T120000Z"))
    ann.put(f"{ann.calendar()}c.ics", event("c@example.com", start="20261125T103000Z", end="20261125T113000Z"))
    span = '<C:time-range start="20261123T000000Z" end="20261130T000000Z"/>'
    text = ann.report(ann.calendar(), "C:free-busy-query", span, Depth="1").text
    (line,) = [line for line in text.splitlines() if line.startswith("FREEBUSY")]
    assert line.endswith(":20261125T100000Z/20261125T120000Z")


def test_components_properties_and_parameters_outside_the_standard_are_kept(ann: Client) -> None:
    """§5.3.3; RFC 7986 and RFC 9073 come with properties and components that were not known before."""
    lines = (
        *("X-MOOD;X-WHY=weather:good", "COLOR:turquoise", "CONFERENCE;VALUE=URI;FEATURE=AUDIO:tel:+1-412-555-0123"),
        *("IMAGE;VALUE=URI;DISPLAY=BADGE:https://example.com/a.png", "REFRESH-INTERVAL;VALUE=DURATION:P1W"),
        *(
            "BEGIN:VLOCATION",
            "UID:v@example.com",
            "NAME:Hall",
            "END:VLOCATION",
            "BEGIN:X-THING",
            "X-A:b",
            "END:X-THING",
        ),
    )
    text = event("a@example.com", *lines)
    put = ann.put(f"{ann.calendar()}a.ics", text)
    assert "etag" in put.headers
    assert ann.ask("GET", f"{ann.calendar()}a.ics").body == text

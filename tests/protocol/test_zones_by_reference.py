"""RFC 7809: time zones by reference; RFC 4791 §5.2.2: the calendar's own."""

import pytest

from support.dav import DECLARED, Answer, Client, cal, event

LONDON = [
    "BEGIN:VTIMEZONE",
    "TZID:Europe/London",
    "BEGIN:STANDARD",
    "DTSTART:19700101T000000",
    "TZOFFSETFROM:+0000",
    "TZOFFSETTO:+0000",
    "END:STANDARD",
    "END:VTIMEZONE",
]
OWN = [line.replace("Europe/London", "Our Backend").replace("+0000", "+0330") for line in LONDON]


def with_zones(*zones: str, tzid: str) -> bytes:
    """An event at ten in that zone, with these VTIMEZONEs."""
    text = event("a@example.com", start="X", end="Y").decode()
    text = text.replace("DTSTART:X", f"DTSTART;TZID={tzid}:20261125T100000")
    text = text.replace("DTEND:Y", f"DTEND;TZID={tzid}:20261125T110000")
    lines = text.split("\r\n")
    return "\r\n".join([*lines[:3], *zones, *lines[3:]]).encode()


def patched(client: Client, props: str, instruction: str = "set") -> Answer:
    inner = f"<D:{instruction}><D:prop>{props}</D:prop></D:{instruction}>"
    return client.ask("PROPPATCH", client.calendar(), f"<D:propertyupdate {DECLARED}>{inner}</D:propertyupdate>")


def zone_props(client: Client) -> tuple[str | None, str | None]:
    """calendar-timezone and calendar-timezone-id, None for what is not there."""
    entry = client.propfind(client.calendar(), "C:calendar-timezone", "C:calendar-timezone-id").only()
    names = cal("calendar-timezone"), cal("calendar-timezone-id")
    first, second = (entry.text(name) if name in entry.by_status.get("200", set()) else None for name in names)
    return first, second


def given(client: Client, wanted: str | None, how: str) -> str:
    """An object's text as GET, multiget or a query gives it, by the value of CalDAV-Timezones."""
    headers = {"CalDAV_Timezones": wanted} if wanted is not None else {}
    path = f"{client.calendar()}a.ics"
    if how in ("object", "calendar"):
        return client.ask("GET", path if how == "object" else client.calendar(), **headers).text
    prop = "<D:prop><C:calendar-data/></D:prop>"
    if how == "multiget":
        answer = client.report(client.calendar(), "C:calendar-multiget", f"{prop}<D:href>{path}</D:href>", **headers)
    else:
        everything = '<C:filter><C:comp-filter name="VCALENDAR"/></C:filter>'
        answer = client.report(client.calendar(), "C:calendar-query", prop + everything, Depth="1", **headers)
    return answer.only().text(cal("calendar-data"))


@pytest.mark.parametrize("how", ["object", "calendar", "multiget", "query"])
def test_zones_that_everybody_knows_are_left_out_where_that_is_asked(ann: Client, how: str) -> None:
    """§3.1.3."""
    text = with_zones(*LONDON, *OWN, tzid="Europe/London")
    assert ann.put(f"{ann.calendar()}a.ics", text).status == 201
    left = given(ann, "F", how)
    assert "TZID:Europe/London" not in left
    assert "DTSTART;TZID=Europe/London:20261125T100000" in left
    # A definition that no service provides stays.
    assert "TZID:Our Backend" in left
    assert "TZID:Europe/London" in given(ann, None, how)


@pytest.mark.parametrize("how", ["object", "calendar", "multiget", "query"])
def test_zones_that_are_missing_are_put_in_where_that_is_asked(ann: Client, how: str) -> None:
    """§3.1.3, and §3.1.4: an object may come without them."""
    assert ann.put(f"{ann.calendar()}a.ics", with_zones(tzid="America/New_York")).status == 201
    whole = given(ann, "T", how)
    assert whole.count("BEGIN:VTIMEZONE") == 1
    assert "TZID:America/New_York" in whole
    assert "TZOFFSETTO:-0500" in whole
    assert "BEGIN:VTIMEZONE" not in given(ann, None, how)


def test_a_client_that_asks_for_nothing_gets_the_bytes_that_were_stored(ann: Client) -> None:
    text = with_zones(*LONDON, tzid="Europe/London")
    ann.put(f"{ann.calendar()}a.ics", text)
    answer = ann.ask("GET", f"{ann.calendar()}a.ics")
    assert answer.body == text
    assert "CalDAV-Timezones" in answer.headers["vary"]
    # No definition is missing, so the bytes are the same.
    assert ann.ask("GET", f"{ann.calendar()}a.ics", CalDAV_Timezones="T").body == text


def test_a_zone_without_its_definition_is_understood(ann: Client) -> None:
    """§3.1.4: 10:00 in New York is 15:00 UTC."""
    ann.put(f"{ann.calendar()}a.ics", with_zones(tzid="America/New_York"))
    span = '<C:time-range start="20261125T150000Z" end="20261125T151000Z"/>'
    busy = ann.report(ann.calendar(), "C:free-busy-query", span, Depth="1")
    assert "20261125T150000Z/20261125T151000Z" in busy.text


def test_the_calendars_zone_can_be_set_by_name_and_read_in_full(ann: Client) -> None:
    """§3.1.5."""
    assert list(patched(ann, "<C:calendar-timezone-id>America/New_York</C:calendar-timezone-id>").only().by_status) == [
        "200"
    ]
    whole, name = zone_props(ann)
    assert name == "America/New_York"
    assert whole is not None
    assert whole.startswith("BEGIN:VCALENDAR\r\n")
    assert "TZID:America/New_York" in whole


def test_the_calendars_zone_can_be_set_in_full_and_read_by_name(ann: Client) -> None:
    """§3.1.5: the property that was set last counts for both."""
    patched(ann, "<C:calendar-timezone-id>America/New_York</C:calendar-timezone-id>")
    text = "&#13;\n".join(["BEGIN:VCALENDAR", "VERSION:2.0", "PRODID:x", *OWN, "END:VCALENDAR", ""])
    patched(ann, f"<C:calendar-timezone>{text}</C:calendar-timezone>")
    assert zone_props(ann) == (text.replace("&#13;\n", "\r\n"), "Our Backend")
    patched(ann, "<C:calendar-timezone-id>Europe/Paris</C:calendar-timezone-id>")
    whole, name = zone_props(ann)
    assert (name, "TZID:Europe/Paris" in (whole or "")) == ("Europe/Paris", True)
    patched(ann, "<C:calendar-timezone-id/>", "remove")
    assert zone_props(ann) == (None, None)


def test_a_name_that_no_zone_has_is_refused(ann: Client) -> None:
    """§3.1.5, §3.1.6."""
    refused = patched(ann, "<C:calendar-timezone-id>Nowhere/At_All</C:calendar-timezone-id>")
    assert list(refused.only().by_status) == ["403"]
    assert refused.xml.find(".//{DAV:}error/" + cal("valid-timezone")) is not None
    body = "<D:set><D:prop><C:calendar-timezone-id>Nowhere</C:calendar-timezone-id></D:prop></D:set>"
    answer = ann.ask("MKCALENDAR", ann.calendar("new"), f"<C:mkcalendar {DECLARED}>{body}</C:mkcalendar>")
    assert (answer.status, answer.precondition()) == (403, cal("valid-timezone"))
    assert ann.propfind(ann.calendar("new"), "D:getetag").status == 404


def test_the_zone_is_given_by_name_only(ann: Client) -> None:
    """RFC 4791 §5.2.2, RFC 7809 §5.2: not in allprop."""
    patched(ann, "<C:calendar-timezone-id>Europe/Paris</C:calendar-timezone-id>")
    answer = ann.ask("PROPFIND", ann.calendar(), f"<D:propfind {DECLARED}><D:allprop/></D:propfind>", Depth="0")
    assert cal("calendar-timezone-id") not in answer.only().props
    assert cal("calendar-timezone") not in answer.only().props


def test_the_class_is_not_claimed(ann: Client) -> None:
    """§3.1.1 needs a time zone distribution service of one's own (RFC 7808), which is not here."""
    assert "calendar-no-timezone" not in ann.ask("OPTIONS", ann.calendar()).headers["dav"]

"""RFC 4791 §7.3, §7.8, §9.8: the zone that a query names."""

import pytest

from support.dav import Answer, Client, cal, event

EVERYTHING = '<C:filter><C:comp-filter name="VCALENDAR"/></C:filter>'
ZONE = "BEGIN:VTIMEZONE&#10;TZID:X&#10;BEGIN:STANDARD&#10;DTSTART:19700101T000000&#10;TZOFFSETFROM:+0300&#10;" + (
    "TZOFFSETTO:+0300&#10;END:STANDARD&#10;END:VTIMEZONE&#10;"
)


def asked(client: Client, zones: str, filters: str = EVERYTHING) -> Answer:
    zone = f"<C:timezone>BEGIN:VCALENDAR&#10;VERSION:2.0&#10;PRODID:x&#10;{zones}END:VCALENDAR&#10;</C:timezone>"
    return client.report(
        client.calendar(), "C:calendar-query", f"<D:prop><D:getetag/></D:prop>{filters}{zone}", Depth="1"
    )


@pytest.mark.parametrize("zones", ["", ZONE * 2, "BEGIN:VTIMEZONE&#10;END:VTIMEZONE&#10;", "BEGIN:VTIMEZONE&#10;"])
def test_a_zone_that_is_none_is_refused_by_name(ann: Client, zones: str) -> None:
    answer = asked(ann, zones)
    assert (answer.status, answer.precondition()) == (403, cal("valid-calendar-data"))
    assert asked(ann, ZONE).status == 207


@pytest.mark.parametrize(("hour", "found"), [("07", 1), ("10", 0)])
def test_a_zone_that_only_the_query_knows_is_believed(ann: Client, hour: str, found: int) -> None:
    """Floating 10:00 is 07:00 UTC in a zone three hours ahead."""
    ann.put(f"{ann.calendar()}a.ics", event("a@example.com", start="20261125T100000", end="20261125T103000"))
    span = f'<C:time-range start="20261125T{hour}0000Z" end="20261125T{hour}1000Z"/>'
    inner = f'<C:comp-filter name="VEVENT">{span}</C:comp-filter>'
    wanted = f'<C:filter><C:comp-filter name="VCALENDAR">{inner}</C:comp-filter></C:filter>'
    assert len(asked(ann, ZONE, wanted).responses()) == found

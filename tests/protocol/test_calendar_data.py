"""RFC 4791 §9.6: CALDAV:calendar-data in a report, over the wire."""

import pytest

from support.dav import Answer, Client, cal, event

SERIES = [
    "BEGIN:VCALENDAR",
    "VERSION:2.0",
    "PRODID:-//Example//EN",
    "BEGIN:VTIMEZONE",
    "TZID:Europe/London",
    "BEGIN:STANDARD",
    "DTSTART:19701025T020000",
    "RRULE:FREQ=YEARLY;BYMONTH=10;BYDAY=-1SU",
    "TZOFFSETFROM:+0100",
    "TZOFFSETTO:+0000",
    "END:STANDARD",
    "BEGIN:DAYLIGHT",
    "DTSTART:19700329T010000",
    "RRULE:FREQ=YEARLY;BYMONTH=3;BYDAY=-1SU",
    "TZOFFSETFROM:+0000",
    "TZOFFSETTO:+0100",
    "END:DAYLIGHT",
    "END:VTIMEZONE",
    "BEGIN:VEVENT",
    "UID:s@example.com",
    "DTSTAMP:20261001T000000Z",
    "DTSTART;TZID=Europe/London:20261012T090000",
    "DTEND;TZID=Europe/London:20261012T100000",
    "SUMMARY:Weekly",
    "RRULE:FREQ=WEEKLY;COUNT=6",
    "EXDATE;TZID=Europe/London:20261019T090000",
    "BEGIN:VALARM",
    "ACTION:DISPLAY",
    "TRIGGER:-PT5M",
    "DESCRIPTION:soon",
    "END:VALARM",
    "END:VEVENT",
    "BEGIN:VEVENT",
    "UID:s@example.com",
    "DTSTAMP:20261001T000000Z",
    "RECURRENCE-ID;TZID=Europe/London:20261026T090000",
    "DTSTART;TZID=Europe/London:20261027T140000",
    "DTEND;TZID=Europe/London:20261027T150000",
    "SUMMARY:Moved",
    "END:VEVENT",
    "END:VCALENDAR",
    "",
]


def asked(client: Client, inner: str, attributes: str = "") -> Answer:
    prop = f"<D:prop><C:calendar-data{attributes}>{inner}</C:calendar-data></D:prop>"
    href = f"<D:href>{client.calendar()}s.ics</D:href>"
    return client.report(client.calendar(), "C:calendar-multiget", prop + href)


def data(client: Client, inner: str) -> list[str]:
    return asked(client, inner).only().text(cal("calendar-data")).splitlines()


def span(name: str, start: str, end: str) -> str:
    return f'<C:{name} start="{start}T000000Z" end="{end}T000000Z"/>'


def values(lines: list[str], name: str) -> list[str]:
    return [line.partition(":")[2] for line in lines if line.partition(":")[0].partition(";")[0] == name]


@pytest.fixture
def series(ann: Client) -> Client:
    assert ann.put(f"{ann.calendar()}s.ics", "\r\n".join(SERIES).encode()).status == 201
    return ann


def test_a_series_is_expanded_over_a_clock_change_with_what_was_changed_and_left_out(series: Client) -> None:
    """§9.6.5: in UTC, one component for each instance, named by when it was planned."""
    lines = data(series, span("expand", "20261001", "20261110"))
    assert values(lines, "DTSTART") == ["20261012T080000Z", "20261027T140000Z", "20261102T090000Z", "20261109T090000Z"]
    assert values(lines, "RECURRENCE-ID") == [
        "20261012T080000Z",
        "20261026T090000Z",
        "20261102T090000Z",
        "20261109T090000Z",
    ]
    assert values(lines, "SUMMARY") == ["Weekly", "Moved", "Weekly", "Weekly"]
    text = "\n".join(lines)
    assert not any(word in text for word in ("RRULE", "EXDATE", "VTIMEZONE", "TZID"))
    # The range counts by the instance's new time: nothing is left on its old day.
    assert values(data(series, span("expand", "20261026", "20261027")), "DTSTART") == []


def test_only_overrides_that_touch_the_range_come_with_the_series(series: Client) -> None:
    """§9.6.6: overrides in the range, and overrides whose original time is in it."""
    for start, end, count in (
        ("20261026", "20261027", 2),
        ("20261027", "20261028", 2),
        ("20261102", "20261103", 1),
    ):
        lines = data(series, span("limit-recurrence-set", start, end))
        assert lines.count("BEGIN:VEVENT") == count
        assert values(lines, "RRULE")[-1] == "FREQ=WEEKLY;COUNT=6"


def test_parts_are_chosen_by_name(series: Client) -> None:
    """§9.6.1–§9.6.4."""
    inner = (
        '<C:comp name="VCALENDAR"><C:allprop/><C:comp name="VEVENT"><C:prop name="SUMMARY"/>'
        '<C:prop name="UID" novalue="yes"/><C:comp name="VALARM"><C:prop name="TRIGGER"/></C:comp></C:comp></C:comp>'
    )
    assert data(series, inner) == [
        "BEGIN:VCALENDAR",
        "VERSION:2.0",
        "PRODID:-//Example//EN",
        *("BEGIN:VEVENT", "UID:", "SUMMARY:Weekly", "BEGIN:VALARM", "TRIGGER:-PT5M", "END:VALARM", "END:VEVENT"),
        *("BEGIN:VEVENT", "UID:", "SUMMARY:Moved", "END:VEVENT"),
        "END:VCALENDAR",
    ]
    everything = '<C:comp name="VCALENDAR"><C:allprop/><C:allcomp/></C:comp>'
    assert data(series, everything) == SERIES[:-1]


def test_names_outside_the_standard_can_be_asked_for(ann: Client) -> None:
    """§7.7."""
    ann.put(f"{ann.calendar()}s.ics", event("s@example.com", "X-MOOD:good", "SUMMARY:Tea"))
    inner = '<C:comp name="VCALENDAR"><C:comp name="VEVENT"><C:prop name="X-MOOD"/></C:comp></C:comp>'
    lines = ["BEGIN:VCALENDAR", "BEGIN:VEVENT", "X-MOOD:good", "END:VEVENT", "END:VCALENDAR"]
    assert data(ann, inner) == lines


@pytest.mark.parametrize(
    ("inner", "precondition"),
    [
        ('<C:expand start="00010101T000000Z" end="20261103T000000Z"/>', "min-date-time"),
        ('<C:limit-recurrence-set start="20260101T000000Z" end="99991231T000000Z"/>', "max-date-time"),
        ('<C:limit-freebusy-set start="20260101T000000Z" end="99991231T000000Z"/>', "max-date-time"),
    ],
)
def test_ranges_outside_the_time_that_is_counted_are_refused(series: Client, inner: str, precondition: str) -> None:
    answer = asked(series, inner)
    assert (answer.status, answer.precondition()) == (403, cal(precondition))


@pytest.mark.parametrize(
    "inner",
    [
        '<C:expand start="20261103T000000Z"/>',
        '<C:expand start="20261103T000000Z" end="20261103T000000Z"/>',
        '<C:expand start="20261103" end="20261104"/>',
        span("expand", "20261001", "20261002") + span("limit-recurrence-set", "20261001", "20261002"),
    ],
)
def test_ranges_need_a_start_and_a_later_end_in_utc(series: Client, inner: str) -> None:
    assert asked(series, inner).status == 400


@pytest.mark.parametrize("attributes", [' content-type="text/vcard"', ' version="3.0"'])
def test_other_data_is_refused_by_name(series: Client, attributes: str) -> None:
    answer = asked(series, "", attributes)
    assert (answer.status, answer.precondition()) == (403, cal("supported-calendar-data"))
    same = ' content-type="text/calendar" version="2.0"'
    assert asked(series, "", same).only().text(cal("calendar-data")) == "\r\n".join(SERIES)


def test_an_expansion_without_end_is_not_given_and_the_others_are(ann: Client) -> None:
    ann.put(f"{ann.calendar()}s.ics", event("s@example.com", "RRULE:FREQ=HOURLY"))
    ann.put(f"{ann.calendar()}t.ics", event("t@example.com"))
    prop = f"<D:prop><C:calendar-data>{span('expand', '20200101', '20900101')}</C:calendar-data></D:prop>"
    hrefs = "".join(f"<D:href>{ann.calendar()}{name}.ics</D:href>" for name in "st")
    entries = ann.report(ann.calendar(), "C:calendar-multiget", prop + hrefs).responses()
    assert entries[f"{ann.calendar()}s.ics"].missing == {cal("calendar-data")}
    assert cal("calendar-data") in entries[f"{ann.calendar()}t.ics"].props

"""RFC 4791 §9.7–§9.9: the grammar of CALDAV:filter, over the wire."""

from dataclasses import dataclass

import pytest

from support.dav import Answer, Client, cal

ETAG = "<D:prop><D:getetag/></D:prop>"


@dataclass
class Diary:
    """A calendar with one object for each thing that a filter may ask for."""

    client: Client

    def put(self, name: str, *lines: str, kind: str = "VEVENT") -> None:
        rows = ["BEGIN:VCALENDAR", "VERSION:2.0", "PRODID:-//Example//EN", f"BEGIN:{kind}", f"UID:{name}@example.com"]
        rows += ["DTSTAMP:20261101T000000Z", *lines, f"END:{kind}", "END:VCALENDAR", ""]
        answer = self.client.put(f"{self.client.calendar()}{name}.ics", "\r\n".join(rows).encode())
        assert answer.status == 201, answer.text

    def ask(self, inner: str, more: str = "") -> Answer:
        whole = f'<C:filter><C:comp-filter name="VCALENDAR">{inner}</C:comp-filter></C:filter>{more}'
        return self.client.report(self.client.calendar(), "C:calendar-query", ETAG + whole, Depth="1")

    def find(self, inner: str, more: str = "") -> set[str]:
        hrefs = self.ask(inner, more).responses()
        return {href.rsplit("/", 1)[1].removesuffix(".ics") for href in hrefs}


@pytest.fixture
def diary(ann: Client) -> Diary:
    diary = Diary(ann)
    meeting = ("DTSTART:20261125T100000Z", "DTEND:20261125T110000Z")
    alarm = ("BEGIN:VALARM", "ACTION:DISPLAY", "DESCRIPTION:x", "TRIGGER:-PT15M", "END:VALARM")
    snooze = ("BEGIN:VALARM", "ACTION:AUDIO", "TRIGGER;RELATED=END:PT0S", "REPEAT:3", "DURATION:PT1H", "END:VALARM")
    absolute = ("BEGIN:VALARM", "ACTION:AUDIO", "TRIGGER;VALUE=DATE-TIME:20261201T080000Z", "END:VALARM")
    diary.put("plain", *meeting, "SUMMARY:Größe", "CATEGORIES:Work,Travel", "STATUS:CONFIRMED")
    diary.put("warned", *meeting, "SUMMARY:lunch", *alarm)
    diary.put("snoozed", *meeting, "SUMMARY:Dinner", *snooze)
    diary.put("early", *meeting, *absolute)
    guests = ("ORGANIZER:mailto:bob@example.org", "ATTENDEE;PARTSTAT=ACCEPTED:mailto:bob@example.org")
    diary.put("met", *meeting, *guests, "ATTENDEE;PARTSTAT=NEEDS-ACTION;CN=Cy:mailto:cy@example.org")
    diary.put("todo", "SUMMARY:Due", "DUE:20261125T100000Z", kind="VTODO")
    diary.put("done", "CREATED:20261120T100000Z", "COMPLETED:20261123T100000Z", kind="VTODO")
    diary.put("someday", "SUMMARY:Someday", kind="VTODO")
    diary.put("note", "DTSTART;VALUE=DATE:20261125", kind="VJOURNAL")
    diary.put("undated", "SUMMARY:Thought", kind="VJOURNAL")
    return diary


def comp(name: str, inner: str = "", **attributes: str) -> str:
    more = "".join(f' {key}="{value}"' for key, value in attributes.items())
    return f'<C:comp-filter name="{name}"{more}>{inner}</C:comp-filter>'


def prop(name: str, inner: str = "") -> str:
    return f'<C:prop-filter name="{name}">{inner}</C:prop-filter>'


def param(name: str, inner: str = "") -> str:
    return f'<C:param-filter name="{name}">{inner}</C:param-filter>'


def text(value: str, **attributes: str) -> str:
    more = "".join(f' {key.replace("_", "-")}="{each}"' for key, each in attributes.items())
    return f"<C:text-match{more}>{value}</C:text-match>"


def span(start: str, end: str) -> str:
    return f'<C:time-range start="202611{start}Z" end="202611{end}Z"/>'


ABSENT = "<C:is-not-defined/>"
EVENTS = {"plain", "warned", "snoozed", "early", "met"}


def test_components_can_be_there_or_not_at_each_level(diary: Diary) -> None:
    assert diary.find(comp("VEVENT")) == EVENTS
    assert diary.find(comp("VEVENT", ABSENT)) == {"todo", "done", "someday", "note", "undated"}
    assert diary.find(comp("VEVENT", comp("VALARM"))) == {"warned", "snoozed", "early"}
    assert diary.find(comp("VEVENT", comp("VALARM", ABSENT))) == {"plain", "met"}
    assert diary.find(comp("VEVENT", comp("VALARM", prop("ACTION", text("audio"))))) == {"snoozed", "early"}
    assert diary.find(comp("VEVENT") + comp("VTODO")) == set()


def test_properties_and_parameters_can_be_there_or_not(diary: Diary) -> None:
    assert diary.find(comp("VEVENT", prop("STATUS"))) == {"plain"}
    assert diary.find(comp("VEVENT", prop("SUMMARY", ABSENT))) == {"early", "met"}
    assert diary.find(comp("VEVENT", prop("ATTENDEE", param("CN")))) == {"met"}
    assert diary.find(comp("VEVENT", prop("ATTENDEE", param("CN", ABSENT)))) == {"met"}
    assert diary.find(comp("VEVENT", prop("ORGANIZER", param("CN")))) == set()
    wanted = prop("ATTENDEE", text("cy@example.org") + param("PARTSTAT", text("NEEDS-ACTION")))
    assert diary.find(comp("VEVENT", wanted)) == {"met"}
    # One ATTENDEE must match both: Bob is invited, but has answered.
    wanted = prop("ATTENDEE", text("bob@example.org") + param("PARTSTAT", text("NEEDS-ACTION")))
    assert diary.find(comp("VEVENT", wanted)) == set()


@pytest.mark.parametrize(
    ("match", "found"),
    [
        (text("LUNCH"), {"warned"}),
        (text("LUNCH", collation="i;ascii-casemap"), {"warned"}),
        (text("LUNCH", collation="i;octet"), set()),
        (text("lunch", collation="i;octet"), {"warned"}),
        (text("GRÖSSE"), set()),
        (text("GRÖSSE", collation="i;unicode-casemap"), {"plain"}),
        (text("größe", collation="i;ascii-casemap"), {"plain"}),
        (text("n", negate_condition="yes"), {"plain"}),
        (text("n", negate_condition="no"), {"warned", "snoozed"}),
    ],
)
def test_text_is_matched_by_its_collation(diary: Diary, match: str, found: set[str]) -> None:
    assert diary.find(comp("VEVENT", prop("SUMMARY", match))) == found


def test_a_value_of_several_is_matched(diary: Diary) -> None:
    assert diary.find(comp("VEVENT", prop("CATEGORIES", text("travel")))) == {"plain"}


@pytest.mark.parametrize(
    ("start", "end", "found"),
    [
        ("25T094500", "25T094600", {"warned"}),
        ("25T094400", "25T094500", set()),
        ("25T110000", "25T110001", {"snoozed"}),
        ("25T135900", "25T140001", {"snoozed"}),
        ("25T140100", "25T150000", set()),
        ("25T100000", "25T103000", set()),
    ],
)
def test_an_alarm_is_found_when_it_rings_and_rings_again(diary: Diary, start: str, end: str, found: set[str]) -> None:
    assert diary.find(comp("VEVENT", comp("VALARM", span(start, end)))) == found


def test_an_alarm_at_a_fixed_time_is_found_then(diary: Diary) -> None:
    then = '<C:time-range start="20261201T080000Z" end="20261201T080100Z"/>'
    assert diary.find(comp("VEVENT", comp("VALARM", then))) == {"early"}
    # The event has its own range beside that of the alarm.
    assert diary.find(comp("VEVENT", span("25T000000", "26T000000") + comp("VALARM", then))) == {"early"}
    assert diary.find(comp("VEVENT", span("26T000000", "27T000000") + comp("VALARM", then))) == set()


@pytest.mark.parametrize(
    ("kind", "start", "end", "found"),
    [
        ("VTODO", "25T095900", "25T100000", {"todo", "someday"}),
        ("VTODO", "25T100000", "25T110000", {"someday"}),
        ("VTODO", "19T000000", "19T100000", {"someday"}),
        ("VTODO", "21T000000", "22T000000", {"done", "someday"}),
        ("VTODO", "24T000000", "24T100000", {"someday"}),
        ("VJOURNAL", "25T000000", "25T100000", {"note"}),
        ("VJOURNAL", "26T000000", "27T000000", set()),
    ],
)
def test_tasks_and_journals_are_found_by_their_tables(
    diary: Diary, kind: str, start: str, end: str, found: set[str]
) -> None:
    assert diary.find(comp(kind, span(start, end))) == found


def test_the_time_in_a_property_can_be_asked_for(diary: Diary) -> None:
    assert diary.find(comp("VTODO", prop("COMPLETED", span("23T000000", "24T000000")))) == {"done"}
    assert diary.find(comp("VTODO", prop("COMPLETED", span("24T000000", "25T000000")))) == set()
    assert diary.find(comp("VEVENT", prop("DTSTART", span("25T100000", "25T100001")))) == EVENTS
    diary.put("more", "DTSTART:20261101T100000Z", "RDATE:20261102T100000Z,20261103T100000Z")
    assert diary.find(comp("VEVENT", prop("RDATE", span("03T000000", "04T000000")))) == {"more"}


def test_conditions_may_be_alternatives(diary: Diary) -> None:
    either = prop("STATUS") + prop("ORGANIZER")
    assert diary.find(comp("VEVENT", either, test="anyof")) == {"plain", "met"}
    assert diary.find(comp("VEVENT", either, test="allof")) == set()
    whole = (
        '<C:filter><C:comp-filter name="VCALENDAR" test="anyof"><C:comp-filter name="VTODO"/>'
        '<C:comp-filter name="VJOURNAL"/></C:comp-filter></C:filter>'
    )
    client = diary.client
    found = client.report(client.calendar(), "C:calendar-query", ETAG + whole, Depth="1").responses()
    assert len(found) == 5


NESTED = "".join(comp(f"X-{n}", "").replace("</C:comp-filter>", "") for n in range(10)) + "</C:comp-filter>" * 10


@pytest.mark.parametrize(
    ("inner", "precondition"),
    [
        (comp("VTODO", comp("VEVENT")), "valid-filter"),
        (comp("VALARM"), "valid-filter"),
        (comp("VEVENT", prop("SUMMARY", span("01T000000", "02T000000"))), "valid-filter"),
        (comp("VTIMEZONE", span("01T000000", "02T000000")), "valid-filter"),
        (span("01T000000", "02T000000"), "valid-filter"),
        (comp("VEVENT", test="some"), "valid-filter"),
        (comp("VEVENT", prop("SUMMARY", text("x", negate_condition="maybe"))), "valid-filter"),
        (comp("VEVENT", NESTED), "valid-filter"),
        (comp("VEVENT", prop("SUMMARY") * 501), "valid-filter"),
        (comp("VEVENT", '<C:time-range start="00010101T000000Z"/>'), "min-date-time"),
        (comp("VEVENT", '<C:time-range start="20260101T000000Z" end="99981231T000000Z"/>'), "max-date-time"),
        (comp("VEVENT", prop("SUMMARY", text("x", collation="i;basic"))), "supported-collation"),
        (comp("VEVENT", prop("SUMMARY", "<C:sounds-like>x</C:sounds-like>")), "supported-filter"),
    ],
)
def test_each_refusal_has_its_own_name(diary: Diary, inner: str, precondition: str) -> None:
    answer = diary.ask(inner)
    assert (answer.status, answer.precondition()) == (403, cal(precondition))


def test_a_limit_is_kept_and_said(diary: Diary) -> None:
    """As RFC 6352 §8.6.2 has it for address books."""
    limit = "<D:limit><D:nresults>{}</D:nresults></D:limit>"
    entries = diary.ask(comp("VEVENT"), limit.format(2)).responses()
    assert len(entries) == 3
    assert entries[diary.client.calendar()].status == "HTTP/1.1 507 Insufficient Storage"
    assert len(diary.ask(comp("VEVENT"), limit.format(5)).responses()) == 5
    assert diary.ask(comp("VEVENT"), limit.format(0)).status == 400


def test_an_all_day_event_is_in_the_day_of_the_zone_asked_for(diary: Diary) -> None:
    """§9.8; of the calendar's zone (Europe/London here) where the query names none."""
    diary.put("day", "DTSTART;VALUE=DATE:20261110", "DTEND;VALUE=DATE:20261111")
    evening, morning = span("09T110000", "09T120000"), span("10T110000", "10T120000")
    auckland = "<C:timezone-id>Pacific/Auckland</C:timezone-id>"
    assert diary.find(comp("VEVENT", evening)) == set()
    assert diary.find(comp("VEVENT", evening), auckland) == {"day"}
    assert diary.find(comp("VEVENT", morning)) == {"day"}
    assert diary.find(comp("VEVENT", morning), auckland) == set()


def test_a_hostile_filter_and_a_hostile_series_are_answered(diary: Diary) -> None:
    diary.put("never", "DTSTART:20200101T000000Z", "RRULE:FREQ=DAILY;BYMONTH=2;BYMONTHDAY=30")
    diary.put("often", "DTSTART:20200101T000000Z", "DURATION:PT5M", "RRULE:FREQ=HOURLY")
    found = diary.find(comp("VEVENT", span("25T100000", "25T110000")))
    assert {"plain", "often"} <= found

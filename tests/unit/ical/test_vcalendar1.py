"""vCalendar 1.0 becomes iCalendar 2.0. The rules are the examples of the versit specification (18 September 1996)."""

from datetime import UTC, date, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st
from icalendar import Calendar

from support.as_bytes import each_occurrence, read, validate
from televent.ical.itip.message import read_message
from televent.ical.mending.logical_lines import MAX_LINES, LogicalLine
from televent.ical.mending.readers import Reader, readable
from televent.ical.mending.vcalendar1 import is_vcalendar1, translated
from televent.ical.mending.vcalendar1_people import person
from televent.ical.mending.vcalendar1_rules import rrule
from televent.ical.objects.reading import Instance
from televent.ical.text.errors import IcalError, InvalidCalendarData, TooLarge
from televent.ical.text.tree import parse
from televent.ical.text.values import Moment, written

FRIDAY = datetime(1994, 7, 1, 9)  # noqa: DTZ001 (on the vCalendar's clock)
"""The start that the specification's policies speak of."""
EARLY, LATE = datetime(1990, 1, 1, tzinfo=UTC), datetime(2030, 1, 1, tzinfo=UTC)
NEW_YORK = ("TZ:-05", "DAYLIGHT:TRUE;-04;20260308T020000;20261101T020000;EST;EDT")


def floating(end: Moment) -> str:
    return written(end.replace(tzinfo=None) if isinstance(end, datetime) else end)


def vcalendar(*lines: str, head: tuple[str, ...] = (), start: str = "DTSTART:20261020T090000") -> bytes:
    rows = ["BEGIN:VCALENDAR", "VERSION:1.0", *head, "BEGIN:VEVENT", "UID:1@example.com", start, *lines]
    return "\r\n".join([*rows, "END:VEVENT", "END:VCALENDAR", ""]).encode()


def event(*lines: str, head: tuple[str, ...] = (), start: str = "DTSTART:20261020T090000") -> Instance:
    master = validate(translated(vcalendar(*lines, head=head, start=start))).master
    assert master is not None
    return master


@pytest.mark.parametrize(
    ("said", "means"),
    [
        ("D1 #10", "FREQ=DAILY;COUNT=10"),
        ("D1 19941224T000000Z", "FREQ=DAILY;UNTIL=19941224T000000"),
        ("D2 #0", "FREQ=DAILY;INTERVAL=2"),
        ("D10 #5", "FREQ=DAILY;INTERVAL=10;COUNT=5"),
        ("D4", "FREQ=DAILY;INTERVAL=4;COUNT=2"),
        ("W1 #10", "FREQ=WEEKLY;COUNT=10"),
        ("W1 19941224T000000Z", "FREQ=WEEKLY;UNTIL=19941224T000000"),
        ("W2 #0", "FREQ=WEEKLY;INTERVAL=2"),
        ("W1 TU TH #5", "FREQ=WEEKLY;BYDAY=TU,TH;COUNT=5"),
        ("W2 MO TU #5", "FREQ=WEEKLY;INTERVAL=2;BYDAY=MO,TU;COUNT=5"),
        ("W2 MO WE FR 19941224T000000Z", "FREQ=WEEKLY;INTERVAL=2;BYDAY=MO,WE,FR;UNTIL=19941224T000000"),
        ("MP1 1+ MO", "FREQ=MONTHLY;BYDAY=1MO;COUNT=2"),
        ("MP1 1+ FR #10", "FREQ=MONTHLY;BYDAY=1FR;COUNT=10"),
        ("MP1 1+ FR 19941224T000000Z", "FREQ=MONTHLY;BYDAY=1FR;UNTIL=19941224T000000"),
        ("MP2 1+ SU 1- SU #10", "FREQ=MONTHLY;INTERVAL=2;BYDAY=1SU,-1SU;COUNT=10"),
        ("MP6 2+ MO TU WE TH FR #10", "FREQ=MONTHLY;INTERVAL=6;BYDAY=2MO,2TU,2WE,2TH,2FR;COUNT=10"),
        ("MP1 2- MO #6", "FREQ=MONTHLY;BYDAY=-2MO;COUNT=6"),
        ("MP1 1+ 3+ MO #6", "FREQ=MONTHLY;BYDAY=1MO,3MO;COUNT=6"),
        ("MP1 #3", "FREQ=MONTHLY;BYDAY=1FR;COUNT=3"),
        ("MP1 2+ #3", "FREQ=MONTHLY;BYDAY=2FR;COUNT=3"),
        ("MD1 3- #0", "FREQ=MONTHLY;BYMONTHDAY=-3"),
        ("MD1 2 15 #10", "FREQ=MONTHLY;BYMONTHDAY=2,15;COUNT=10"),
        ("MD1 1 LD #10", "FREQ=MONTHLY;BYMONTHDAY=1,-1;COUNT=10"),
        ("MD1 1 1- #10", "FREQ=MONTHLY;BYMONTHDAY=1,-1;COUNT=10"),
        ("MD18 10 11 12 13 14 15 #10", "FREQ=MONTHLY;INTERVAL=18;BYMONTHDAY=10,11,12,13,14,15;COUNT=10"),
        ("MD1 2- #5", "FREQ=MONTHLY;BYMONTHDAY=-2;COUNT=5"),
        ("MD1 #5", "FREQ=MONTHLY;BYMONTHDAY=1;COUNT=5"),
        ("YM1 6 7 #10", "FREQ=YEARLY;BYMONTH=6,7;BYMONTHDAY=1;COUNT=10"),
        ("YM2 1 2 3 #10", "FREQ=YEARLY;INTERVAL=2;BYMONTH=1,2,3;BYMONTHDAY=1;COUNT=10"),
        ("YM1", "FREQ=YEARLY;COUNT=2"),
        ("YD3 1 100 200 #10", "FREQ=YEARLY;INTERVAL=3;BYYEARDAY=1,100,200;COUNT=10"),
        ("YD1 #2", "FREQ=YEARLY;BYYEARDAY=182;COUNT=2"),
        ("w1 tu #2", "FREQ=WEEKLY;BYDAY=TU;COUNT=2"),
        # The earlier one ends it (policy 3): the tenth day, or the third of July.
        ("D1 #10 19940703T090000", "FREQ=DAILY;UNTIL=19940703T090000"),
        ("D1 #2 19940703T090000", "FREQ=DAILY;COUNT=2"),
        ("FREQ=DAILY;COUNT=3", "FREQ=DAILY;COUNT=3"),
    ],
)
def test_a_rule_of_the_basic_grammar(said: str, means: str) -> None:
    assert rrule(said, FRIDAY, floating) == means


@pytest.mark.parametrize(
    "said",
    ["", "X1", "D0 #3", "D1 MO", "D1 0630 #3", "W1 TU 1200 TH 1130 #10", "W1 XX", "M5 #3", "MD1 32", "MD1 0",
     "MP1 6+ MO",
     "MP1 MO #3 TU", "YM1 13", "YM1 6- #2", "YD1 367", "D1 #x", "D1 #1 #2", "W1 TU$ TH #5", "D1 19940703T090000 #1 2",
     "YM1 6 #10 MP1 1+ MO #2", "D1 " + "#" * 600, "D99999 #1", "D1 #99999999"],
)  # fmt: skip
def test_what_one_rule_cannot_say_is_refused(said: str) -> None:
    with pytest.raises(InvalidCalendarData):
        rrule(said, FRIDAY, floating)


def test_a_fifth_friday_counts_only_where_there_is_one() -> None:
    text = translated(vcalendar("RRULE:MP1 5+ FR #2", start="DTSTART:19940729T090000"))
    starts = sorted(each.start for each in each_occurrence(text, EARLY, LATE))
    assert starts == [datetime(1994, 7, 29, 9), datetime(1994, 9, 30, 9)]  # noqa: DTZ001


def test_a_single_time_in_a_zone_is_an_instant() -> None:
    summer, winter = (
        event("DTEND:20261020T100000", head=NEW_YORK),
        event(head=NEW_YORK, start="DTSTART:20261120T090000"),
    )
    assert (summer.start, summer.end) == (
        datetime(2026, 10, 20, 13, tzinfo=UTC),
        datetime(2026, 10, 20, 14, tzinfo=UTC),
    )
    assert winter.start == datetime(2026, 11, 20, 14, tzinfo=UTC)
    assert summer.tzid is None


def test_a_series_keeps_its_clock_over_the_change() -> None:
    text = translated(vcalendar("RRULE:W1 TU #3", "EXDATE:20261027T090000", head=NEW_YORK))
    starts = sorted(each.start for each in each_occurrence(text, EARLY, LATE))
    assert starts == [datetime(2026, 10, 20, 13, tzinfo=UTC), datetime(2026, 11, 3, 14, tzinfo=UTC)]
    assert len(parse(text).components("VTIMEZONE")) == 1


@pytest.mark.parametrize("head", [(), ("TZ:Somewhere",), ("TZ:+99",), ("DAYLIGHT:FALSE",)])
def test_a_time_without_a_zone_floats(head: tuple[str, ...]) -> None:
    assert event(head=head).start == datetime(2026, 10, 20, 9)  # noqa: DTZ001


@pytest.mark.parametrize(
    ("start", "means"),
    [
        ("DTSTART:20261020", date(2026, 10, 20)),
        ("DTSTART:20261020T090000Z", datetime(2026, 10, 20, 9, tzinfo=UTC)),
        ("DTSTART:20261020T240000Z", datetime(2026, 10, 21, tzinfo=UTC)),
    ],
)
def test_dates_and_times(start: str, means: Moment) -> None:
    assert event(start=start, head=NEW_YORK).start == means


def test_the_end_date_is_written_as_the_start_asks() -> None:
    until = "RRULE:D1 20261022T090000"
    assert event(until).rrule == "FREQ=DAILY;UNTIL=20261022T090000"
    assert event(until, head=NEW_YORK).rrule == "FREQ=DAILY;UNTIL=20261022T130000Z"
    assert event(until, start="DTSTART:20261020").rrule == "FREQ=DAILY;UNTIL=20261022"


def test_texts_are_decoded() -> None:
    master = event(
        "SUMMARY;ENCODING=QUOTED-PRINTABLE;CHARSET=ISO-8859-1:Caf=E9, =\r\nroom 5=0D=0Asecond line",
        "LOCATION;QUOTED-PRINTABLE;CHARSET=x-none:B=C3=BCro",
        "DESCRIPTION:folded where a blank\r\n stands\\; and more\\, C:\\x",
    )
    assert master.summary == "Café, room 5\nsecond line"
    assert master.location == "Büro"
    assert master.description == "folded where a blank stands; and more, C:\\x"


def test_people_and_their_answers() -> None:
    reading = read(
        translated(
            vcalendar(
                "ATTENDEE;ROLE=ORGANIZER;STATUS=CONFIRMED:Ann Lee <ann@example.com>",
                "ATTENDEE;ROLE=ATTENDEE;STATUS=NEEDS ACTION;RSVP=YES;EXPECT=REQUEST:bob@example.com",
                'ATTENDEE;STATUS=DECLINED;EXPECT=FYI:"Cy" <cy@example.com>',
                "ATTENDEE:somebody without an address",
            )
        )
    )
    assert reading.organizer is not None
    assert (reading.organizer.address, reading.organizer.cn) == ("ann@example.com", "Ann Lee")
    assert [(each.address, each.role, each.partstat, each.rsvp) for each in reading.instances()[0].attendees] == [
        ("ann@example.com", "CHAIR", "ACCEPTED", False),
        ("bob@example.com", "OPT-PARTICIPANT", "NEEDS-ACTION", True),
        ("cy@example.com", "NON-PARTICIPANT", "DECLINED", False),
    ]


def test_what_waits_for_an_answer_is_a_request() -> None:
    people = ("ATTENDEE;ROLE=ORGANIZER:ann@example.com", "ATTENDEE;STATUS=SENT:bob@example.com")
    assert read_message(translated(vcalendar(*people))).method == "REQUEST"
    assert read_message(translated(vcalendar(*people), method="CANCEL")).method == "CANCEL"
    assert read_message(translated(vcalendar(people[0]))).method == "PUBLISH"
    assert read_message(translated(vcalendar(people[1]))).method == "PUBLISH"


def test_alarms() -> None:
    text = translated(
        vcalendar(
            "AALARM;TYPE=WAVE;VALUE=URL:20261020T085000;;;file:///mmedia/taps.wav",
            "DALARM:20261020T083000;PT5M;2;Your taxes\\; are due",
            "MALARM:20261020T080000;PT1H;1;ann@example.com;Look here",
            "PALARM:20261020T080000;;;rm",
            "DALARM:nonsense",
            head=NEW_YORK,
        )
    )
    found = [
        {prop.name: prop.value for prop in each.properties} for each in parse(text).components("VEVENT")[0].components()
    ]
    assert found == [
        {"ACTION": "AUDIO", "TRIGGER": "-PT10M"},
        {"ACTION": "DISPLAY", "TRIGGER": "-PT30M", "DESCRIPTION": "Your taxes\\; are due", "DURATION": "PT5M",
         "REPEAT": "2"},
        {"ACTION": "EMAIL", "TRIGGER": "-PT1H", "DESCRIPTION": "Look here", "SUMMARY": "Alarm",
         "ATTENDEE": "mailto:ann@example.com", "DURATION": "PT1H", "REPEAT": "1"},
    ]  # fmt: skip


def test_the_other_properties() -> None:
    text = translated(
        vcalendar(
            "CATEGORIES:MEETING;PHONE CALL", "TRANSP:1", "STATUS:ACCEPTED", "CLASS:PRIVATE", "PRIORITY:1", "SEQUENCE:3",
            "DCREATED:20261001T080000Z", "LAST-MODIFIED:20261002T080000Z", "X-OWN;A=b:c", "RNUM:3", "GEO:1,2",
        )
    )  # fmt: skip
    part = parse(text).components("VEVENT")[0]
    said = {prop.name: prop.value for prop in part.properties}
    assert said == {
        "UID": "1@example.com", "DTSTAMP": "20261002T080000Z", "DTSTART": "20261020T090000",
        "CATEGORIES": "MEETING,PHONE CALL", "TRANSP": "TRANSPARENT", "STATUS": "CONFIRMED", "CLASS": "PRIVATE",
        "PRIORITY": "1", "SEQUENCE": "3", "CREATED": "20261001T080000Z", "LAST-MODIFIED": "20261002T080000Z",
        "X-OWN": "c",
    }  # fmt: skip


def test_a_task() -> None:
    text = vcalendar("DUE:20261021T090000Z", "STATUS:NEEDS ACTION", "SUMMARY:x", start="X-A:1").replace(
        b"VEVENT", b"VTODO"
    )
    reading = validate(translated(text))
    assert reading.component == "VTODO"
    assert reading.instances()[0].status == "NEEDS-ACTION"


def test_a_text_without_a_uid_gets_the_same_one_each_time() -> None:
    bare = vcalendar("SUMMARY:x").replace(b"UID:1@example.com\r\n", b"")
    assert translated(bare) == translated(bare)
    assert validate(translated(bare)).uid.endswith("@vcalendar")
    assert validate(translated(bare)).uid != validate(translated(bare.replace(b":x", b":y"))).uid


def test_a_second_library_finds_no_error_in_it() -> None:
    text = translated(
        vcalendar("RRULE:W1 TU #3", "ATTENDEE:Bob <bob@example.com>", "DALARM:20261020T083000", head=NEW_YORK)
    )
    assert [each.errors for each in Calendar.from_ical(text).walk() if each.errors] == []


@pytest.mark.parametrize(
    "lines",
    [("EXRULE:D1 #3",), ("RRULE:D1 0630 0900 #4",), ("DTEND:tomorrow",), ("RRULE:M5 #3",), ("EXDATE:20261345",),
     ("DTEND:99991231T240000",)],
)  # fmt: skip
def test_what_cannot_be_said_is_refused_and_no_other_reader_tries(lines: tuple[str, ...]) -> None:
    found = readable(vcalendar(*lines))
    assert (found.reader, found.text) == (Reader.NONE, vcalendar(*lines))
    assert found.note.startswith("no reader: vCalendar 1.0: ")


def test_the_version_decides_and_the_label_only_where_it_is_silent() -> None:
    assert is_vcalendar1(vcalendar())
    assert not is_vcalendar1(vcalendar().replace(b":1.0", b":2.0"), labelled=True)
    silent = vcalendar().replace(b"VERSION:1.0\r\n", b"")
    assert (is_vcalendar1(silent), is_vcalendar1(silent, labelled=True)) == (False, True)
    assert readable(vcalendar()).reader is Reader.VCALENDAR1


@pytest.mark.parametrize(
    "text",
    [
        vcalendar(*["X-A:1"] * (MAX_LINES + 1)),
        vcalendar("SUMMARY:" + "x" * 100_000),
        b"BEGIN:VCALENDAR\r\nVERSION:1.0\r\n" + b"BEGIN:VEVENT\r\n" * 20,
        b"BEGIN:VCALENDAR\r\nVERSION:1.0\r\n" + b"BEGIN:VEVENT\r\nEND:VEVENT\r\n" * 1_001 + b"END:VCALENDAR",
        vcalendar() + b"\r" * 1_048_576,
    ],
)
def test_a_text_beyond_the_bounds_is_refused(text: bytes) -> None:
    with pytest.raises(TooLarge):
        translated(text)


@given(st.lists(st.tuples(st.integers(0, 900), st.integers(0, 20), st.binary(max_size=8)), max_size=4))
def test_a_damaged_text_is_translated_or_refused(wounds: list[tuple[int, int, bytes]]) -> None:
    text = vcalendar(
        "SUMMARY;ENCODING=QUOTED-PRINTABLE:a=\r\nb", "RRULE:W1 TU #3", "DALARM:20261020T083000;PT5M;2;x", head=NEW_YORK
    )
    for place, gone, put in wounds:
        text = text[:place] + put + text[place + gone :]
    try:
        made = translated(text)
    except IcalError:
        return
    assert parse(made).components()


@pytest.mark.parametrize("piece", ["QUJD", "<", "< ", "a<"])
def test_a_hostile_attendee_takes_linear_time(piece: str) -> None:
    # An algorithm that takes the square of the length does not end within the time that pytest gives a test.
    assert person(LogicalLine("ATTENDEE", "", piece * 1_000_000), organized=False) == []
    found = person(LogicalLine("ATTENDEE", "", f"{piece * 1_000}>Ann Lee < ann@example.com >"), organized=False)
    assert [(name, value, params["CN"]) for name, value, params in found] == [
        ("ATTENDEE", "mailto:ann@example.com", ["Ann Lee"])
    ]

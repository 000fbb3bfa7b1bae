"""RFC 4791 §7.8–§7.10, §9: calendar-query, calendar-multiget, free-busy-query."""

import pytest

from support.dav import DECLARED, Answer, Client, cal, dav, event

WEEK = '<C:time-range start="20261123T000000Z" end="20261130T000000Z"/>'
DATA = "<D:prop><D:getetag/><C:calendar-data/></D:prop>"
ETAG = "<D:prop><D:getetag/></D:prop>"


def comp(inner: str, name: str = "VEVENT") -> str:
    part = f'<C:comp-filter name="{name}">{inner}</C:comp-filter>'
    return f'<C:filter><C:comp-filter name="VCALENDAR">{part}</C:comp-filter></C:filter>'


def query(client: Client, filters: str, prop: str = ETAG, path: str = "", depth: str = "1") -> Answer:
    return client.report(path or client.calendar(), "C:calendar-query", prop + filters, Depth=depth)


def names(answer: Answer) -> set[str]:
    return {href.rsplit("/", 1)[1].removesuffix(".ics") for href in answer.responses()}


@pytest.fixture
def diary(ann: Client) -> Client:
    """A single event, a weekly one begun long ago, one next year, a task."""
    texts = {
        "single": event("single@example.com", "SUMMARY:Lunch with Bob", "LOCATION:Room 404"),
        "weekly": event(
            "weekly@example.com",
            "SUMMARY:Standup",
            "RRULE:FREQ=WEEKLY",
            start="20250107T090000Z",
            end="20250107T091500Z",
        ),
        "later": event("later@example.com", "SUMMARY:Later", start="20271125T100000Z", end="20271125T110000Z"),
        "task": event("task@example.com", "SUMMARY:Task").replace(b"VEVENT", b"VTODO").replace(b"DTEND", b"DUE"),
    }
    for name, text in texts.items():
        assert ann.put(f"{ann.calendar()}{name}.ics", text).status == 201
    return ann


def test_a_component_alone_gives_all_of_its_kind(diary: Client) -> None:
    assert names(query(diary, comp(""))) == {"single", "weekly", "later"}
    assert names(query(diary, comp("", "VTODO"))) == {"task"}
    assert names(query(diary, comp("", "VJOURNAL"))) == set()
    everything = '<C:filter><C:comp-filter name="VCALENDAR"/></C:filter>'
    assert names(query(diary, everything)) == {"single", "weekly", "later", "task"}


def test_a_time_range_finds_what_recurs_into_it(diary: Client) -> None:
    assert names(query(diary, comp(WEEK))) == {"single", "weekly"}
    assert names(query(diary, comp(WEEK, "VTODO"))) == {"task"}
    assert names(query(diary, comp('<C:time-range start="20270101T000000Z"/>'))) == {"weekly", "later"}
    assert names(query(diary, comp('<C:time-range end="20250601T000000Z"/>'))) == {"weekly"}


def test_text_is_matched_with_and_without_regard_to_case(diary: Client) -> None:
    def summary(match: str) -> str:
        return comp(f'<C:prop-filter name="SUMMARY">{match}</C:prop-filter>')

    assert names(query(diary, summary("<C:text-match>LUNCH</C:text-match>"))) == {"single"}
    assert names(query(diary, summary('<C:text-match collation="i;octet">LUNCH</C:text-match>'))) == set()
    negated = summary('<C:text-match negate-condition="yes">lunch</C:text-match>')
    assert names(query(diary, negated)) == {"weekly", "later"}


def test_what_is_not_defined_can_be_asked_for(diary: Client) -> None:
    missing = comp('<C:prop-filter name="LOCATION"><C:is-not-defined/></C:prop-filter>')
    assert names(query(diary, missing)) == {"weekly", "later"}


def test_the_text_comes_with_the_answer_as_it_was_stored(diary: Client) -> None:
    entry = query(diary, comp('<C:prop-filter name="LOCATION"/>'), DATA).only()
    assert entry.text(cal("calendar-data")).encode() == diary.ask("GET", entry.href).body
    assert entry.text(dav("getetag")) == diary.ask("GET", entry.href).headers["etag"]


def test_occurrences_are_expanded_in_utc(diary: Client) -> None:
    span = '<C:expand start="20261123T000000Z" end="20261207T000000Z"/>'
    prop = f"<D:prop><C:calendar-data>{span}</C:calendar-data></D:prop>"
    match = comp(f'{WEEK}<C:prop-filter name="SUMMARY"><C:text-match>standup</C:text-match></C:prop-filter>')
    text = query(diary, match, prop).only().text(cal("calendar-data"))
    assert [line for line in text.splitlines() if line.startswith("RECURRENCE-ID")] == [
        "RECURRENCE-ID:20261124T090000Z",
        "RECURRENCE-ID:20261201T090000Z",
    ]
    assert "RRULE" not in text


def test_only_the_properties_asked_for_are_given(diary: Client) -> None:
    prop = (
        '<D:prop><C:calendar-data><C:comp name="VCALENDAR"><C:prop name="VERSION"/><C:comp name="VEVENT">'
        '<C:prop name="UID"/></C:comp></C:comp></C:calendar-data></D:prop>'
    )
    text = query(diary, comp('<C:prop-filter name="LOCATION"/>'), prop).only().text(cal("calendar-data"))
    assert text.splitlines() == [
        "BEGIN:VCALENDAR",
        "VERSION:2.0",
        "BEGIN:VEVENT",
        "UID:single@example.com",
        "END:VEVENT",
        "END:VCALENDAR",
    ]


def test_floating_times_are_read_in_the_querys_zone(ann: Client) -> None:
    ann.put(f"{ann.calendar()}f.ics", event("f@example.com", start="20261124T233000", end="20261124T234500"))
    span = '<C:time-range start="20261125T030000Z" end="20261125T050000Z"/>'
    assert names(query(ann, comp(span))) == set()
    zone = (
        "<C:timezone>BEGIN:VCALENDAR\nVERSION:2.0\nPRODID:x\nBEGIN:VTIMEZONE\nTZID:America/New_York\nBEGIN:STANDARD\n"
        "DTSTART:19700101T000000\nTZOFFSETFROM:-0500\nTZOFFSETTO:-0500\nEND:STANDARD\nEND:VTIMEZONE\nEND:VCALENDAR"
        "</C:timezone>"
    )
    assert names(query(ann, comp(span) + zone)) == {"f"}


def test_a_zone_may_be_named_by_the_query_or_by_the_calendar(ann: Client) -> None:
    """RFC 7809 §5.2, §7.2."""
    ann.put(f"{ann.calendar()}f.ics", event("f@example.com", start="20261124T233000", end="20261124T234500"))
    span = '<C:time-range start="20261125T030000Z" end="20261125T050000Z"/>'
    named = query(ann, comp(span) + "<C:timezone-id>America/New_York</C:timezone-id>")
    assert names(named) == {"f"}
    unknown = query(ann, comp(span) + "<C:timezone-id>Nowhere/At_All</C:timezone-id>")
    assert (unknown.status, unknown.precondition()) == (403, cal("valid-timezone"))
    zone = "<D:set><D:prop><C:calendar-timezone-id>America/New_York</C:calendar-timezone-id></D:prop></D:set>"
    ann.ask("PROPPATCH", ann.calendar(), f"<D:propertyupdate {DECLARED}>{zone}</D:propertyupdate>")
    assert names(query(ann, comp(span))) == {"f"}


def test_a_calendar_itself_matches_no_filter_and_the_home_asks_all_calendars(diary: Client) -> None:
    assert query(diary, comp(""), depth="0").responses() == {}
    diary.ask("MKCALENDAR", diary.calendar("work"))
    diary.put(f"{diary.calendar('work')}w.ics", event("w@example.com"))
    assert f"{diary.calendar('work')}w.ics" in query(diary, comp(WEEK), path=diary.home, depth="infinity").responses()
    # The members of the home are calendars, and no events.
    assert query(diary, comp(WEEK), path=diary.home).responses() == {}


@pytest.mark.parametrize(
    ("filters", "precondition"),
    [
        ("", "valid-filter"),
        ("<C:filter/>", "valid-filter"),
        ('<C:filter><C:comp-filter name="VEVENT"/></C:filter>', "valid-filter"),
        (comp("<C:time-range/>"), "valid-filter"),
        (comp('<C:time-range start="20261123T000000"/>'), "valid-filter"),
        (comp('<C:time-range start="20261123T000000Z" end="20261122T000000Z"/>'), "valid-filter"),
        (comp("<C:is-not-defined/><C:prop-filter name='X'/>"), "valid-filter"),
        (comp("<C:prop-filter/>"), "valid-filter"),
        (comp("<C:something/>"), "supported-filter"),
        (
            comp('<C:prop-filter name="X"><C:text-match collation="i;z">y</C:text-match></C:prop-filter>'),
            "supported-collation",
        ),
    ],
)
def test_a_filter_that_is_not_understood_is_refused_by_name(ann: Client, filters: str, precondition: str) -> None:
    answer = query(ann, filters)
    assert (answer.status, answer.precondition()) == (403, cal(precondition))


def test_an_unknown_report_is_refused_by_name(ann: Client) -> None:
    answer = ann.report(ann.calendar(), "D:version-tree", "")
    assert (answer.status, answer.precondition()) == (403, dav("supported-report"))


def multiget(client: Client, *hrefs: str, prop: str = DATA, path: str = "", **headers: str) -> Answer:
    inner = prop + "".join(f"<D:href>{href}</D:href>" for href in hrefs)
    return client.report(path or client.calendar(), "C:calendar-multiget", inner, **headers)


@pytest.mark.parametrize("headers", [{}, {"Depth": "0"}, {"Depth": "1"}])
def test_a_multiget_gives_each_object_and_a_404_for_what_is_missing(diary: Client, headers: dict[str, str]) -> None:
    single, missing = f"{diary.calendar()}single.ics", f"{diary.calendar()}none.ics"
    entries = multiget(diary, single, missing, **headers).responses()
    assert entries[single].text(cal("calendar-data")).encode() == diary.ask("GET", single).body
    assert (entries[missing].status, entries[missing].by_status) == ("HTTP/1.1 404 Not Found", {})


def test_a_multiget_takes_hrefs_however_they_are_spelt(ann: Client) -> None:
    ann.put(f"{ann.calendar()}a%20b@c.ics", event("a@example.com"))
    for href in ("a%20b@c.ics", "a%20b%40c.ics", "%61%20b@c.ics"):
        assert set(multiget(ann, ann.calendar() + href).responses()) == {f"{ann.calendar()}a%20b@c.ics"}
    whole = f"http://127.0.0.1:{ann.site.port}{ann.calendar()}a%20b@c.ics"
    assert set(multiget(ann, whole).responses()) == {f"{ann.calendar()}a%20b@c.ics"}


def test_a_multiget_of_more_than_a_page_and_of_the_home(ann: Client) -> None:
    hrefs = [f"{ann.calendar()}n{number}.ics" for number in range(210)]
    for number in (0, 205):
        ann.put(hrefs[number], event(f"{number}@example.com"))
    entries = multiget(ann, *hrefs, path=ann.home).responses()
    assert [entries[href].status is None for href in hrefs].count(True) == 2
    assert entries[hrefs[205]].props


def test_nobody_elses_objects_come_by_multiget(ann: Client) -> None:
    bob = ann.site.person(102, "Bob")
    bob.put(f"{bob.calendar()}b.ics", event("b@example.com"))
    (entry,) = multiget(ann, f"{bob.calendar()}b.ics").responses().values()
    assert entry.status == "HTTP/1.1 404 Not Found"


def test_an_empty_prop_gives_an_empty_200(diary: Client) -> None:
    entry = multiget(diary, f"{diary.calendar()}single.ics", prop="<D:prop/>").only()
    assert entry.by_status == {"200": set()}


def test_other_calendar_data_is_refused_by_name(diary: Client) -> None:
    prop = '<D:prop><C:calendar-data content-type="application/calendar+json"/></D:prop>'
    answer = multiget(diary, f"{diary.calendar()}single.ics", prop=prop)
    assert (answer.status, answer.precondition()) == (403, cal("supported-calendar-data"))


def test_what_is_wrong_with_the_data_asked_for_is_named_in_a_query_too(diary: Client) -> None:
    for content in ('content-type="text/vcard"', 'version="1.0"'):
        answer = query(diary, comp(""), f"<D:prop><C:calendar-data {content}/></D:prop>")
        assert (answer.status, answer.precondition()) == (403, cal("supported-calendar-data"))
    span = '<D:prop><C:calendar-data><C:expand start="20261123T000000Z"/></C:calendar-data></D:prop>'
    assert query(diary, comp(""), span).status == 400
    assert query(diary, comp(""), path=f"{diary.calendar()}none.ics").status == 404


def test_one_object_can_be_asked_by_itself(diary: Client) -> None:
    single = f"{diary.calendar()}single.ics"
    assert set(query(diary, comp(WEEK), path=single).responses()) == {single}
    assert set(query(diary, comp("", "VTODO"), path=single).responses()) == set()
    assert set(multiget(diary, single, f"{diary.calendar()}weekly.ics", path=single).responses()) == {
        single,
        f"{diary.calendar()}weekly.ics",
    }


def test_characters_of_markup_do_not_break_the_answer(ann: Client) -> None:
    text = event("a@example.com", "SUMMARY:tab \t <&>]]> \x85 \U0001f4c5")
    path = f"{ann.calendar()}a.ics"
    assert ann.put(path, text).status == 201
    assert multiget(ann, path).only().text(cal("calendar-data")) == text.decode()


def test_free_busy_tells_when_and_not_what(diary: Client) -> None:
    answer = diary.report(diary.calendar(), "C:free-busy-query", WEEK, Depth="1")
    assert answer.status == 200
    assert answer.headers["content-type"].startswith("text/calendar")
    lines = [line for line in answer.text.splitlines() if line.startswith("FREEBUSY")]
    assert [line.partition(":")[2] for line in lines] == [
        "20261124T090000Z/20261124T091500Z",
        "20261125T100000Z/20261125T110000Z",
    ]
    assert "Lunch" not in answer.text


def test_free_busy_needs_a_bounded_time(ann: Client) -> None:
    assert ann.report(ann.calendar(), "C:free-busy-query", "").status == 400
    long = '<C:time-range start="20000101T000000Z" end="20500101T000000Z"/>'
    answer = ann.report(ann.calendar(), "C:free-busy-query", long)
    assert (answer.status, answer.precondition()) == (403, dav("number-of-matches-within-limits"))


def test_a_series_beyond_counting_does_not_take_the_others_with_it(diary: Client) -> None:
    bomb = event("bomb@example.com", "RRULE:FREQ=SECONDLY", start="20200101T000000Z", end="20200101T000001Z")
    stored = diary.put(f"{diary.calendar()}bomb.ics", bomb).status
    found = names(query(diary, comp(WEEK), DATA))
    assert {"single", "weekly"} <= found
    assert ("bomb" in found) == (stored == 201)


def test_a_report_needs_a_readable_body(ann: Client) -> None:
    assert ann.ask("REPORT", ann.calendar()).status == 400
    assert ann.ask("REPORT", ann.calendar(), f"<C:calendar-query {DECLARED}").status == 400
    assert query(ann, comp(""), path=ann.calendar("none")).status == 404

"""Many calendar objects as one file: nothing is lost, and each keeps its time."""

from hypothesis import given
from hypothesis import strategies as st

from televent.ical.editing.whole import WholeCalendar
from televent.ical.mending.files import read_file
from televent.ical.objects.calendar_text import CalendarText

PRODID = "-//Example//Whole//EN"


def zone(tzid: str, offset: str) -> str:
    return (
        f"BEGIN:VTIMEZONE\r\nTZID:{tzid}\r\nBEGIN:STANDARD\r\nDTSTART:19700101T000000\r\n"
        f"TZOFFSETFROM:{offset}\r\nTZOFFSETTO:{offset}\r\nEND:STANDARD\r\nEND:VTIMEZONE\r\n"
    )


def event(uid: str, *, tzid: str = "", offset: str = "+0100", title: str = "Sync") -> CalendarText:
    where = f";TZID={tzid}" if tzid else ""
    text = (
        f"BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:-//Example//App//EN\r\n{zone(tzid, offset) if tzid else ''}"
        f"BEGIN:VEVENT\r\nUID:{uid}\r\nDTSTAMP:20261101T080000Z\r\n"
        f"DTSTART{where}:20261201T100000{'' if tzid else 'Z'}\r\n"
        f"SUMMARY:{title}\r\nX-OWN;X-P=1:kept as it is\r\nEND:VEVENT\r\nEND:VCALENDAR\r\n"
    )
    return CalendarText(text.encode())


def whole(*texts: CalendarText, name: str = "Ann, at work") -> bytes:
    writer = WholeCalendar(PRODID)
    return writer.head(name) + b"".join(map(writer.add, texts)) + writer.tail()


def test_an_empty_calendar_is_a_file() -> None:
    assert whole() == (
        b"BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:-//Example//Whole//EN\r\nCALSCALE:GREGORIAN\r\n"
        b"X-WR-CALNAME:Ann\\, at work\r\nEND:VCALENDAR\r\n"
    )


def test_a_zone_stands_once_before_the_first_object_that_names_it() -> None:
    data = whole(*(event(f"{number}@example.com", tzid="Office") for number in range(3)))
    assert data.count(b"BEGIN:VTIMEZONE") == 1
    assert data.index(b"BEGIN:VTIMEZONE") < data.index(b"BEGIN:VEVENT")
    assert data.count(b"X-OWN;X-P=1:kept as it is") == 3


def test_two_zones_of_one_name_keep_their_times() -> None:
    texts = [event("a@example.com", tzid="Office"), event("b@example.com", tzid="Office", offset="-0500")]
    data = whole(*texts, event("c@example.com", tzid="Office", offset="-0500"), event("d@example.com", tzid="Office"))
    assert data.count(b"BEGIN:VTIMEZONE") == 2
    starts = [each.reading.instances()[0].start for each in read_file(data).objects]
    assert [each.utcoffset().total_seconds() / 3600 for each in starts] == [1, -5, -5, 1]  # type: ignore[union-attr]


@given(
    st.lists(
        st.tuples(
            st.sampled_from(["", "Office", "Home", "Europe/Berlin"]), st.sampled_from(["+0100", "-0500", "+0530"])
        ),
        max_size=12,
    )
)
def test_every_object_is_read_back_as_it_was(shapes: list[tuple[str, str]]) -> None:
    texts = [event(f"{number}@example.com", tzid=tzid, offset=offset) for number, (tzid, offset) in enumerate(shapes)]
    found = (
        {each.reading.uid: each.reading.instances()[0] for each in read_file(whole(*texts)).objects} if texts else {}
    )
    for text in texts:
        instance = text.reading.instances()[0]
        assert found[text.reading.uid].start == instance.start
        assert found[text.reading.uid].summary == instance.summary
    assert len(found) == len(texts)

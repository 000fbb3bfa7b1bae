"""Broken mail that our own reader refuses: vobject or the vCalendar 1.0 translator reads it, and it applies."""

from email.message import EmailMessage

import pytest

from support.as_bytes import read
from support.post import PostOffice
from support.town import Person, Town

OUT = "out@example.net"
WHOLE = f"""BEGIN:VCALENDAR
VERSION:2.0
METHOD:REQUEST
BEGIN:VEVENT
UID:{OUT}
DTSTAMP:20261121T130000Z
DTSTART:20261201T100000Z
DTEND:20261201T110000Z
SUMMARY:Lunch\\, at last
ORGANIZER;CN=Zed:mailto:zed@example.net
ATTENDEE;RSVP=TRUE;PARTSTAT=NEEDS-ACTION:mailto:bob@example.com
END:VEVENT
END:VCALENDAR
"""
BROKEN = {
    "groups": "\n".join(f"item1.{line}" for line in WHOLE.splitlines()),
    "parameters on BEGIN": WHOLE.replace("BEGIN:", "BEGIN;X-FROM=gateway:"),
    "no VCALENDAR": WHOLE[WHOLE.index("BEGIN:VEVENT") : WHOLE.index("END:VCALENDAR")],
}
OLD = f"""BEGIN:VCALENDAR
VERSION:1.0
TZ:+01
BEGIN:VEVENT
UID:{OUT}
DTSTART:20261201T100000
DTEND:20261201T110000
SUMMARY;ENCODING=QUOTED-PRINTABLE;CHARSET=ISO-8859-1:Caf=E9 =
at last
ATTENDEE;ROLE=ORGANIZER:Zed <zed@example.net>
ATTENDEE;STATUS=NEEDS ACTION;RSVP=YES:Bob <bob@example.com>
RRULE:W2 TU TH #3
END:VEVENT
END:VCALENDAR
"""


@pytest.fixture
def bob(town: Town) -> Person:
    return town.person("bob")


def take(post: PostOffice, bob: Person, text: str, subtype: str = "calendar", method: str | None = "REQUEST") -> str:
    """The verdict on a mail with this calendar part, taken in as by the listener."""
    mail = EmailMessage()
    mail["From"], mail["To"], mail["Message-ID"] = "Zed <zed@example.net>", bob.address, f"<{subtype}@example.net>"
    params = {"method": method} if method is not None else {}
    mail.set_content(text, subtype=subtype, cte="base64", params=params)
    verdict = post.take(mail.as_bytes(), bob.address)
    return f"{verdict.state}: {verdict.reason}"


@pytest.mark.parametrize("name", BROKEN)
def test_an_invitation_that_only_vobject_reads_is_in_the_calendar(post: PostOffice, bob: Person, name: str) -> None:
    assert take(post, bob, BROKEN[name]) == "applied: REQUEST new; read by vobject"
    reading, whole = read(bob.text(OUT)), read(WHOLE.encode())
    assert reading.organizer == whole.organizer
    for stored, sent in zip(reading.instances(), whole.instances(), strict=True):
        assert (stored.summary, stored.start, stored.end) == (sent.summary, sent.start, sent.end)
        assert stored.attendees == sent.attendees


def test_a_vcalendar_1_is_in_the_calendar(post: PostOffice, bob: Person) -> None:
    assert take(post, bob, OLD, "x-vcalendar", method=None) == "applied: REQUEST new; read by vCalendar 1.0"
    master = read(bob.text(OUT)).master
    assert master is not None
    assert (master.summary, master.rrule) == ("Café at last", "FREQ=WEEKLY;COUNT=3;INTERVAL=2;BYDAY=TU,TH")
    assert b"VERSION:2.0" in bob.text(OUT)


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        (BROKEN["groups"].replace("item1.END:VEVENT\n", ""), "wasn't closed"),
        (BROKEN["groups"].replace("20261201T100000Z", "soon"), "DTSTART has no value of its type"),
        (OLD.replace("W2 TU TH #3", "W2 TU 0900 TH 1000 #3"), "no rule of the basic vCalendar 1.0 grammar"),
    ],
)
def test_what_no_reader_takes_is_refused_with_the_reason(post: PostOffice, bob: Person, text: str, reason: str) -> None:
    verdict = take(post, bob, text)
    assert verdict.startswith("ignored: unreadable calendar: ")
    assert reason in verdict
    assert bob.rows(OUT) == []

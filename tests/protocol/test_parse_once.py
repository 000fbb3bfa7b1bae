"""No text is parsed twice in one request: the door's CalendarText is passed on to the projection."""

from collections.abc import Iterator

import pytest

from support.dav import Client, Site, event
from support.parses import Parses, counted_parses
from support.shares import mounted
from televent.application.use_cases.calendars import agenda
from televent.application.use_cases.scheduling.answer_invitation import answer_invitation
from televent.domain.ids import AccountId

UID = "one@example.com"
ORGANIZER = "ORGANIZER:mailto:ann@example.com"
BOB = "ATTENDEE;PARTSTAT=NEEDS-ACTION:mailto:bob@example.com"
ALARM = ("BEGIN:VALARM", "ACTION:DISPLAY", "DESCRIPTION:Soon", "TRIGGER:-PT5M", "END:VALARM")
EXPANDED = """<D:prop><D:getetag/><C:calendar-data><C:expand start="20261101T000000Z" end="20270101T000000Z"/>
    </C:calendar-data></D:prop><C:filter><C:comp-filter name="VCALENDAR"><C:comp-filter name="VEVENT">{}
    </C:comp-filter></C:comp-filter></C:filter>"""


@pytest.fixture
def parses() -> Iterator[Parses]:
    with counted_parses() as parses:
        yield parses


@pytest.fixture
def bob(site: Site) -> Client:
    return site.person(102, "Bob", "bob@example.com")


def meeting(*lines: str) -> bytes:
    return event(UID, *(lines or ("SUMMARY:Talk",)), ORGANIZER, BOB)


def copy_of(who: Client) -> str:
    (path,) = set(who.propfind(who.calendar(), "D:getetag", depth="1").responses()) - {who.calendar()}
    return path


def test_the_counter_sees_every_parse(ann: Client, parses: Parses) -> None:
    ann.put(f"{ann.calendar()}one.ics", event(UID))
    assert list(parses.texts) == [event(UID)]
    ann.put(f"{ann.calendar()}two.ics", event(UID))
    assert parses.twice == [event(UID)]


def test_a_put_reads_what_was_sent_and_what_stands(ann: Client, parses: Parses) -> None:
    path = f"{ann.calendar()}one.ics"
    with parses.request(most=1):
        assert ann.put(path, event(UID, "RRULE:FREQ=DAILY;COUNT=5")).status == 201
    with parses.request(most=2):
        assert ann.put(path, event(UID, "RRULE:FREQ=DAILY;COUNT=6")).status == 204


def test_an_invitation_reads_the_text_and_the_message(ann: Client, bob: Client, parses: Parses) -> None:
    path = f"{ann.calendar()}one.ics"
    with parses.request(most=2):
        assert ann.put(path, meeting()).status == 201
    # The other two are the stored copies of the organizer and of the guest.
    with parses.request(most=4):
        assert ann.put(path, meeting("SUMMARY:Walk")).status == 204
    assert "SUMMARY:Walk" in bob.ask("GET", copy_of(bob)).text
    with parses.request(most=3):
        assert ann.ask("DELETE", path).status == 204
    assert "STATUS:CANCELLED" in bob.ask("GET", copy_of(bob)).text


def test_a_tap_reads_both_copies_and_the_reply(site: Site, ann: Client, bob: Client, parses: Parses) -> None:
    path = f"{ann.calendar()}one.ics"
    ann.put(path, meeting())
    backend, tenant = site.core.backend, AccountId(bob.tenant)
    (row,) = site.core.reads.by_uid(tenant, UID)
    # The fourth is the card, which shows the copy after the answer.
    with parses.request(most=4):
        answer_invitation(backend, site.context(tenant), stream_id=row.stream_id, partstat="ACCEPTED")
        entry = agenda.event(backend, tenant, row.stream_id)
    assert entry is not None
    assert entry.partstat == "ACCEPTED"
    assert "PARTSTAT=ACCEPTED" in ann.ask("GET", path).text


def test_an_answer_by_a_client_reads_both_copies_what_was_sent_and_the_reply(
    ann: Client, bob: Client, parses: Parses
) -> None:
    ann.put(f"{ann.calendar()}one.ics", meeting())
    theirs = copy_of(bob)
    answer = bob.ask("GET", theirs).text.replace("PARTSTAT=NEEDS-ACTION", "PARTSTAT=DECLINED")
    with parses.request(most=4):
        assert bob.put(theirs, answer.encode()).status == 204
    assert "PARTSTAT=DECLINED" in ann.ask("GET", f"{ann.calendar()}one.ics").text


def test_a_get_parses_nothing_unless_the_answer_is_made_for_it(ann: Client, parses: Parses) -> None:
    path = f"{ann.calendar()}one.ics"
    ann.put(path, event(UID))
    with parses.request(most=0):
        assert ann.ask("GET", path).body == event(UID)
    with parses.request(most=1):
        assert ann.ask("GET", path, CalDAV_Timezones="T").body == event(UID)
    with parses.request(most=1):
        assert b"SUMMARY:Tea" in ann.ask("GET", ann.calendar()).body


@pytest.mark.parametrize(
    "condition",
    [
        '<C:time-range start="20261101T000000Z" end="20270101T000000Z"/>',
        '<C:prop-filter name="SUMMARY"><C:text-match>e</C:text-match></C:prop-filter>',
    ],
)
def test_a_report_reads_each_object_once(ann: Client, parses: Parses, condition: str) -> None:
    ann.put(f"{ann.calendar()}one.ics", event(UID, "SUMMARY:Tea", "RRULE:FREQ=DAILY;COUNT=3"))
    ann.put(f"{ann.calendar()}two.ics", event("two@example.com", "SUMMARY:Lunchtime"))
    with parses.request(most=2):
        answer = ann.report(ann.calendar(), "C:calendar-query", EXPANDED.format(condition), Depth="1")
    assert len(answer.responses()) == 2
    assert answer.text.count("BEGIN:VEVENT") == 4


def test_a_shared_event_is_read_once_to_be_shown_and_to_be_changed(ann: Client, bob: Client, parses: Parses) -> None:
    ann.ask("MKCALENDAR", ann.calendar("work"))
    ann.put(f"{ann.calendar('work')}s.ics", event(UID, "SUMMARY:Tea", *ALARM))
    path = mounted(ann, bob, "read-write") + "s.ics"
    with parses.request(most=1):
        assert "VALARM" not in bob.ask("GET", path).text
    own = [each.replace("-PT5M", "-PT9M") for each in ALARM]
    with parses.request(most=2):
        assert bob.put(path, event(UID, "SUMMARY:Tea", *own)).status == 204
    # The third is the alarm, which is stored beside the text.
    with parses.request(most=3):
        assert bob.put(path, event(UID, "SUMMARY:Lunch", *own)).status == 204
    with parses.request(most=2):
        assert "TRIGGER:-PT9M" in bob.ask("GET", path).text


def test_an_attachment_is_added_to_what_was_read_once(ann: Client, parses: Parses) -> None:
    path = f"{ann.calendar()}one.ics"
    ann.put(path, event(UID))
    with parses.request(most=2):
        added = ann.ask("POST", f"{path}?action=attachment-add", b"hello", Content_Type="text/plain")
    assert added.status == 201
    assert "MANAGED-ID" in ann.ask("GET", path).text


def test_a_move_reads_nothing_and_a_copy_reads_once(ann: Client, parses: Parses) -> None:
    ann.ask("MKCALENDAR", ann.calendar("work"))
    path = f"{ann.calendar()}one.ics"
    ann.put(path, event(UID))
    with parses.request(most=1):
        assert ann.ask("COPY", path, Destination=f"{ann.calendar('work')}one.ics").status == 201
    with parses.request(most=1):
        assert ann.ask("MOVE", path, Destination=f"{ann.calendar()}two.ics").status == 201

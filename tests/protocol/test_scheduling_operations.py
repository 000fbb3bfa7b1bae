"""RFC 6638 §3.2, §7: what a PUT or DELETE of a meeting does, case by case of its tables."""

from __future__ import annotations

import re

import pytest

from support.dav import DECLARED, Client, Site, cal, dav, event

ANN = "mailto:ann@example.com"
ORGANIZER = f"ORGANIZER:{ANN}"


def guest(*params: str) -> str:
    return "".join(("ATTENDEE;PARTSTAT=NEEDS-ACTION", *(f";{each}" for each in params), ":mailto:bob@example.com"))


def meeting(*lines: str, uid: str = "one@example.com") -> bytes:
    return event(uid, "SUMMARY:Talk", ORGANIZER, *(lines or (guest(),)))


@pytest.fixture
def bob(site: Site) -> Client:
    return site.person(102, "Bob", "bob@example.com")


@pytest.fixture
def place(ann: Client) -> str:
    return f"{ann.calendar()}one.ics"


def inbox(who: Client) -> list[str]:
    """The methods of the inbox's messages, the oldest first."""
    found = who.sync(f"{who.home}inbox/", props="<C:calendar-data/>").responses().values()
    texts = [each.text(cal("calendar-data")) for each in found if cal("calendar-data") in each.props]
    return [re.findall(r"METHOD:(\w+)", each)[0] for each in texts]


def copies(who: Client) -> list[str]:
    return sorted(set(who.propfind(who.calendar(), "D:getetag", depth="1").responses()) - {who.calendar()})


def text_of(who: Client, path: str) -> str:
    """The text of the resource, unfolded."""
    answer = who.ask("GET", path)
    assert answer.status == 200
    return answer.text.replace("\r\n ", "")


def attendee(who: Client, path: str, address: str = "bob@example.com") -> str:
    (line,) = [row for row in text_of(who, path).splitlines() if row.startswith("ATTENDEE") and row.endswith(address)]
    return line


@pytest.mark.parametrize("agent", ["CLIENT", "NONE", "X-SOMEONE", "FLAG"])
def test_whose_agent_is_not_the_server_is_told_nothing(ann: Client, bob: Client, place: str, agent: str) -> None:
    """§3.2.1.1, §7.1: unknown agents count as NONE."""
    line = guest(f"SCHEDULE-AGENT={agent}")
    assert ann.put(place, meeting(line)).status == 201
    assert f"SCHEDULE-AGENT={agent}" in attendee(ann, place)
    assert "SCHEDULE-STATUS" not in attendee(ann, place)
    assert ann.ask("DELETE", place).status == 204
    assert (inbox(bob), copies(bob)) == ([], [])


@pytest.mark.parametrize("agent", ["CLIENT", "NONE"])
def test_the_agent_changes_and_with_it_who_is_told(ann: Client, bob: Client, place: str, agent: str) -> None:
    """§3.2.1.2: a change to SERVER sends an invitation, a change from SERVER a cancellation."""
    ann.put(place, meeting(guest(f"SCHEDULE-AGENT={agent}")))
    ann.put(place, meeting(guest("SCHEDULE-AGENT=SERVER")))
    assert inbox(bob) == ["REQUEST"]
    ann.put(place, meeting(guest(f"SCHEDULE-AGENT={agent}")))
    assert inbox(bob) == ["REQUEST", "CANCEL"]


def test_an_event_becomes_a_meeting_and_is_one_no_longer(ann: Client, bob: Client, place: str) -> None:
    """§3.2.3.1: Create and Remove over a resource that exists."""
    plain = event("one@example.com", "SUMMARY:Talk")
    assert ann.put(place, plain).status == 201
    assert "schedule-tag" not in ann.ask("GET", place).headers
    assert ann.put(place, meeting()).status == 204
    assert inbox(bob) == ["REQUEST"]
    assert "schedule-tag" in ann.ask("GET", place).headers
    assert ann.put(place, plain).status == 204
    assert inbox(bob) == ["REQUEST", "CANCEL"]
    assert "schedule-tag" not in ann.ask("GET", place).headers


def test_an_attendee_forces_the_answer_to_be_sent(ann: Client, bob: Client, place: str) -> None:
    """§7.2: the same answer is sent again."""
    ann.put(place, meeting())
    (copy,) = copies(bob)
    text = text_of(bob, copy).replace("PARTSTAT=NEEDS-ACTION", "PARTSTAT=ACCEPTED")
    bob.put(copy, text.encode())
    assert inbox(ann) == ["REPLY"]
    bob.put(copy, text_of(bob, copy).encode())
    assert inbox(ann) == ["REPLY"]
    text = re.sub(r"ORGANIZER(?=[;:])", "ORGANIZER;SCHEDULE-FORCE-SEND=REPLY", text_of(bob, copy))
    bob.put(copy, text.encode())
    assert inbox(ann) == ["REPLY", "REPLY"]
    assert "SCHEDULE-FORCE-SEND" not in text_of(bob, copy)


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("RRULE:FREQ=DAILY;COUNT=3", "RRULE:FREQ=DAILY;COUNT=5"),
        ("RRULE:FREQ=DAILY;COUNT=3", "RRULE:FREQ=WEEKLY;COUNT=3"),
        ("RRULE:FREQ=DAILY;COUNT=3\r\nEXDATE:20261126T100000Z", "RRULE:FREQ=DAILY;COUNT=3"),
        ("X-NO:1", "RDATE:20261127T100000Z"),
        ("X-NO:1", "RRULE:FREQ=DAILY;COUNT=3"),
    ],
)
def test_whatever_adds_or_moves_an_occurrence_asks_again(
    ann: Client, bob: Client, place: str, before: str, after: str
) -> None:
    """§3.2.8."""
    ann.put(place, meeting(guest(), before))
    (copy,) = copies(bob)
    bob.put(copy, text_of(bob, copy).replace("PARTSTAT=NEEDS-ACTION", "PARTSTAT=ACCEPTED").encode())
    assert "PARTSTAT=ACCEPTED" in attendee(ann, place)
    ann.put(place, text_of(ann, place).replace(before, after).encode())
    assert "PARTSTAT=NEEDS-ACTION" in attendee(ann, place)
    assert "PARTSTAT=NEEDS-ACTION" in attendee(bob, copy)


def test_what_takes_an_occurrence_away_asks_nobody_again(ann: Client, bob: Client, place: str) -> None:
    """§3.2.8: a shorter series moves none of the occurrences that it keeps."""
    ann.put(place, meeting(guest(), "RRULE:FREQ=DAILY;COUNT=5"))
    (copy,) = copies(bob)
    bob.put(copy, text_of(bob, copy).replace("PARTSTAT=NEEDS-ACTION", "PARTSTAT=ACCEPTED").encode())
    ann.put(place, text_of(ann, place).replace("COUNT=5", "COUNT=5\r\nEXDATE:20261127T100000Z").encode())
    assert "PARTSTAT=ACCEPTED" in attendee(ann, place)
    assert "RECURRENCE-ID:20261127T100000Z\r\nSTATUS:CANCELLED" in text_of(bob, copy)


def test_an_attendee_whose_client_schedules_tells_nobody_by_deleting(ann: Client, bob: Client, place: str) -> None:
    """§3.2.2.3, §3.2.2.4."""
    ann.put(place, meeting())
    (copy,) = copies(bob)
    text = re.sub(r"ORGANIZER(?=[;:])", "ORGANIZER;SCHEDULE-AGENT=CLIENT", text_of(bob, copy))
    bob.put(copy, text.encode())
    bob.put(copy, text_of(bob, copy).replace("PARTSTAT=NEEDS-ACTION", "PARTSTAT=ACCEPTED").encode())
    bob.ask("DELETE", copy)
    assert inbox(ann) == []


def test_nobody_invites_in_anothers_name(ann: Client, bob: Client) -> None:
    """§11.2: an ORGANIZER line with another person's address schedules nothing; no message is sent."""
    text = event("x@example.com", "SUMMARY:Talk", "ORGANIZER:mailto:bob@example.com", "ATTENDEE:mailto:eve@example.com")
    path = f"{ann.calendar()}x.ics"
    ann.put(path, text.replace(b"eve@example.com", b"bob@example.com"))
    assert (inbox(bob), copies(bob)) == ([], [])
    assert "SCHEDULE-STATUS" not in text_of(ann, path)
    assert "schedule-tag" not in ann.ask("GET", path).headers


def test_a_task_is_given_and_done(ann: Client, bob: Client, place: str) -> None:
    """§3.2.2.1: the attendee may set PERCENT-COMPLETE and COMPLETED; another DUE asks them again."""
    rows = [
        "BEGIN:VCALENDAR",
        "VERSION:2.0",
        "PRODID:x",
        "BEGIN:VTODO",
        "UID:t@example.com",
        "DTSTAMP:20261121T100000Z",
    ]
    rows += ["DUE:20261125T100000Z", "SUMMARY:Report", ORGANIZER, guest(), "END:VTODO", "END:VCALENDAR", ""]
    assert ann.put(place, "\r\n".join(rows).encode()).status == 201
    (copy,) = copies(bob)
    done = text_of(bob, copy).replace("PARTSTAT=NEEDS-ACTION", "PARTSTAT=COMPLETED")
    done = done.replace("END:VTODO", "PERCENT-COMPLETE:100\r\nCOMPLETED:20261124T100000Z\r\nEND:VTODO")
    assert bob.put(copy, done.encode()).status == 204
    assert "PERCENT-COMPLETE:100" in text_of(bob, copy)
    assert "COMPLETED:20261124T100000Z" in text_of(bob, copy)
    assert "PARTSTAT=COMPLETED" in attendee(ann, place)
    ann.put(place, text_of(ann, place).replace("DUE:20261125", "DUE:20261126").encode())
    assert "PARTSTAT=NEEDS-ACTION" in attendee(ann, place)


def test_what_the_default_calendar_does_not_take_comes_to_one_that_does(ann: Client, bob: Client, place: str) -> None:
    """§4.3: most clients make calendars for events only."""
    comp = '<C:supported-calendar-component-set><C:comp name="VEVENT"/></C:supported-calendar-component-set>'
    body = f"<C:mkcalendar {DECLARED}><D:set><D:prop>{comp}</D:prop></D:set></C:mkcalendar>"
    assert bob.ask("MKCALENDAR", bob.calendar("events"), body).status == 201
    value = (
        f"<C:schedule-default-calendar-URL><D:href>{bob.calendar('events')}</D:href></C:schedule-default-calendar-URL>"
    )
    body = f"<D:propertyupdate {DECLARED}><D:set><D:prop>{value}</D:prop></D:set></D:propertyupdate>"
    assert bob.ask("PROPPATCH", f"{bob.home}inbox/", body).status == 207
    ann.put(place, meeting())
    ann.put(f"{ann.calendar()}t.ics", meeting(uid="t").replace(b"VEVENT", b"VTODO").replace(b"DTEND", b"DUE"))
    assert len(copies(bob)) == 1
    assert "BEGIN:VTODO" in text_of(bob, copies(bob)[0])
    assert len(bob.propfind(bob.calendar("events"), "D:getetag", depth="1").responses()) == 2


def test_free_busy_is_not_asked_of_the_inbox(ann: Client) -> None:
    """§2.3."""
    span = '<C:time-range start="20261125T000000Z" end="20261126T000000Z"/>'
    refused = ann.report(f"{ann.home}inbox/", "C:free-busy-query", span, Depth="1")
    assert (refused.status, refused.precondition()) == (403, dav("supported-report"))


def test_a_calendar_with_invitations_can_be_deleted_without_replies(ann: Client, bob: Client, place: str) -> None:
    """§8.1, of each copy in it."""
    for name, header in (("quiet", {"Schedule_Reply": "F"}), ("loud", {})):
        bob.ask("MKCALENDAR", bob.calendar(name))
        value = (
            f"<C:schedule-default-calendar-URL><D:href>{bob.calendar(name)}</D:href></C:schedule-default-calendar-URL>"
        )
        body = f"<D:propertyupdate {DECLARED}><D:set><D:prop>{value}</D:prop></D:set></D:propertyupdate>"
        assert bob.ask("PROPPATCH", f"{bob.home}inbox/", body).status == 207
        ann.put(f"{ann.calendar()}{name}.ics", meeting(uid=name))
        assert bob.ask("PROPPATCH", f"{bob.home}inbox/", body.replace(f"/{name}/", "/default/")).status == 207
        assert bob.ask("DELETE", bob.calendar(name), **header).status == 204
    assert "PARTSTAT=NEEDS-ACTION" in attendee(ann, f"{ann.calendar()}quiet.ics")
    assert "PARTSTAT=DECLINED" in attendee(ann, f"{ann.calendar()}loud.ics")


def test_scheduling_properties_are_no_part_of_allprop(ann: Client, place: str) -> None:
    """§2.1.1, §2.2.1, §2.4, §9."""
    for path in (ann.home, f"{ann.home}inbox/", f"{ann.home}outbox/", ann.calendar()):
        body = f"<D:propfind {DECLARED}><D:allprop/></D:propfind>"
        (entry,) = ann.ask("PROPFIND", path, body, Depth="0").responses().values()
        names = {name.partition("}")[2] for name in entry.props}
        assert not {each for each in names if "schedule" in each or each.startswith("calendar-user")}

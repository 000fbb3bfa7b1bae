"""Sharing in hard cases: erased people, concurrent writes, answers and invitations in another person's name."""

import re
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier
from uuid import UUID

import psycopg
import pytest

from support.dav import DECLARED, NAMESPACES, Answer, Client, Site, dav, event
from support.outbox import let_everyone_ask
from support.outgoing_mail import mails_of
from support.shares import cs, mounted, reply, share
from televent.application.event_store.mapper import FactMapper

ALARM = ("BEGIN:VALARM", "ACTION:DISPLAY", "DESCRIPTION:Tea", "TRIGGER:-PT{}M", "END:VALARM")


@pytest.fixture
def ann(site: Site) -> Client:
    ann = site.person(101, "Ann", "ann@example.com")
    assert ann.ask("MKCALENDAR", ann.calendar("work")).status == 201
    return ann


@pytest.fixture
def bob(site: Site) -> Client:
    return site.person(102, "Bob", "bob@example.com")


@pytest.fixture
def eve(site: Site) -> Client:
    return site.person(103, "Eve", "eve@example.com")


def meeting(*people: str, lines: tuple[str, ...] = ("SUMMARY:Plan",)) -> bytes:
    guests = [f"ATTENDEE;PARTSTAT=NEEDS-ACTION:mailto:{each}@example.com" for each in people[1:]]
    organizer = f"ORGANIZER:mailto:{people[0]}@example.com"
    own = f"ATTENDEE;PARTSTAT=ACCEPTED:mailto:{people[0]}@example.com"
    return event("m@example.com", *lines, organizer, own, *guests)


def members(client: Client, path: str) -> list[str]:
    return [href for href in client.propfind(path, "D:getetag", depth="1").responses() if href != path]


def says(text: str, who: str, recurrence_id: str | None = None) -> str | None:
    """PARTSTAT of an attendee's line, in the series or in one occurrence."""
    parts = [part for part in text.split("BEGIN:VEVENT") if who in part]
    for part in parts:
        if ("RECURRENCE-ID" in part) == (recurrence_id is not None) and (recurrence_id or "") in part:
            (line,) = [line for line in part.split("\r\n") if line.startswith("ATTENDEE") and who in line]
            found = re.search(r"PARTSTAT=([A-Z-]+)", line)
            return found[1] if found else None
    return None


def answered(text: bytes, who: str, partstat: str) -> bytes:
    line = f"ATTENDEE;PARTSTAT={partstat}:mailto:{who}"
    return re.sub(rf"ATTENDEE[^\r]*{who}", line, text.decode()).encode()


# ---- Erasure
def erase(client: Client) -> None:
    """Destroys the person's key, which is how an erasure begins (ADR 11)."""
    core = client.site.core
    facts: FactMapper = core.store.facts
    facts._keys.destroy(client.tenant, core.backend.clock())  # type: ignore[attr-defined]


def test_what_an_erased_person_had_shared_is_gone_at_once(ann: Client, bob: Client) -> None:
    ann.put(ann.calendar("work") + "a.ics", event("a@example.com", "SUMMARY:Salary"))
    path = mounted(ann, bob, "read-write")
    token = bob.sync(path).token()
    # The answer is in the cache now; it must not be sent again after the erasure.
    for _ in range(3):
        assert path in bob.propfind(bob.home, "D:displayname", depth="1").responses()
    erase(ann)
    answers = [
        bob.ask("GET", path + "a.ics"),
        bob.ask("GET", ann.calendar("work") + "a.ics"),
        bob.propfind(path, "D:displayname"),
        bob.sync(path, token),
        bob.put(path + "a.ics", event("a@example.com")),
        bob.put(path + "b.ics", event("b@example.com")),
        bob.ask("DELETE", path + "a.ics"),
        bob.ask("MOVE", path + "a.ics", Destination=bob.calendar() + "a.ics"),
        bob.ask("COPY", path + "a.ics", Destination=bob.calendar() + "a.ics"),
        bob.ask("DELETE", path),
        reply(bob, ann),
    ]
    assert {answer.status for answer in answers} <= {403, 404, 409}
    assert not [answer for answer in answers if b"Salary" in answer.body]
    assert path not in bob.propfind(bob.home, "D:displayname", depth="1").responses()
    # Bob's own calendar works as before.
    assert bob.put(bob.calendar() + "mine.ics", event("mine@example.com")).status == 201


def test_an_erased_sharee_leaves_the_owners_calendar_as_it_is(ann: Client, bob: Client, eve: Client) -> None:
    ann.put(ann.calendar("work") + "a.ics", event("a@example.com"))
    path, hers = mounted(ann, bob, "read-write"), mounted(ann, eve, "read-write")
    alarm = [line.format(10) for line in ALARM]
    bob.put(path + "a.ics", event("a@example.com", "SUMMARY:Tea", *alarm))
    erase(bob)
    assert ann.put(ann.calendar("work") + "a.ics", event("a@example.com", "SUMMARY:New")).status == 204
    assert eve.ask("GET", hers + "a.ics").body == event("a@example.com", "SUMMARY:New")
    assert share(ann, "mailto:bob@example.com").status == 200
    # No request of an erased person is an error of the server.
    for answer in (bob.ask("GET", path + "a.ics"), bob.put(path + "a.ics", event("a@example.com", *alarm))):
        assert answer.status < 500


# ---- Offers
def test_a_person_who_declined_sees_nothing_until_they_accept_the_next_offer(ann: Client, bob: Client) -> None:
    path = mounted(ann, bob, "read-write")
    name = "<D:set><D:prop><D:displayname>Hers</D:displayname></D:prop></D:set>"
    bob.ask("PROPPATCH", path, f"<D:propertyupdate {DECLARED}>{name}</D:propertyupdate>")
    reply(bob, ann, "declined")
    assert share(ann, "mailto:bob@example.com", "read").status == 200
    for method in ("GET", "PROPFIND", "DELETE"):
        assert bob.ask(method, path).status == 404
    assert path not in bob.propfind(bob.home, "D:displayname", depth="1").responses()
    answer = reply(bob, ann)
    assert answer.xml.findtext("D:href", namespaces=NAMESPACES) == path
    # The mount has Bob's old name and the rights of the new offer.
    assert bob.propfind(path, "D:displayname").only().text(dav("displayname")) == "Hers"
    assert bob.put(path + "b.ics", event("b@example.com")).status == 403


# ---- Concurrent requests
def together(*acts: "tuple[Client, str, str, bytes | None, dict[str, str]]") -> list[Answer]:
    gate = Barrier(len(acts))

    def one(act: "tuple[Client, str, str, bytes | None, dict[str, str]]") -> Answer:
        client, method, path, body, headers = act
        gate.wait(30)
        return client.ask(method, path, body, **headers)

    with ThreadPoolExecutor(len(acts)) as pool:
        return list(pool.map(one, acts))


def test_of_two_who_change_the_same_event_at_once_one_is_told_of_the_other(
    ann: Client, bob: Client, eve: Client
) -> None:
    ann.put(ann.calendar("work") + "a.ics", event("a@example.com"))
    paths = {client.user: mounted(ann, client, "read-write") + "a.ics" for client in (bob, eve)}
    for number in range(6):
        acts = []
        for client, minutes in ((bob, 10), (eve, 20)):
            etag = client.ask("GET", paths[client.user]).headers["etag"]
            alarm = [line.format(minutes) for line in ALARM]
            text = event("a@example.com", f"SUMMARY:{client.user} {number}", *alarm)
            acts.append((client, "PUT", paths[client.user], text, {"If_Match": etag, "Content_Type": "text/calendar"}))
        statuses = [answer.status for answer in together(*acts)]
        assert sorted(statuses) == [204, 412]
        winner = (bob, eve)[statuses.index(204)].user
        standing = ann.ask("GET", ann.calendar("work") + "a.ics").body
        assert f"SUMMARY:{winner} {number}".encode() in standing
        assert b"VALARM" not in standing
        for client, own, others in ((bob, b"PT10M", b"PT20M"), (eve, b"PT20M", b"PT10M")):
            seen = client.ask("GET", paths[client.user]).body
            assert f"SUMMARY:{winner} {number}".encode() in seen
            assert others not in seen
            assert (own in seen) or client.user != winner


def test_of_two_who_move_the_same_event_away_at_once_one_has_it(ann: Client, bob: Client, eve: Client) -> None:
    paths = {client.user: mounted(ann, client, "read-write") for client in (bob, eve)}
    for number in range(6):
        name = f"{number}.ics"
        ann.put(ann.calendar("work") + name, event(f"{number}@example.com"))
        acts = [
            (client, "MOVE", paths[client.user] + name, None, {"Destination": client.calendar() + name})
            for client in (bob, eve)
        ]
        statuses = [answer.status for answer in together(*acts)]
        assert sorted(statuses) == [201, 404], statuses
        has = [client.ask("GET", client.calendar() + name).status for client in (bob, eve)]
        assert [status == 200 for status in has] == [status == 201 for status in statuses]
        assert ann.ask("GET", ann.calendar("work") + name).status == 404


def test_what_is_changed_while_it_is_moved_goes_along_or_the_move_fails(ann: Client, bob: Client) -> None:
    path = mounted(ann, bob, "read-write")
    for number in range(6):
        name, uid = f"{number}.ics", f"{number}@example.com"
        ann.put(ann.calendar("work") + name, event(uid, "SUMMARY:Old"))
        new, headers = event(uid, "SUMMARY:New"), {"Content_Type": "text/calendar"}
        moved, put = together(
            (bob, "MOVE", path + name, None, {"Destination": bob.calendar() + name}),
            (ann, "PUT", ann.calendar("work") + name, new, headers),
        )
        assert moved.status == 201
        here, there = ann.ask("GET", ann.calendar("work") + name), bob.ask("GET", bob.calendar() + name)
        # Ann's change is in one of the two: it came before the move and moved too, or after it and made a new object.
        assert put.status in (201, 204)
        assert new in (here.body, there.body)


# ---- Meetings
def test_a_guest_answers_in_the_calendar_of_the_organizer(ann: Client, bob: Client, eve: Client) -> None:
    path = mounted(ann, bob, "read-write")
    ann.put(ann.calendar("work") + "m.ics", meeting("ann", "bob", "eve"))
    (own,) = members(bob, bob.calendar())
    seen = bob.ask("GET", path + "m.ics").body
    assert bob.put(path + "m.ics", answered(seen, "bob@example.com", "ACCEPTED")).status == 204
    for client, place in ((ann, ann.calendar("work") + "m.ics"), (bob, path + "m.ics"), (bob, own)):
        assert says(client.ask("GET", place).text, "bob@example.com") == "ACCEPTED"
    # Bob cannot answer for other attendees.
    seen = bob.ask("GET", path + "m.ics").body
    assert bob.put(path + "m.ics", answered(seen, "eve@example.com", "ACCEPTED")).status == 204
    (hers,) = members(eve, eve.calendar())
    for client, place in ((ann, ann.calendar("work") + "m.ics"), (eve, hers)):
        assert says(client.ask("GET", place).text, "eve@example.com") == "NEEDS-ACTION"


def test_one_occurrence_can_be_answered_there_too(ann: Client, bob: Client) -> None:
    path = mounted(ann, bob, "read-write")
    series = meeting("ann", "bob", lines=("SUMMARY:Plan", "RRULE:FREQ=DAILY;COUNT=3"))
    ann.put(ann.calendar("work") + "m.ics", series)
    (own,) = members(bob, bob.calendar())
    seen = bob.ask("GET", path + "m.ics").body
    (part,) = re.findall(rb"BEGIN:VEVENT.*?END:VEVENT\r\n", seen, re.DOTALL)
    one = re.sub(rb"RRULE[^\r]*\r\n", b"RECURRENCE-ID:20261126T100000Z\r\n", part)
    one = one.replace(b"DTSTART:20261125", b"DTSTART:20261126").replace(b"DTEND:20261125", b"DTEND:20261126")
    both = seen.replace(part, part + answered(one, "bob@example.com", "DECLINED"))
    assert bob.put(path + "m.ics", both).status == 204
    for client, place in ((bob, own), (ann, ann.calendar("work") + "m.ics")):
        text = client.ask("GET", place).text
        assert says(text, "bob@example.com", "20261126T100000Z") == "DECLINED"
        assert says(text, "bob@example.com") == "NEEDS-ACTION"


def messages(site: Site) -> list[str]:
    """The calendar texts that people elsewhere are mailed, the oldest first."""
    query = "SELECT tenant_id, payload FROM outbox WHERE kind = 'calendar_change/1' ORDER BY created_at"
    with psycopg.connect(site.core.conninfo) as connection:
        rows = connection.execute(query).fetchall()
    mails = [mail for tenant, payload in rows for mail in mails_of(site.core, tenant, payload)]
    return [mail.text for mail in mails if mail.recipient == "stranger@example.com"]


def test_what_a_sharee_schedules_goes_out_in_the_owners_name(ann: Client, bob: Client, eve: Client, site: Site) -> None:
    path = mounted(ann, bob, "read-write")
    people = ("ann", "eve", "stranger")
    assert bob.put(path + "m.ics", meeting(*people)).status == 201
    (hers,) = members(eve, eve.calendar())
    assert "ORGANIZER:mailto:ann@example.com" in eve.ask("GET", hers).text
    assert len(messages(site)) == 1
    # An attendee answers the owner, and the owner's copy gets the answer.
    assert eve.put(hers, answered(eve.ask("GET", hers).body, "eve@example.com", "ACCEPTED")).status == 204
    assert says(ann.ask("GET", ann.calendar("work") + "m.ics").text, "eve@example.com") == "ACCEPTED"
    assert members(bob, f"{bob.home}inbox/") == []
    # The sharee's deletion is the owner's cancellation.
    assert bob.ask("DELETE", path + "m.ics").status == 204
    assert len(messages(site)) == 2
    assert "STATUS:CANCELLED" in eve.ask("GET", hers).text or members(eve, eve.calendar()) == []
    assert not [message for message in messages(site) if "bob@example.com" in message or str(bob.tenant) in message]
    assert len([message for message in messages(site) if "ann@example.com" in message]) == 2


def test_who_may_only_read_schedules_nothing(ann: Client, bob: Client, eve: Client, site: Site) -> None:
    path = mounted(ann, bob, "read")
    ann.put(ann.calendar("work") + "m.ics", meeting("ann", "bob"))
    (own,) = members(bob, bob.calendar())
    for text in (meeting("ann", "bob", "eve"), answered(meeting("ann", "bob"), "bob@example.com", "ACCEPTED")):
        refused = bob.put(path + "m.ics", text)
        assert refused.precondition() == dav("need-privileges")
        assert refused.xml.findtext(f".//{dav('href')}") == path + "m.ics"
        assert refused.xml.find(f".//{dav('privilege')}/{dav('write-content')}") is not None
    assert bob.ask("DELETE", path + "m.ics").status == 403
    assert says(bob.ask("GET", own).text, "bob@example.com") == "NEEDS-ACTION"
    assert (members(eve, eve.calendar()), messages(site)) == ([], [])


def free_busy(client: Client, who: str) -> str:
    """The outbox's answer to a free/busy request about ``who`` (RFC 6638 §5)."""
    rows = (
        "BEGIN:VCALENDAR", "VERSION:2.0", "PRODID:x", "METHOD:REQUEST", "BEGIN:VFREEBUSY", "UID:fb@example.com",
        "DTSTAMP:20261121T100000Z", "DTSTART:20261125T000000Z", "DTEND:20261126T000000Z",
        "ORGANIZER:mailto:eve@example.com", f"ATTENDEE:mailto:{who}", "END:VFREEBUSY", "END:VCALENDAR", "",
    )  # fmt: skip
    return client.ask("POST", f"{client.home}outbox/", "\r\n".join(rows), Content_Type="text/calendar").text


def test_others_learn_of_time_in_shared_calendars_only_where_one_says_so(ann: Client, bob: Client, eve: Client) -> None:
    busy = "20261125T100000Z/20261125T110000Z"
    ann.put(ann.calendar("work") + "a.ics", event("a@example.com", "SUMMARY:Salary"))
    path = mounted(ann, bob)
    let_everyone_ask(ann)
    let_everyone_ask(bob)
    assert busy not in free_busy(eve, "bob@example.com")
    inner = "<C:schedule-calendar-transp><C:opaque/></C:schedule-calendar-transp>"
    body = f"<D:propertyupdate {DECLARED}><D:set><D:prop>{inner}</D:prop></D:set></D:propertyupdate>"
    assert bob.ask("PROPPATCH", path, body).status == 207
    shown = free_busy(eve, "bob@example.com")
    assert busy in shown
    assert "Salary" not in shown
    # An event that Bob marks as transparent does not make Bob busy, although it makes the owner busy.
    text = bob.ask("GET", path + "a.ics").body.replace(b"END:VEVENT", b"TRANSP:TRANSPARENT\r\nEND:VEVENT")
    assert bob.put(path + "a.ics", text).status == 204
    assert busy not in free_busy(eve, "bob@example.com")
    assert busy in free_busy(eve, "ann@example.com")


def test_nobody_answers_or_dismisses_for_somebody_else(ann: Client, bob: Client, eve: Client) -> None:
    share(ann, "mailto:bob@example.com")
    assert reply(eve, ann).status == 404
    invite = ann.propfind(ann.calendar("work"), "CS:invite").only().props[cs("invite")]
    assert invite.find(f"{cs('user')}/{cs('invite-noresponse')}") is not None
    inner = f"<CS:invite-accepted/><CS:in-reply-to>{UUID(int=7)}</CS:in-reply-to>"
    forged = f"<CS:invite-reply {DECLARED}>{inner}</CS:invite-reply>"
    assert eve.ask("POST", eve.home, forged).status == 404
    assert eve.ask("POST", bob.home, forged).status == 403

"""The scheduling inbox: RFC 6638 §2.2, §4."""

from __future__ import annotations

import pytest

from support.dav import Answer, Client, Site, cal, dav, event
from televent.adapters.postgres.followers.rebuild import rebuild
from televent.application.use_cases.scheduling import inbox
from televent.application.use_cases.scheduling.receive_itip import Incoming, receive_itip
from televent.domain.ids import AccountId
from televent.ical.itip.message import read_message

ORGANIZER = "ORGANIZER:mailto:ann@example.com"


def guest(partstat: str = "NEEDS-ACTION") -> str:
    return f"ATTENDEE;PARTSTAT={partstat}:mailto:bob@example.com"


def meeting(*lines: str, uid: str = "one@example.com") -> bytes:
    return event(uid, "SUMMARY:Talk", ORGANIZER, "ATTENDEE;PARTSTAT=ACCEPTED:mailto:ann@example.com", guest(), *lines)


@pytest.fixture
def bob(site: Site) -> Client:
    return site.person(102, "Bob", "bob@example.com")


def items(who: Client) -> list[str]:
    """The paths of the messages in a client's inbox, sorted."""
    place = f"{who.home}inbox/"
    return sorted(set(who.propfind(place, "D:getetag", depth="1").responses()) - {place})


def texts(who: Client) -> list[str]:
    return [who.ask("GET", each).text for each in items(who)]


def test_an_invitation_is_a_message_in_the_inbox_beside_the_event(ann: Client, bob: Client) -> None:
    assert items(bob) == []
    assert ann.put(f"{ann.calendar()}one.ics", meeting()).status == 201
    (item,) = items(bob)
    answer = bob.ask("GET", item)
    assert (answer.status, answer.headers["content-type"].partition(";")[0]) == (200, "text/calendar")
    assert "METHOD:REQUEST\r\n" in answer.text
    assert "UID:one@example.com\r\n" in answer.text
    assert answer.headers["etag"]
    assert items(ann) == []


def test_an_answer_is_a_message_to_the_organizer(ann: Client, bob: Client) -> None:
    ann.put(f"{ann.calendar()}one.ics", meeting())
    (copy,) = set(bob.propfind(bob.calendar(), "D:getetag", depth="1").responses()) - {bob.calendar()}
    text = bob.ask("GET", copy).text.replace("PARTSTAT=NEEDS-ACTION", "PARTSTAT=ACCEPTED")
    assert bob.put(copy, text.encode()).status == 204
    (reply,) = texts(ann)
    assert "METHOD:REPLY\r\n" in reply
    assert "PARTSTAT=ACCEPTED" in reply
    assert len(items(bob)) == 1


def test_a_cancellation_is_a_message_too(ann: Client, bob: Client) -> None:
    ann.put(f"{ann.calendar()}one.ics", meeting())
    ann.ask("DELETE", f"{ann.calendar()}one.ics")
    assert sorted(text.partition("METHOD:")[2].partition("\r")[0] for text in texts(bob)) == ["CANCEL", "REQUEST"]


def test_a_message_taken_away_leaves_the_event(ann: Client, bob: Client) -> None:
    ann.put(f"{ann.calendar()}one.ics", meeting())
    (item,) = items(bob)
    assert bob.ask("DELETE", item, **{"If-Match": '"other"'}).status == 412
    assert bob.ask("DELETE", item).status == 204
    assert (items(bob), bob.ask("GET", item).status, bob.ask("DELETE", item).status) == ([], 404, 404)
    assert len(bob.propfind(bob.calendar(), "D:getetag", depth="1").responses()) == 2
    rebuilt = rebuild(bob.site.core.pool, bob.site.core.store.facts, "dav_index", lambda done, total: None)
    assert rebuilt.differing == 0


def test_nothing_can_be_put_into_the_inbox(bob: Client) -> None:
    assert bob.put(f"{bob.home}inbox/mine.ics", event("mine@example.com")).status == 403
    assert bob.ask("MOVE", f"{bob.home}inbox/", Destination=bob.calendar("other")).status == 403
    assert bob.ask("MKCALENDAR", f"{bob.home}inbox/").status in (403, 405)


def test_the_inbox_is_followed_by_its_token(ann: Client, bob: Client) -> None:
    place = f"{bob.home}inbox/"
    start = bob.sync(place)
    assert start.status == 207
    ann.put(f"{ann.calendar()}one.ics", meeting())
    (item,) = items(bob)
    later = bob.sync(place, start.token())
    assert set(later.responses()) == {item}
    assert bob.propfind(place, "D:sync-token").only().text(dav("sync-token")) == later.token()
    bob.ask("DELETE", item)
    assert bob.sync(place, later.token()).responses()[item].status == "HTTP/1.1 404 Not Found"


def test_messages_are_read_by_multiget_and_query(ann: Client, bob: Client) -> None:
    place = f"{bob.home}inbox/"
    ann.put(f"{ann.calendar()}one.ics", meeting())
    (item,) = items(bob)
    wanted = f"<D:prop><D:getetag/><C:calendar-data/></D:prop><D:href>{item}</D:href>"
    got = bob.report(place, "C:calendar-multiget", wanted).responses()[item]
    assert "METHOD:REQUEST" in got.text(cal("calendar-data"))
    filters = '<C:filter><C:comp-filter name="VCALENDAR"><C:comp-filter name="VEVENT"/></C:comp-filter></C:filter>'
    found = bob.report(place, "C:calendar-query", f"<D:prop><D:getetag/></D:prop>{filters}")
    assert set(found.responses()) == {item}


def test_a_message_that_does_not_say_when_is_at_any_time(ann: Client, bob: Client) -> None:
    """RFC 6638 §2.3; iTIP allows a REPLY without DTSTART, and mailed replies have none."""
    ann.put(f"{ann.calendar()}one.ics", meeting())
    lines = ("METHOD:REPLY", "BEGIN:VEVENT", "UID:one@example.com", "DTSTAMP:20261121T110000Z", ORGANIZER)
    rows = ["BEGIN:VCALENDAR", "VERSION:2.0", *lines, guest("ACCEPTED"), "END:VEVENT", "END:VCALENDAR", ""]
    site = ann.site
    context = site.context(AccountId(ann.tenant))
    message = read_message("\r\n".join(rows).encode(), method="REPLY")
    assert receive_itip(site.core.backend, Incoming(context, message)).changed
    (item,) = items(ann)
    assert "DTSTART" not in ann.ask("GET", item).text
    span = '<C:time-range start="20300101T000000Z" end="20300102T000000Z"/>'
    inside = f'<C:comp-filter name="VEVENT">{span}</C:comp-filter>'
    filters = f'<C:filter><C:comp-filter name="VCALENDAR">{inside}</C:comp-filter></C:filter>'
    found = ann.report(f"{ann.home}inbox/", "C:calendar-query", f"<D:prop><D:getetag/></D:prop>{filters}")
    assert set(found.responses()) == {item}


def test_the_inbox_is_no_calendar(ann: Client, bob: Client) -> None:
    """It does not make its owner busy, holds several messages about one UID, and is listed as what it is."""
    ann.put(f"{ann.calendar()}one.ics", meeting())
    ann.put(f"{ann.calendar()}one.ics", meeting("LOCATION:Elsewhere"))
    assert len(items(bob)) == 2
    assert [row.name for row in bob.site.core.backend.reads.calendars(bob.tenant)] == ["default"]
    listed = bob.propfind(bob.home, "D:resourcetype", "CS:getctag", depth="1").responses()[f"{bob.home}inbox/"]
    assert listed.inside(dav("resourcetype")) == {dav("collection"), cal("schedule-inbox")}


def test_an_inbox_keeps_so_many_messages(ann: Client, bob: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(inbox, "MAX_MESSAGES", 3)
    arrived: list[str] = []
    for number in range(6):
        before = set(items(bob))
        ann.put(f"{ann.calendar()}{number}.ics", meeting(uid=f"{number}@example.com"))
        (new,) = set(items(bob)) - before
        arrived.append(new)
        assert set(items(bob)) == set(arrived[-3:])


def test_an_inbox_that_held_too_many_comes_down_to_what_it_keeps(
    ann: Client, bob: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    for number in range(5):
        ann.put(f"{ann.calendar()}{number}.ics", meeting(uid=f"{number}@example.com"))
    monkeypatch.setattr(inbox, "MAX_MESSAGES", 2)
    ann.put(f"{ann.calendar()}last.ics", meeting(uid="last@example.com"))
    assert len(items(bob)) == 2


@pytest.mark.parametrize("level", ["1", "infinite"])
def test_a_client_that_follows_the_home_sees_that_a_message_came(ann: Client, bob: Client, level: str) -> None:
    def follow(token: str = "") -> Answer:
        asked = f"<D:sync-token>{token}</D:sync-token><D:sync-level>{level}</D:sync-level><D:prop><D:getetag/></D:prop>"
        return bob.report(bob.home, "D:sync-collection", asked, Depth="0")

    start = follow()
    shown = bob.propfind(bob.home, "D:sync-token").only().text(dav("sync-token"))
    assert shown == start.token()
    ann.put(f"{ann.calendar()}one.ics", meeting())
    later = follow(start.token())
    (item,) = items(bob)
    inside = {item} if level == "infinite" else set()
    assert {f"{bob.home}inbox/", bob.calendar(), *inside} <= set(later.responses())
    assert set(follow(later.token()).responses()) == set()

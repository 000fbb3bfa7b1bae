"""RFC 6638 §3.2.4.1, §3.2.8; ADR 42: a PUT of one's own meeting into another of one's calendars moves it."""

import pytest

from support.attachments import add, where
from support.dav import Answer, Client, Site, cal, dav, event
from support.shares import mounted
from televent.adapters.postgres.followers.rebuild import rebuild

HERS = ("ORGANIZER:mailto:ann@example.com", "ATTENDEE:mailto:bob@example.com")


@pytest.fixture
def work(ann: Client) -> str:
    assert ann.ask("MKCALENDAR", ann.calendar("work")).status == 201
    return ann.calendar("work")


@pytest.fixture
def bob(site: Site) -> Client:
    return site.person(102, "Bob", "bob@example.com")


def put(client: Client, path: str, text: bytes) -> Answer:
    return client.put(path, text, If_None_Match="*")


def refused(answer: Answer, standing: str) -> bool:
    return (answer.status, answer.precondition()) == (403, cal("unique-scheduling-object-resource")) and [
        each.text for each in answer.xml[0]
    ] == [standing]


def ident(client: Client, path: str) -> str:
    return client.propfind(path, "D:resource-id").only().hrefs(dav("resource-id"))[0]


def test_it_is_the_same_resource_and_both_calendars_tell_it(ann: Client, bob: Client, work: str) -> None:
    source, target = f"{ann.calendar()}a.ics", f"{work}b.ics"
    ann.put(source, event("a@example.com", "SUMMARY:Talk", *HERS))
    was, text = ident(ann, source), ann.ask("GET", source).body
    here, there = ann.sync(ann.calendar()).token(), ann.sync(work).token()
    news = bob.sync(bob.calendar()).token()
    answer = put(ann, target, text)
    got = ann.ask("GET", target)
    assert (answer.status, got.body) == (201, text)
    assert {name: got.headers[name] for name in ("etag", "schedule-tag")} == {
        name: answer.headers[name] for name in ("etag", "schedule-tag")
    }
    assert ident(ann, target) == was
    left, come = ann.sync(ann.calendar(), here).responses(), ann.sync(work, there).responses()
    assert {href: entry.status for href, entry in left.items()} == {source: "HTTP/1.1 404 Not Found"}
    assert {href: entry.text(dav("getetag")) for href, entry in come.items()} == {target: answer.headers["etag"]}
    for headers in ({}, {"If_Match": answer.headers["etag"]}):
        assert ann.ask("DELETE", source, **headers).status == 404
    assert bob.sync(bob.calendar(), news).responses() == {}
    # Back again, under the name that left a tombstone, with a change that is nobody else's business.
    assert put(ann, source, text.replace(b"END:VEVENT", b"CATEGORIES:Mine\r\nEND:VEVENT")).status == 201
    assert (ident(ann, source), ann.ask("GET", target).status) == (was, 404)
    assert bob.sync(bob.calendar(), news).responses() == {}


@pytest.mark.own_database
def test_an_index_made_again_after_it_is_the_same(ann: Client, work: str) -> None:
    text = event("a@example.com", "SUMMARY:Talk", *HERS)
    ann.put(f"{ann.calendar()}a.ics", text)
    assert put(ann, f"{work}a.ics", text.replace(b"SUMMARY:Talk", b"SUMMARY:Walk")).status == 201
    core = ann.site.core
    assert rebuild(core.pool, core.store.facts, "dav_index", lambda done, total: None).differing == 0


def test_its_files_go_along(ann: Client, bob: Client, work: str) -> None:
    source = f"{ann.calendar()}a.ics"
    ann.put(source, event("a@example.com", "SUMMARY:Talk", *HERS))
    added = add(ann)
    assert put(ann, f"{work}a.ics", ann.ask("GET", source).body).status == 201
    assert added.headers["cal-managed-id"].encode() in ann.ask("GET", f"{work}a.ics").body
    for reader in (ann, bob):
        assert reader.ask("GET", where(added)).body == b"agenda"


def test_the_name_must_be_free_and_the_calendar_fit(ann: Client, bob: Client, work: str) -> None:
    source, text = f"{ann.calendar()}a.ics", event("a@example.com", "SUMMARY:Talk", *HERS)
    ann.put(source, text)
    ann.put(f"{work}other.ics", event("other@example.com"))
    assert put(ann, f"{work}other.ics", text).status == 412
    assert refused(ann.put(f"{work}a.ics", text), source)
    # RFC 4791 §5.3.2.1: the same UID in that calendar already.
    ann.put(f"{work}same.ics", event("a@example.com"))
    assert put(ann, f"{work}a.ics", text).precondition() == cal("no-uid-conflict")
    ann.ask("DELETE", f"{work}same.ics")
    copied = ann.ask("COPY", source, Destination=f"{work}a.ics", Overwrite="F")
    assert refused(copied, source)
    assert ann.ask("GET", source).status == 200
    assert put(ann, f"{ann.calendar('none')}a.ics", text).status == 409


def test_an_event_without_people_may_stand_in_two_calendars(ann: Client, work: str) -> None:
    text = event("a@example.com")
    assert put(ann, f"{ann.calendar()}a.ics", text).status == 201
    assert put(ann, f"{work}a.ics", text).status == 201
    for place in (ann.calendar(), work):
        assert ann.ask("GET", f"{place}a.ics").body == text
    assert ann.ask("DELETE", f"{ann.calendar()}a.ics").status == 204
    assert ann.ask("GET", f"{work}a.ics").status == 200


def test_a_sharee_moves_no_meeting_out_of_its_calendar(ann: Client, bob: Client, work: str) -> None:
    """Not even with a text that they know, as a guest: the calendar where it stands may not be shared with them."""
    shared = mounted(ann, bob, "read-write")
    source, text = f"{ann.calendar()}a.ics", event("a@example.com", "SUMMARY:Talk", *HERS)
    ann.put(source, text)
    (theirs,) = [name for name in bob.propfind(bob.calendar(), "D:getetag", depth="1").responses() if "ics" in name]
    for path in (f"{shared}a.ics", f"{work}a.ics"):
        answer = put(bob, path, ann.ask("GET", source).body)
        assert answer.status == 403
        assert bob.ask("GET", path).status == 404
    assert ann.ask("GET", source).status == 200
    assert bob.ask("GET", theirs).status == 200

"""COPY, MOVE and the If header where somebody else's calendar is concerned."""

import pytest

from support.dav import Client, Site, event
from support.shares import mounted


@pytest.fixture
def ann(site: Site) -> Client:
    ann = site.person(101, "Ann", "ann@example.com")
    assert ann.ask("MKCALENDAR", ann.calendar("work")).status == 201
    ann.put(ann.calendar("work") + "a.ics", event("a@example.com"))
    return ann


@pytest.fixture
def bob(site: Site) -> Client:
    return site.person(102, "Bob", "bob@example.com")


def test_nothing_is_moved_out_of_somebody_elses_calendar(ann: Client, bob: Client) -> None:
    path = mounted(ann, bob, "read-write")
    bob.put(bob.calendar() + "mine.ics", event("mine@example.com"))
    for source, target in ((path + "a.ics", bob.calendar() + "a.ics"), (bob.calendar() + "mine.ics", path + "m.ics")):
        assert bob.ask("MOVE", source, Destination=target).status == 403
        assert bob.ask("GET", source).status == 200
        assert bob.ask("GET", target).status == 404
    assert bob.ask("MOVE", path, Destination=bob.calendar("taken"), Depth="infinity").status == 404


def test_inside_it_an_event_can_get_another_name(ann: Client, bob: Client) -> None:
    path = mounted(ann, bob, "read-write")
    bob.put(path + "b.ics", event("b@example.com"))
    assert bob.ask("MOVE", path + "a.ics", Destination=path + "new.ics").status == 201
    assert ann.ask("GET", ann.calendar("work") + "new.ics").body == event("a@example.com")
    assert bob.ask("MOVE", path + "new.ics", Destination=path + "b.ics", Overwrite="F").status == 412
    assert bob.ask("MOVE", path + "gone.ics", Destination=path + "c.ics").status == 404
    assert bob.ask("MOVE", path + "new.ics", Destination=path + "d.ics", If_Match='"old"').status == 412


def test_a_copy_goes_either_way(ann: Client, bob: Client) -> None:
    path = mounted(ann, bob, "read-write")
    assert bob.ask("COPY", path + "a.ics", Destination=bob.calendar() + "a.ics").status == 201
    assert bob.ask("GET", bob.calendar() + "a.ics").body == event("a@example.com")
    assert bob.ask("COPY", path + "a.ics", Destination=bob.calendar() + "a.ics", Overwrite="F").status == 412
    bob.put(bob.calendar() + "b.ics", event("b@example.com"))
    assert bob.ask("COPY", bob.calendar() + "b.ics", Destination=path + "b.ics").status == 201
    assert ann.ask("GET", ann.calendar("work") + "b.ics").status == 200
    assert bob.ask("COPY", path + "a.ics", Destination=bob.calendar("none") + "a.ics").status == 409


def test_for_reading_only_one_may_copy_from_it_and_not_into_it(ann: Client, bob: Client) -> None:
    path = mounted(ann, bob, "read")
    bob.put(bob.calendar() + "b.ics", event("b@example.com"))
    assert bob.ask("COPY", path + "a.ics", Destination=bob.calendar() + "a.ics").status == 201
    assert bob.ask("COPY", bob.calendar() + "b.ics", Destination=path + "b.ics").status == 403
    assert bob.ask("MOVE", path + "a.ics", Destination=path + "b.ics").status == 403
    assert ann.ask("GET", ann.calendar("work") + "b.ics").status == 404


def test_a_copy_brings_no_more_than_is_shown(ann: Client, bob: Client) -> None:
    for name in ("PRIVATE", "CONFIDENTIAL"):
        ann.put(ann.calendar("work") + f"{name}.ics", event(f"{name}@example.com", f"CLASS:{name}", "SUMMARY:Salary"))
    path = mounted(ann, bob, "read-write")
    assert bob.ask("COPY", path + "PRIVATE.ics", Destination=bob.calendar() + "p.ics").status == 404
    assert bob.ask("COPY", path + "CONFIDENTIAL.ics", Destination=bob.calendar() + "c.ics").status == 201
    assert b"Salary" not in bob.ask("GET", bob.calendar() + "c.ics").body
    for name in ("PRIVATE", "CONFIDENTIAL"):
        assert bob.ask("MOVE", path + f"{name}.ics", Destination=path + "x.ics").status == 403
        assert bob.ask("MOVE", path + "a.ics", Destination=path + f"{name}.ics").status == 403


def test_the_if_header_sees_what_the_person_sees(ann: Client, bob: Client) -> None:
    path = mounted(ann, bob, "read-write")
    etag, token = bob.ask("GET", path + "a.ics").headers["etag"], bob.sync(path).token()
    new = event("a@example.com", "SUMMARY:New")
    assert bob.put(path + "a.ics", new, If='(["other"])').status == 412
    assert bob.put(path + "a.ics", new, If=f"<{path}> (<{token}>) ").status == 204
    assert bob.put(path + "a.ics", event("a@example.com"), If=f"<{path}> (<{token}>)").status == 412
    assert bob.put(path + "a.ics", event("a@example.com"), If=f"([{etag}])").status == 412
    assert bob.ask("DELETE", path + "a.ics", If=f"([{bob.ask('GET', path + 'a.ics').headers['etag']}])").status == 204

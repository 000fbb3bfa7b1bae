"""COPY, MOVE and the If header in another person's calendar."""

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


def test_an_event_is_moved_either_way_by_who_may_write(ann: Client, bob: Client) -> None:
    path = mounted(ann, bob, "read-write")
    bob.put(bob.calendar() + "mine.ics", event("mine@example.com", "SUMMARY:Mine"))
    assert bob.ask("MOVE", path + "a.ics", Destination=bob.calendar() + "a.ics").status == 201
    assert bob.ask("GET", bob.calendar() + "a.ics").body == event("a@example.com")
    assert ann.ask("GET", ann.calendar("work") + "a.ics").status == 404
    assert bob.ask("MOVE", bob.calendar() + "mine.ics", Destination=path + "m.ics").status == 201
    assert ann.ask("GET", ann.calendar("work") + "m.ics").body == event("mine@example.com", "SUMMARY:Mine")
    assert bob.ask("GET", bob.calendar() + "mine.ics").status == 404
    # The owner's URL allows the same.
    assert bob.ask("MOVE", ann.calendar("work") + "m.ics", Destination=bob.calendar() + "back.ics").status == 201
    assert ann.ask("GET", ann.calendar("work") + "m.ics").status == 404
    assert bob.ask("MOVE", path, Destination=bob.calendar("taken"), Depth="infinity").status == 404


def test_everybody_who_follows_tokens_sees_what_was_moved(ann: Client, bob: Client, site: Site) -> None:
    eve = site.person(103, "Eve", "eve@example.com")
    path, hers = mounted(ann, bob, "read-write"), mounted(ann, eve)
    bob.put(bob.calendar() + "mine.ics", event("mine@example.com"))
    places = [(ann, ann.calendar("work")), (bob, path), (eve, hers)]
    tokens = [client.sync(place).token() for client, place in places]
    own = bob.sync(bob.calendar()).token()
    assert bob.ask("MOVE", path + "a.ics", Destination=bob.calendar() + "a.ics").status == 201
    assert bob.ask("MOVE", bob.calendar() + "mine.ics", Destination=path + "mine.ics").status == 201
    for (client, place), token in zip(places, tokens, strict=True):
        told = client.sync(place, token).responses()
        assert {href: entry.status for href, entry in told.items()} == {
            place + "a.ics": "HTTP/1.1 404 Not Found",
            place + "mine.ics": None,
        }
    told = bob.sync(bob.calendar(), own).responses()
    assert {href.rpartition("/")[2]: entry.status for href, entry in told.items()} == {
        "a.ics": None,
        "mine.ics": "HTTP/1.1 404 Not Found",
    }


def test_ones_own_alarm_goes_along_and_the_owners_does_not(ann: Client, bob: Client) -> None:
    def tea(minutes: int) -> bytes:
        alarm = ("BEGIN:VALARM", "ACTION:DISPLAY", "DESCRIPTION:Tea", f"TRIGGER:-PT{minutes}M", "END:VALARM")
        return event("a@example.com", "SUMMARY:Tea", *alarm)

    ann.put(ann.calendar("work") + "a.ics", tea(5))
    path = mounted(ann, bob, "read-write")
    bob.put(path + "a.ics", tea(30))
    assert bob.ask("MOVE", path + "a.ics", Destination=bob.calendar() + "a.ics").status == 201
    assert bob.ask("GET", bob.calendar() + "a.ics").body == tea(30)
    assert bob.ask("MOVE", bob.calendar() + "a.ics", Destination=path + "b.ics").status == 201
    assert bob.ask("GET", path + "b.ics").body == tea(30)
    assert b"VALARM" not in ann.ask("GET", ann.calendar("work") + "b.ics").body


def test_between_two_calendars_of_one_owner_it_stays_the_same_event(ann: Client, bob: Client) -> None:
    ann.ask("MKCALENDAR", ann.calendar("play"))
    path, other = mounted(ann, bob, "read-write"), mounted(ann, bob, "read-write", "play")
    alarm = ("BEGIN:VALARM", "ACTION:DISPLAY", "DESCRIPTION:Tea", "TRIGGER:-PT30M", "END:VALARM")
    mine = event("a@example.com", "SUMMARY:Tea", *alarm)
    bob.put(path + "a.ics", mine)

    def ident(place: str) -> list[str]:
        return ann.propfind(place, "D:resource-id").only().hrefs("{DAV:}resource-id")

    before = ident(ann.calendar("work") + "a.ics")
    assert bob.ask("MOVE", path + "a.ics", Destination=other + "b.ics").status == 201
    assert ident(ann.calendar("play") + "b.ics") == before
    assert bob.ask("GET", other + "b.ics").body == mine


def test_a_move_is_refused_whole(ann: Client, bob: Client) -> None:
    path = mounted(ann, bob, "read-write")
    mine, theirs = bob.calendar() + "mine.ics", path + "a.ics"
    bob.put(mine, event("mine@example.com"))
    bob.put(bob.calendar() + "same.ics", event("a@example.com", "SUMMARY:Mine"))
    for source, target, status, headers in (
        # The target calendar has the UID under another name.
        (theirs, bob.calendar() + "a.ics", 403, {}),
        (theirs, mine, 403, {}),
        (theirs, bob.calendar() + "same.ics", 412, {"Overwrite": "F"}),
        (theirs, bob.calendar("none") + "a.ics", 409, {}),
        (theirs, bob.calendar() + "new.ics", 412, {"If_Match": '"old"'}),
        (mine, path + "a.ics", 403, {}),
        (mine, path.replace("shared-", "shared-0")[:-2] + "/m.ics", 409, {}),
        (bob.calendar() + "gone.ics", path + "m.ics", 404, {}),
    ):
        answer = bob.ask("MOVE", source, Destination=target, **headers)
        assert answer.status == status, (source, target, answer.text)
    assert ann.ask("GET", ann.calendar("work") + "a.ics").body == event("a@example.com")
    assert bob.ask("GET", mine).body == event("mine@example.com")
    names = set(bob.propfind(bob.calendar(), "D:getetag", depth="1").responses()) - {bob.calendar()}
    assert names == {mine, bob.calendar() + "same.ics"}
    # A resource with the same UID is overwritten under its own name.
    assert bob.ask("MOVE", theirs, Destination=bob.calendar() + "same.ics").status == 204
    assert bob.ask("GET", bob.calendar() + "same.ics").body == event("a@example.com")


def meeting(uid: str, organizer: str, *guests: str) -> bytes:
    people = [f"ATTENDEE:mailto:{who}@example.com" for who in (organizer, *guests)]
    return event(uid, "SUMMARY:Plan", f"ORGANIZER:mailto:{organizer}@example.com", *people)


def inbox(client: Client) -> set[str]:
    path = f"{client.home}inbox/"
    return set(client.propfind(path, "D:getetag", depth="1").responses()) - {path}


def test_a_meeting_stays_where_its_people_are_and_nobody_is_told_anything(ann: Client, bob: Client, site: Site) -> None:
    eve = site.person(103, "Eve", "eve@example.com")
    path = mounted(ann, bob, "read-write")
    ann.put(ann.calendar("work") + "hers.ics", meeting("hers@example.com", "ann", "eve"))
    bob.put(bob.calendar() + "his.ics", meeting("his@example.com", "bob", "eve"))
    eve.put(eve.calendar() + "asked.ics", meeting("asked@example.com", "eve", "ann"))
    (invited,) = [name for name in ann.propfind(ann.calendar(), "D:getetag", depth="1").responses() if "ics" in name]
    asked = ann.calendar("work") + "asked.ics"
    assert ann.ask("MOVE", invited, Destination=asked).status == 201
    before = {client.user: inbox(client) for client in (ann, bob, eve)}
    for source, target, name in (
        (path + "hers.ics", bob.calendar() + "hers.ics", path + "hers.ics"),
        (path + "asked.ics", bob.calendar() + "asked.ics", path + "asked.ics"),
        (bob.calendar() + "his.ics", path + "his.ics", bob.calendar() + "his.ics"),
    ):
        answer = bob.ask("MOVE", source, Destination=target)
        assert (answer.status, answer.precondition()) == (403, "{DAV:}need-privileges")
        assert answer.xml.findtext(".//{DAV:}href") == name
        assert bob.ask("GET", source).status == 200
        assert bob.ask("GET", target).status == 404
    assert {client.user: inbox(client) for client in (ann, bob, eve)} == before


def test_a_copy_of_a_meeting_makes_nobody_a_party_and_tells_nobody(ann: Client, bob: Client, site: Site) -> None:
    eve = site.person(103, "Eve", "eve@example.com")
    path = mounted(ann, bob, "read-write")
    ann.put(ann.calendar("work") + "hers.ics", meeting("hers@example.com", "ann", "eve"))
    ann.put(ann.calendar("work") + "both.ics", meeting("both@example.com", "ann", "bob"))
    bob.put(bob.calendar() + "his.ics", meeting("his@example.com", "bob", "eve"))
    (own,) = [name for name in bob.propfind(bob.calendar(), "D:getetag", depth="1").responses() if "his" not in name][
        1:
    ]
    assert bob.ask("DELETE", own, Schedule_Reply="F").status == 204
    before = {client.user: inbox(client) for client in (ann, bob, eve)}
    # A copied meeting to which Bob is not invited is a plain event.
    assert bob.ask("COPY", path + "hers.ics", Destination=bob.calendar() + "hers.ics").status == 201
    # A meeting to which Bob is invited has an own copy of Bob's, or Bob has deleted that copy.
    answer = bob.ask("COPY", path + "both.ics", Destination=bob.calendar() + "both.ics")
    assert answer.precondition() == "{urn:ietf:params:xml:ns:caldav}unique-scheduling-object-resource"
    assert bob.ask("COPY", bob.calendar() + "his.ics", Destination=path + "his.ics").status == 403
    assert bob.ask("DELETE", bob.calendar() + "hers.ics").status == 204
    assert {client.user: inbox(client) for client in (ann, bob, eve)} == before
    assert ann.ask("GET", ann.calendar("work") + "hers.ics").status == 200


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
    for method, source, target, place, privilege in (
        ("COPY", bob.calendar() + "b.ics", path + "b.ics", path, "bind"),
        ("MOVE", bob.calendar() + "b.ics", path + "b.ics", path, "bind"),
        ("MOVE", path + "a.ics", bob.calendar() + "c.ics", path + "a.ics", "write"),
        ("MOVE", path + "a.ics", path + "b.ics", path + "a.ics", "write"),
    ):
        answer = bob.ask(method, source, Destination=target)
        assert answer.precondition() == "{DAV:}need-privileges"
        assert answer.xml.findtext(".//{DAV:}href") == place
        assert answer.xml.find(f".//{{DAV:}}privilege/{{DAV:}}{privilege}") is not None
    assert bob.ask("GET", path + "a.ics").status == bob.ask("GET", bob.calendar() + "b.ics").status == 200
    assert ann.ask("GET", ann.calendar("work") + "b.ics").status == 404


def test_a_copy_brings_no_more_than_is_shown(ann: Client, bob: Client) -> None:
    for name in ("PRIVATE", "CONFIDENTIAL"):
        ann.put(ann.calendar("work") + f"{name}.ics", event(f"{name}@example.com", f"CLASS:{name}", "SUMMARY:Salary"))
    path = mounted(ann, bob, "read-write")
    assert bob.ask("COPY", path + "PRIVATE.ics", Destination=bob.calendar() + "p.ics").status == 404
    assert bob.ask("COPY", path + "CONFIDENTIAL.ics", Destination=bob.calendar() + "c.ics").status == 201
    assert b"Salary" not in bob.ask("GET", bob.calendar() + "c.ics").body
    for name in ("PRIVATE", "CONFIDENTIAL"):
        for target in (path + "x.ics", bob.calendar() + "x.ics"):
            answer = bob.ask("MOVE", path + f"{name}.ics", Destination=target)
            assert (answer.status, answer.precondition()) == (403, "{DAV:}need-privileges")
            assert b"Salary" in ann.ask("GET", ann.calendar("work") + f"{name}.ics").body
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


def test_files_stay_where_they_are(ann: Client, bob: Client) -> None:
    path = mounted(ann, bob, "read-write")
    headers = {"Content_Type": "text/plain", "Content_Disposition": 'attachment; filename="a.txt"'}
    added = ann.ask("POST", ann.calendar("work") + "a.ics?action=attachment-add", b"Agenda", **headers)
    assert added.status == 201
    url = added.headers["location"]
    assert bob.ask("COPY", path + "a.ics", Destination=bob.calendar() + "a.ics").status == 201
    copied = bob.ask("GET", bob.calendar() + "a.ics").text.replace("\r\n ", "")
    assert "MANAGED-ID" not in copied
    assert url in copied
    # A move would lose the own parts together with the event that they belong to.
    assert bob.ask("DELETE", bob.calendar() + "a.ics").status == 204
    assert bob.ask("MOVE", path + "a.ics", Destination=bob.calendar() + "a.ics").status == 403
    assert bob.ask("GET", bob.calendar() + "a.ics").status == 404
    assert "MANAGED-ID" in ann.ask("GET", ann.calendar("work") + "a.ics").text

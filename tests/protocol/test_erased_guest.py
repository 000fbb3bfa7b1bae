"""A calendar app after a guest, or the organizer, was erased: it syncs, reads, writes and deletes as before."""

from dataclasses import dataclass

import pytest

from support.dav import Client, Site
from support.town import meeting
from televent.application.use_cases.people.accounts import erase_account
from televent.runtime.workers.grace import forget_one

pytestmark = pytest.mark.own_database

ANN, BOB, CAT = "ann@example.com", "bob@example.com", "cat@example.com"


@dataclass
class Copy:
    """A meeting in somebody's calendar. ``token``: the sync token before the erasure."""

    path: str
    token: str
    etag: str
    text: bytes


@pytest.fixture
def bob(site: Site) -> Client:
    return site.person(102, "Bob", BOB)


@pytest.fixture
def cat(site: Site) -> Client:
    return site.person(103, "Cat", CAT)


def erased(site: Site, who: Client, *others: Client) -> list[list[Copy]]:
    """Erases a person, and returns the meetings of the others as they were before."""
    before = [copies(each) for each in others]
    erase_account(site.core.backend, site.context(who.tenant))
    while forget_one(site.core):
        pass
    return before


def copies(who: Client) -> list[Copy]:
    listed = who.sync(who.calendar())
    found = []
    for href in listed.responses():
        answer = who.ask("GET", href)
        found.append(Copy(href, listed.token(), answer.headers["etag"], answer.body))
    return found


def test_a_guest_of_the_erased_organizer_goes_on(site: Site, ann: Client, bob: Client, cat: Client) -> None:
    text = meeting(people=(ANN, BOB, CAT), organizer=ANN)
    assert ann.put(f"{ann.calendar()}m.ics", text).status == 201
    for was in [each for (each,) in erased(site, ann, bob, cat)]:
        who = bob if str(bob.tenant) in was.path else cat
        assert list(who.sync(who.calendar(), was.token).responses()) == [was.path]
        now = who.ask("GET", was.path)
        assert now.headers["etag"] != was.etag
        assert (b"Deleted user" in now.body, b"ann@example.com" in now.body.lower()) == (True, False)
        assert who.put(was.path, was.text, If_Match=was.etag).status == 412
        own = now.body.replace(b"PARTSTAT=NEEDS-ACTION", b"PARTSTAT=ACCEPTED")
        assert who.put(was.path, own, If_Match=now.headers["etag"]).status == 204
        assert b"SCHEDULE-STATUS" not in who.ask("GET", was.path).body
        assert who.ask("DELETE", was.path).status == 204
    assert site.core.outbox.listed(["pending", "failed", "undeliverable"]) == []


def test_the_organizer_of_an_erased_guest_goes_on(site: Site, ann: Client, bob: Client, cat: Client) -> None:
    path = f"{bob.calendar()}m.ics"
    assert bob.put(path, meeting(people=(ANN, BOB, CAT), organizer=BOB)).status == 201
    ((mine,), (hers,)) = erased(site, ann, bob, cat)
    assert list(bob.sync(bob.calendar(), mine.token).responses()) == [path]
    now = bob.ask("GET", path)
    later = now.body.replace(b"20261201T10", b"20261201T14").replace(b"20261201T11", b"20261201T15")
    assert bob.put(path, later, If_Match=now.headers["etag"]).status == 204
    assert b"20261201T14" in cat.ask("GET", hers.path).body
    # The app leaves our parameter out: still nothing is sent, and nothing is refused.
    now = bob.ask("GET", path)
    bare = now.body.replace(b";SCHEDULE-AGENT=NONE", b"").replace(b"SUMMARY:Sync", b"SUMMARY:Bare")
    assert bob.put(path, bare, If_Match=now.headers["etag"]).status == 204
    assert b"SUMMARY:Bare" in cat.ask("GET", hers.path).body
    assert bob.ask("DELETE", path).status == 204
    assert b"STATUS:CANCELLED" in cat.ask("GET", hers.path).body
    kinds = {each["kind"].partition("/")[0] for each in site.core.outbox.listed(["pending", "failed", "undeliverable"])}
    assert kinds <= {"itip_local"}

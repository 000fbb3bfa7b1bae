"""A change that one process has acknowledged is in the next answer of the other, also where it knows an older one."""

from __future__ import annotations

import itertools
from collections.abc import Iterator

import pytest

from support.dav import Answer, Client, Site, dav, event, open_site
from support.shares import mounted, unshare
from televent.application.use_cases.people.devices import revoke_device

IDS = itertools.count(101)
ROUNDS = 60
MANY_ROUNDS = 5_000


@pytest.fixture(scope="module")
def processes(module_database_url: str) -> Iterator[tuple[Site, Site]]:
    with open_site(module_database_url) as one, open_site(module_database_url) as other:
        yield one, other


@pytest.fixture
def both(processes: tuple[Site, Site]) -> tuple[Client, Client]:
    """A new person's clients at the two processes."""
    one, other = processes
    person = one.person(next(IDS))
    return person, Client(other, person.tenant, person.user, person.password)


def poll(client: Client, path: str) -> Answer:
    return client.propfind(path, "CS:getctag", "D:sync-token")


def play(both: tuple[Client, Client], rounds: int) -> None:
    """In each round one process writes and the other reads, by turns; at each moment both know older answers."""
    path = both[0].calendar()
    name = path + "a.ics"
    token = both[0].sync(path).token()
    for number in range(rounds):
        writer, reader = both[number % 2], both[(number + 1) % 2]
        summary = f"SUMMARY:Round {number}"
        assert writer.put(name, event("a@example.com", summary)).status in (201, 204)
        changed = reader.sync(path, token)
        assert set(changed.responses()) == {name}, number
        newer = poll(reader, path).only().text(dav("sync-token")) or ""
        assert newer == changed.token() != token, number
        for client in (reader, writer, reader):
            assert summary.encode() + b"\r\n" in client.ask("GET", name).body, number
            assert client.sync(path, newer).responses() == {}, number
        token = newer


def test_a_write_by_one_process_is_in_the_next_answer_of_the_other(both: tuple[Client, Client]) -> None:
    play(both, ROUNDS)


@pytest.mark.long
def test_five_thousand_writes_by_one_process_are_in_the_next_answers_of_the_other(both: tuple[Client, Client]) -> None:
    play(both, MANY_ROUNDS)


@pytest.mark.parametrize("known", [0, 1, 2])
def test_a_revoked_password_ends_every_read_at_both(
    processes: tuple[Site, Site], both: tuple[Client, Client], known: int
) -> None:
    """``known``: how often each process has given the answers before."""
    path, site = both[0].calendar(), processes[0]
    both[0].put(path + "a.ics", event("a@example.com"))
    token = both[0].sync(path).token()

    def statuses(client: Client) -> list[int]:
        return [client.ask("GET", path + "a.ics").status, poll(client, path).status, client.sync(path, token).status]

    for _ in range(known):
        assert [statuses(client) for client in both] == [[200, 207, 207]] * 2
    (device,) = site.core.backend.people.account(both[0].tenant).devices
    revoke_device(site.core.backend, site.context(both[0].tenant), device_id=device.device_id)
    assert [statuses(client) for client in both] == [[401] * 3] * 2


def test_a_withdrawn_share_ends_every_read_at_both(processes: tuple[Site, Site], both: tuple[Client, Client]) -> None:
    one, other = processes
    bob = one.person(next(IDS), "Bob", "never-stale@example.com")
    there = Client(other, bob.tenant, bob.user, bob.password)
    ann = both[0]
    ann.ask("MKCALENDAR", ann.calendar("work"))
    path = mounted(ann, bob)
    ann.put(ann.calendar("work") + "a.ics", event("a@example.com"))
    paths = (path, ann.calendar("work"))
    for client in (bob, there) * 2:
        for each in paths:
            assert (client.ask("GET", each + "a.ics").status, poll(client, each).status) == (200, 207)
    unshare(ann, "mailto:never-stale@example.com")
    for client in (bob, there):
        for each, gone in zip(paths, (404, 403), strict=True):
            assert (client.ask("GET", each + "a.ics").status, poll(client, each).status) == (gone, gone)


def test_a_calendar_made_again_under_its_name_shows_nothing_of_the_old_one(both: tuple[Client, Client]) -> None:
    here, there = both
    path = here.calendar("again")
    seen: set[str] = set()
    for number in range(4):
        assert here.ask("MKCALENDAR", path).status == 201
        assert there.ask("GET", path + "a.ics").status == 404
        assert here.put(path + "a.ics", event("a@example.com", f"SUMMARY:Number {number}")).status == 201
        assert f"Number {number}".encode() in there.ask("GET", path + "a.ics").body
        token = poll(there, path).only().text(dav("sync-token")) or ""
        assert token not in seen
        # A token of a calendar that is gone belongs to no calendar, whatever its name.
        assert {there.sync(path, old).status for old in seen} <= {403}
        assert there.sync(path, token).responses() == {}
        seen.add(token)
        assert here.ask("DELETE", path).status == 204
        assert (there.ask("GET", path + "a.ics").status, poll(there, path).status) == (404, 404)
        assert there.sync(path, token).status == 404


def test_an_owner_whose_key_is_destroyed_leaves_the_home_of_others(
    processes: tuple[Site, Site], both: tuple[Client, Client]
) -> None:
    """The key goes first; the owner's rows may be deleted later."""
    one, other = processes
    bob = one.person(next(IDS), "Bob", "keyless-owner@example.com")
    there = Client(other, bob.tenant, bob.user, bob.password)
    both[0].ask("MKCALENDAR", both[0].calendar("work"))
    path = mounted(both[0], bob)

    def shown(client: Client) -> bool:
        return path in client.propfind(client.home, "CS:getctag", depth="1").responses()

    assert [shown(client) for client in (bob, there) * 2] == [True] * 4
    one.core.keys.destroy(both[0].tenant, one.core.backend.clock())
    assert [shown(client) for client in (bob, there)] == [False] * 2

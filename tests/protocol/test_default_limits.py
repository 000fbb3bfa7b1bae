"""With the default limits: what Thunderbird and KDE send for an import, at full speed."""

import threading
from collections import Counter
from collections.abc import Callable, Iterator

import pytest

from support.dav import Client, Site, event
from support.whole import open_whole

pytestmark = pytest.mark.own_database

EVENTS = 500
CONNECTIONS = 6
"""Thunderbird's max connections to one server."""


@pytest.fixture
def site(database_url: str) -> Iterator[Site]:
    with open_whole(database_url, TELEVENT_RATE_LIMITS="on") as whole:
        yield whole.site


def at_full_speed(
    ann: Client, connections: int, act: Callable[[Client, int], Iterator[int]], events: int = EVENTS
) -> Counter[int]:
    """The statuses of all requests that ``act`` makes for the events, on several connections at once."""
    statuses: list[int] = []

    def run(first: int) -> None:
        client = Client(ann.site, ann.tenant, ann.user, ann.password)
        for number in range(first, events, connections):
            statuses.extend(act(client, number))

    threads = [threading.Thread(target=run, args=(first,)) for first in range(connections)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return Counter(statuses)


def without_credentials(client: Client, number: int) -> Iterator[int]:
    """The first PUT of each event, before Thunderbird has seen a challenge. All of them are in its queue by then."""
    yield client.ask("PUT", f"{client.calendar()}{number}.ics", event(f"{number}@example.com"), login=False).status


def as_thunderbird(client: Client, number: int) -> Iterator[int]:
    """A new event: PUT, then a multiget of it."""
    href = f"{client.calendar()}{number}.ics"
    yield client.put(href, event(f"{number}@example.com"), If_None_Match="*").status
    wanted = f"<D:prop><D:getetag/><C:calendar-data/></D:prop><D:href>{href}</D:href>"
    yield client.report(client.calendar(), "C:calendar-multiget", wanted, Depth="1").status


def as_kde(client: Client, number: int) -> Iterator[int]:
    """A new event: PUT, then GET, each without credentials first."""
    href = f"{client.calendar()}{number}.ics"
    text = event(f"{number}@example.com")
    yield client.ask("PUT", href, text, login=False, If_None_Match="*").status
    yield client.put(href, text, If_None_Match="*").status
    yield client.ask("GET", href, login=False).status
    yield client.ask("GET", href).status


def test_thunderbird_imports_500_events(site: Site) -> None:
    ann = site.person(101)
    assert at_full_speed(ann, CONNECTIONS, without_credentials) == {401: EVENTS}
    assert at_full_speed(ann, CONNECTIONS, as_thunderbird) == {201: EVENTS, 207: EVENTS}
    assert len(ann.propfind(ann.calendar(), "D:getetag", depth="1").responses()) == EVENTS + 1


def test_kde_imports_500_events_though_half_of_its_requests_are_not_signed_in(site: Site) -> None:
    ann = site.person(101)
    statuses = at_full_speed(ann, 1, as_kde)
    assert statuses == {401: 2 * EVENTS, 201: EVENTS, 200: EVENTS}


def test_those_who_guess_get_429_and_a_person_at_the_same_address_goes_on(site: Site) -> None:
    ann = site.person(101)
    guesses = Client(site, ann.tenant, ann.user, "wrong")
    assert any(guesses.propfind(ann.home, "D:displayname").status == 429 for _ in range(1_000))
    assert ann.propfind(ann.home, "D:displayname").status == 207


def test_beyond_the_burst_an_app_becomes_slower_and_a_crowd_is_refused(database_url: str) -> None:
    def poll(client: Client, number: int) -> Iterator[int]:
        yield client.propfind(client.home, "D:displayname").status

    with open_whole(database_url, TELEVENT_RATE_LIMITS="on", TELEVENT_RATE_CALDAV_BURST="50") as whole:
        ann = whole.site.person(101)
        assert at_full_speed(ann, CONNECTIONS, poll, 60) == {207: 60}
        crowd = at_full_speed(ann, 40, poll, 80)
        assert set(crowd) == {207, 429}
        again = ann.propfind(ann.home, "D:displayname")
        assert again.status == 207 or int(again.headers["retry-after"]) >= 1

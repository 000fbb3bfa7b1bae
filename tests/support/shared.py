"""One site or town for all tests of a module, with accounts of their own for each test.

A test that reads the rows of all tenants, changes the schema or counts what the server keeps in memory is marked
``own_database``: it gets a site or town of its own.
"""

from collections.abc import Iterator

import pytest

from support.dav import Client, Site, open_site
from support.town import NOON, Town, open_town
from support.waiting import wait_until
from televent.runtime.compose import Core, now

NAMES = ("account", "address", "device", "telegram_username")
"""Tables in which a name is unique among all tenants, or in which people are found."""

WORK = (
    "outbox",
    "inbound_mail",
    "reply_token",
    "push_subscription",
    "code_mail",
    "reminder",
    "digest",
    "search_mark",
    "pending_account",
)
"""Tables from which a worker, or a test in its place, takes rows of all tenants."""

TO_THE_END = """
    UPDATE consumer SET holder = NULL, lease_until = NULL,
        position = greatest(position, (SELECT max(position) FROM event))"""
"""Moves followers to the end of the log, so that none processes the facts of an earlier test."""

SHARED_FIXTURES = frozenset({"site", "town", "chats"})


@pytest.fixture(scope="module")
def module_site(module_database_url: str) -> Iterator[Site]:
    """The server that most tests of a module share."""
    with open_site(module_database_url) as site:
        yield site


@pytest.fixture
def site(request: pytest.FixtureRequest) -> Iterator[Site]:
    """A server without accounts."""
    if needs_own_database(request):
        with open_site(request.getfixturevalue("database_url")) as own:
            yield own
        return
    shared: Site = request.getfixturevalue("module_site")
    yield shared
    shared.disconnect()
    wait_until(lambda: not shared.server.server_state.tasks, what="every request of the test has ended")
    leave(shared.core)
    lies, shared.door.lies = shared.door.lies, []
    assert lies == []


@pytest.fixture
def ann(site: Site) -> Client:
    return site.person(101, "Ann", "ann@example.com")


@pytest.fixture(scope="module")
def module_town(module_database_url: str) -> Iterator[Town]:
    """The town that most tests of a module share."""
    with open_town(module_database_url) as town:
        yield town


@pytest.fixture
def town(request: pytest.FixtureRequest) -> Iterator[Town]:
    """A town without people. Its clock shows noon, and new people have the choices of the product."""
    if needs_own_database(request):
        with open_town(request.getfixturevalue("database_url")) as own:
            yield own
        return
    shared: Town = request.getfixturevalue("module_town")
    shared.now = NOON
    shared.strangers = None
    yield shared
    leave(shared.core)


def leave(core: Core) -> None:
    """Frees every Telegram id and address, drops pending messages, takes followers to the end of the log, and sets
    the clock right.

    So the next test's people are new. Calendars and events of earlier people stay, as those of other tenants do.
    """
    with core.pool.connection() as connection:
        for table in (*NAMES, *WORK):
            connection.execute(f"DELETE FROM {table}".encode())  # noqa: S608
        connection.execute(TO_THE_END)
    core.backend.clock = now


def needs_own_database(request: pytest.FixtureRequest) -> bool:
    """True for a test that is marked ``own_database``."""
    return request.node.get_closest_marker("own_database") is not None


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Runs the tests of a module that share a site on one worker: another worker would open a second site."""
    for item in items:
        if not SHARED_FIXTURES.isdisjoint(getattr(item, "fixturenames", ())) and not item.get_closest_marker(
            "xdist_group"
        ):
            item.add_marker(pytest.mark.xdist_group(item.nodeid.partition("::")[0]))

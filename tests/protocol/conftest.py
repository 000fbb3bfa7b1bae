"""A server with one person, Ann."""

from collections.abc import Iterator

import pytest

from support.dav import Client, Site, open_site


@pytest.fixture
def site(database_url: str) -> Iterator[Site]:
    with open_site(database_url) as site:
        yield site


@pytest.fixture
def ann(site: Site) -> Client:
    return site.person(101, "Ann", "ann@example.com")

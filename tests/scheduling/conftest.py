"""One server and one database for all scenarios of a worker; each scenario has its own people."""

from collections.abc import Iterator

import pytest

from support.dav import Site, open_site
from support.postgres import TestServer, as_url


@pytest.fixture(scope="session")
def town_hall(postgres_server: TestServer, migrated_template: str) -> Iterator[Site]:
    """The server that scenarios are played on."""
    name = postgres_server.create(template=migrated_template)
    with open_site(as_url(postgres_server.to(name))) as site:
        yield site
    postgres_server.drop(name)

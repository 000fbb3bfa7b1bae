"""Data directories for tests that start their own servers; the mail listener of a town, and where its mails lead."""

import shutil
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from support.killing import kill, server_processes
from support.mail_cards import Web, open_web
from support.post import OtherServer, PostOffice, open_other_server, open_post_office
from support.town import Town


@pytest.fixture
def home(tmp_path: Path) -> Iterator[Path]:
    """A data directory that does not exist yet. Afterwards any server left on it is ended, and it is removed."""
    home = tmp_path / "home"
    yield home
    kill(*server_processes(home))
    shutil.rmtree(home, ignore_errors=True)


@pytest.fixture
def post(town: Town) -> Iterator[PostOffice]:
    with open_post_office(town) as post:
        yield post


@pytest.fixture
def web(town: Town) -> Iterator[Web]:
    """The server of the links in mails, which counts no requests. It goes by the town's clock."""
    town.core.backend.clock = lambda: town.now
    settings = town.core.settings.model_copy(update={"rate_limits": "off"})
    with open_web(replace(town.core, settings=settings)) as web:
        yield web


@pytest.fixture
def other(town: Town) -> Iterator[OtherServer]:
    """The mail server of the outer world. Mails are sent by the town's clock."""
    town.core.backend.clock = lambda: town.now
    with open_other_server() as other:
        yield other

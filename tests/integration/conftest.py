"""Data directories for tests that start their own servers, and the mail listener of a town."""

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from support.killing import kill, server_processes
from support.post import PostOffice, open_post_office
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

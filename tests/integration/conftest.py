"""Data directories for tests that start servers of their own, and the post office of a town."""

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from support.killing import kill, server_processes
from support.post import PostOffice, open_post_office
from support.town import Town


@pytest.fixture
def home(tmp_path: Path) -> Iterator[Path]:
    """A data directory not made yet; whatever server is left on it is ended, and it is removed."""
    home = tmp_path / "home"
    yield home
    kill(*server_processes(home))
    shutil.rmtree(home, ignore_errors=True)


@pytest.fixture
def post(town: Town) -> Iterator[PostOffice]:
    with open_post_office(town) as post:
        yield post

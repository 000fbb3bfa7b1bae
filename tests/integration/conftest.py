"""Data directories for tests that start servers of their own."""

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from support.killing import kill, server_processes


@pytest.fixture
def home(tmp_path: Path) -> Iterator[Path]:
    """A data directory not made yet; whatever server is left on it is ended, and it is removed."""
    home = tmp_path / "home"
    yield home
    kill(*server_processes(home))
    shutil.rmtree(home, ignore_errors=True)

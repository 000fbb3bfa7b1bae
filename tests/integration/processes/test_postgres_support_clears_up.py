"""A test run clears up the server and the files of an earlier run that was killed."""

from pathlib import Path

import pytest

from support.killing import kill, postmaster, server_processes, start_writing
from support.postgres import clear_up_after_killed_run
from televent.adapters.postgres.embedded import EmbeddedPostgres

pytestmark = pytest.mark.long


def test_the_server_and_files_of_a_killed_run_are_removed(home: Path) -> None:
    program = start_writing(home)
    assert program.stdout is not None
    program.stdout.readline()
    kill(program.pid)
    program.stdout.close()
    program.wait()
    assert server_processes(home)
    clear_up_after_killed_run(home)
    assert not home.exists()


def test_a_run_that_lives_is_left_alone(home: Path) -> None:
    with EmbeddedPostgres() as server:
        server.start(home)
        running = server_processes(home)
        clear_up_after_killed_run(home)
        assert postmaster(home) in server_processes(home) & running
        assert home.exists()


def test_an_empty_directory_is_removed(home: Path) -> None:
    home.mkdir()
    clear_up_after_killed_run(home)
    assert not home.exists()

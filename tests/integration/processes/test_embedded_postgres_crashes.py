"""The embedded server after kill -9, in every order in which processes can be killed."""

import os
import threading
from pathlib import Path

import psycopg
import pytest

from support.killing import kill, postmaster, server_processes, start_writing
from support.waiting import wait_until
from televent.adapters.postgres.embedded import EmbeddedPostgres, EmbeddedPostgresError
from televent.adapters.postgres.embedded.server import start_lock
from televent.adapters.postgres.embedded.watch import Watch
from televent.adapters.postgres.pool import LivePool, open_pool
from televent.application.outage import Outage

pytestmark = pytest.mark.long


def numbers_in(url: str) -> set[int]:
    with psycopg.connect(url) as connection:
        return {row[0] for row in connection.execute("SELECT n FROM written")}


def test_every_acknowledged_row_survives_kill_9_of_everything_in_the_middle_of_writes(home: Path) -> None:
    acknowledged: set[int] = set()
    for turn in range(3):
        program = start_writing(home, turn * 10_000_000)
        assert program.stdout is not None
        acknowledged |= {int(program.stdout.readline()) for _ in range(400)}
        kill(program.pid, *server_processes(home))
        # The numbers acknowledged just before the kill are still in the pipe.
        acknowledged |= {int(line) for line in program.stdout}
        program.stdout.close()
        program.wait()
    assert len(acknowledged) >= 1200
    with EmbeddedPostgres() as server:
        assert acknowledged - numbers_in(server.start(home)) == set()


def test_a_server_whose_supervisor_was_killed_is_adopted_with_its_writers_data_and_stopped(home: Path) -> None:
    program = start_writing(home)
    assert program.stdout is not None
    first = int(program.stdout.readline())
    kill(program.pid)
    program.stdout.close()
    program.wait()
    running = postmaster(home)
    with EmbeddedPostgres() as server:
        assert first in numbers_in(server.start(home))
        assert postmaster(home) == running
        assert server.stop() is True
    assert server_processes(home) == set()


def test_backends_left_by_a_killed_postmaster_are_gone_before_the_next_server_starts(home: Path) -> None:
    server = EmbeddedPostgres(revive=False)
    url = server.start(home)
    with psycopg.connect(url) as connection:
        # A backend that computes does not notice that its postmaster died.
        busy = threading.Thread(target=compute_for_ever, args=(connection,))
        busy.start()
        pid = connection.info.backend_pid
        wait_until(lambda: state_of(url, pid) == "active", what="the backend computes")
        kill(postmaster(home))
        assert pid in server_processes(home)
        assert server.start(home) == url
        assert pid not in server_processes(home)
        busy.join()
    server.stop()


def compute_for_ever(connection: psycopg.Connection[tuple[int]]) -> None:
    with pytest.raises(psycopg.OperationalError):
        connection.execute("SELECT count(*) FROM generate_series(1, 1000000000000)")


def state_of(url: str, pid: int) -> str | None:
    with psycopg.connect(url) as connection:
        row = connection.execute("SELECT state FROM pg_stat_activity WHERE pid = %s", [pid]).fetchone()
        return row[0] if row else None


def kept(pool: LivePool) -> tuple[object, ...] | None:
    try:
        with pool.connection() as connection:
            return connection.execute("SELECT text FROM note").fetchone()
    except Outage:
        return None


def test_a_server_killed_while_it_is_used_comes_back_by_itself_and_so_do_the_pools(home: Path) -> None:
    with EmbeddedPostgres() as server:
        url = server.start(home)
        with open_pool(url, 1, 4) as pool:
            with pool.connection() as connection:
                connection.execute("CREATE TABLE note AS SELECT 'kept' AS text")
            before = postmaster(home)
            kill(*server_processes(home))
            # A caller that comes meanwhile waits for PATIENCE at most, and a busy machine may take longer.
            assert wait_until(lambda: kept(pool), what="the pool is back") == ("kept",)
            assert postmaster(home) != before
    assert server_processes(home) == set()


def test_a_server_that_was_stopped_does_not_come_back(home: Path) -> None:
    revived: list[str] = []
    watch = Watch(lambda: False, lambda: revived.append("again"), interval=0.001)
    watch.start()
    wait_until(lambda: revived, what="the watch revives")
    watch.end()
    watch.join()
    server = EmbeddedPostgres()
    server.start(home)
    running = server._watch
    assert running is not None
    server.stop()
    running.join()
    assert server_processes(home) == set()


def test_a_killed_backend_does_not_end_the_server(home: Path) -> None:
    with EmbeddedPostgres() as server:
        url = server.start(home)
        with psycopg.connect(url) as connection:
            kill(connection.info.backend_pid)
        assert server.start(home) == url
        with psycopg.connect(url) as connection:
            assert connection.execute("SELECT 1").fetchone() == (1,)


@pytest.mark.parametrize("content", ["{us}\n", "{us}\n/elsewhere\n1\n5432\n/nowhere\n", "", "4194303\n", "garbage"])
def test_a_pid_file_left_behind_is_not_believed(home: Path, content: str) -> None:
    server = EmbeddedPostgres()
    url = server.start(home)
    server.stop()
    left = home / "cluster" / "postmaster.pid"
    left.write_text(content.format(us=os.getpid()))
    os.chown(left, (home / "cluster").stat().st_uid, -1)
    assert server.start(home) == url
    server.stop()


def test_a_killed_server_leaves_no_shared_memory_once_the_next_has_started(home: Path) -> None:
    def segments() -> set[str]:
        lines = Path("/proc/sysvipc/shm").read_text().splitlines()[1:]
        return {line.split()[1] for line in lines}

    server = EmbeddedPostgres(revive=False)
    server.start(home)
    # Line 7 of postmaster.pid: key and number of the shared memory.
    segment = (home / "cluster" / "postmaster.pid").read_text().splitlines()[6].split()[1]
    # The postmaster goes first: when it sees a killed backend, it makes new shared memory.
    kill(postmaster(home), *server_processes(home))
    assert segment in segments()
    server.start(home)
    assert segment not in segments()
    server.stop()


def test_a_creation_cut_short_is_done_again(home: Path) -> None:
    partial = home / "cluster.partial"
    partial.mkdir(parents=True)
    (partial / "PG_VERSION").write_text("18")
    with EmbeddedPostgres() as server, psycopg.connect(server.start(home)) as connection:
        assert connection.execute("SELECT 1").fetchone() == (1,)
    assert not partial.exists()


def test_another_clusters_server_is_not_taken_for_ours(home: Path) -> None:
    ours, theirs = EmbeddedPostgres(), EmbeddedPostgres()
    ours.start(home / "ours")
    theirs_url = theirs.start(home / "theirs")
    ours.stop()
    pid_file = (home / "theirs" / "cluster" / "postmaster.pid").read_text()
    left = home / "ours" / "cluster" / "postmaster.pid"
    left.write_text(pid_file)
    os.chown(left, (home / "ours" / "cluster").stat().st_uid, -1)
    assert ours.start(home / "ours") != theirs_url
    assert postmaster(home / "ours") != postmaster(home / "theirs")
    assert ours.stop() is True
    with psycopg.connect(theirs_url) as connection:
        assert connection.execute("SELECT 1").fetchone() == (1,)
    theirs.stop()


def test_a_start_that_waits_for_another_gives_up_with_a_sentence(home: Path) -> None:
    home.mkdir()
    with (
        start_lock(home).exclusive(1),
        pytest.raises(EmbeddedPostgresError, match="another process has been starting or stopping"),
    ):
        EmbeddedPostgres(timeout=0.1).start(home)

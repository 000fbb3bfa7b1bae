"""The embedded server in use: initialized, shared by processes, left, stopped."""

import os
import stat
import threading
from pathlib import Path

import psycopg
import pytest
from psycopg.conninfo import make_conninfo

from support.killing import postmaster, server_processes
from televent.adapters.postgres.embedded import EmbeddedPostgres, EmbeddedPostgresError
from televent.adapters.postgres.embedded.account import named_account
from televent.adapters.postgres.embedded.binaries import installations

pytestmark = pytest.mark.long


def ask(url: str, query: str) -> object:
    with psycopg.connect(url) as connection:
        row = connection.execute(query.encode()).fetchone()
        assert row is not None
        return row[0]


def write_down(url: str, text: str) -> None:
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute("CREATE TABLE note (text text)")
        connection.execute("INSERT INTO note VALUES (%s)", [text])


def test_what_was_written_is_there_after_stop_and_start(home: Path) -> None:
    server = EmbeddedPostgres()
    write_down(server.start(home), "kept")
    assert server.stop() is True
    assert server_processes(home) == set()
    with server:
        assert ask(server.start(home), "SELECT text FROM note") == "kept"


def test_commits_reach_the_disk(home: Path) -> None:
    with EmbeddedPostgres() as server:
        url = server.start(home)
        assert [ask(url, f"SHOW {name}") for name in ("fsync", "synchronous_commit", "full_page_writes")] == ["on"] * 3
        assert ask(url, "SHOW data_checksums") == "on"


def test_only_the_owner_of_the_password_file_gets_in(home: Path) -> None:
    with EmbeddedPostgres() as server:
        url = server.start(home)
        assert stat.S_IMODE((home / "password").stat().st_mode) == 0o600
        assert stat.S_IMODE((home / "cluster").stat().st_mode) == 0o700
        assert stat.S_IMODE((home / "server.log").stat().st_mode) == 0o600
        for wrong in ("guess", ""):
            with pytest.raises(psycopg.OperationalError, match="password"):
                psycopg.connect(make_conninfo(url, password=wrong), passfile="/dev/null")
        assert ask(url, "SHOW listen_addresses") == ""
        assert ask(url, "SHOW password_encryption") == "scram-sha-256"


def test_the_server_never_runs_as_root(home: Path) -> None:
    with EmbeddedPostgres() as server:
        server.start(home)
        assert {os.stat(f"/proc/{pid}").st_uid for pid in server_processes(home)} & {0} == set()
        assert (home / "cluster").stat().st_uid != 0


@pytest.mark.skipif(os.geteuid() != 0, reason="only root gives files away")
def test_the_database_follows_the_owner_of_its_directory(home: Path) -> None:
    with EmbeddedPostgres() as server:
        write_down(server.start(home), "kept")
    heir = named_account("daemon")
    assert heir is not None
    os.chown(home, heir.uid, heir.gid)
    with EmbeddedPostgres() as server:
        assert ask(server.start(home), "SELECT text FROM note") == "kept"
        assert {os.stat(f"/proc/{pid}").st_uid for pid in server_processes(home)} == {heir.uid}
        sockets = [path for path in Path("/tmp").glob("televent-*/.s.PGSQL.5432") if path.stat().st_uid == heir.uid]
        assert {stat.S_IMODE(path.stat().st_mode) for path in sockets} == {0o600}


def test_ctrl_c_in_the_terminal_does_not_reach_the_server_before_us(home: Path) -> None:
    with EmbeddedPostgres() as server:
        server.start(home)
        assert os.getsid(postmaster(home)) != os.getsid(0)


def test_several_that_start_at_once_share_one_server_and_the_last_to_leave_stops_it(home: Path) -> None:
    servers = [EmbeddedPostgres() for _ in range(4)]
    urls: list[str] = []
    threads = [threading.Thread(target=lambda each=each: urls.append(each.start(home))) for each in servers]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(urls) == 4
    assert len(set(urls)) == 1
    with psycopg.connect(urls[0]) as guest:
        assert [server.stop() for server in servers[:3]] == [False] * 3
        assert guest.execute("SELECT 1").fetchone() == (1,)
    assert servers[3].stop() is True
    assert server_processes(home) == set()


def test_stopping_twice_or_before_starting_is_nothing(home: Path) -> None:
    server = EmbeddedPostgres()
    assert server.stop() is False
    server.start(home)
    assert server.stop() is True
    assert server.stop() is False


def test_a_long_path_with_odd_signs_is_no_obstacle(home: Path) -> None:
    odd = home / ("ö, 'very' long " * 8) / ("and longer " * 9)
    with EmbeddedPostgres() as server:
        url = server.start(odd)
        assert ask(url, "SELECT current_database()") == "televent"
        assert ask(url, "SELECT current_user") == "televent"
        server.stop()


def test_a_data_directory_below_a_closed_home_is_no_obstacle(home: Path) -> None:
    closed = home / "closed"
    closed.mkdir(mode=0o700, parents=True)
    with EmbeddedPostgres() as server:
        assert ask(server.start(closed / "data"), "SELECT lower('ÄПРИВЕТ')") == "äпривет"
        assert stat.S_IMODE(closed.stat().st_mode) == 0o700


def test_every_installation_of_this_machine_serves_and_keeps_serving_its_own_data(home: Path) -> None:
    found = [one for one in installations() if one.major >= 15]
    assert found
    for installation in found:
        place = home / installation.version
        with EmbeddedPostgres(binaries=installation.directory) as server:
            write_down(server.start(place), installation.version)
        # Without a given version it takes the one that wrote the data, not the newest one.
        with EmbeddedPostgres() as server:
            url = server.start(place)
            assert ask(url, "SELECT text FROM note") == installation.version
            assert str(ask(url, "SHOW server_version")).startswith(installation.version)


def test_data_of_an_absent_version_is_refused_and_left_as_it_is(home: Path) -> None:
    server = EmbeddedPostgres()
    server.start(home)
    server.stop()
    (home / "cluster" / "PG_VERSION").write_text("99\n")
    with pytest.raises(EmbeddedPostgresError, match="written by PostgreSQL 99, and only that version can read it"):
        server.start(home)
    assert (home / "cluster" / "PG_VERSION").read_text() == "99\n"
    (home / "cluster" / "PG_VERSION").write_text("18\n")


def test_a_directory_of_something_else_is_refused(home: Path) -> None:
    (home / "cluster").mkdir(parents=True)
    (home / "cluster" / "diary.txt").write_text("mine")
    with pytest.raises(EmbeddedPostgresError, match="is no PostgreSQL data directory"):
        EmbeddedPostgres().start(home)
    assert (home / "cluster" / "diary.txt").read_text() == "mine"


def test_a_data_directory_that_is_a_file_is_refused(home: Path) -> None:
    home.write_text("")
    with pytest.raises(EmbeddedPostgresError, match="cannot be used"):
        EmbeddedPostgres().start(home)
    home.unlink()


def test_a_wrong_place_for_the_programs_is_named_with_its_setting(home: Path) -> None:
    with pytest.raises(EmbeddedPostgresError, match="TELEVENT_PG_BIN"):
        EmbeddedPostgres(binaries=home).start(home)


def test_a_server_that_fails_to_start_is_explained_in_one_line_and_can_be_started_after_all(home: Path) -> None:
    server = EmbeddedPostgres(options={"shared_buffers": "nonsense"})
    with pytest.raises(EmbeddedPostgresError, match="shared_buffers") as caught:
        server.start(home)
    assert "\n" not in str(caught.value)
    with EmbeddedPostgres() as mended:
        assert ask(mended.start(home), "SELECT 1") == 1


def test_a_lost_password_file_is_named(home: Path) -> None:
    server = EmbeddedPostgres()
    server.start(home)
    server.stop()
    (home / "password").unlink()
    with pytest.raises(EmbeddedPostgresError, match="password file"):
        server.start(home)


def test_what_people_wrote_stays_out_of_the_log(home: Path) -> None:
    with EmbeddedPostgres() as server:
        with psycopg.connect(server.start(home), autocommit=True) as connection:
            connection.execute("CREATE TABLE person (address text PRIMARY KEY)")
            connection.execute("INSERT INTO person VALUES ('ann@example.com')")
            with pytest.raises(psycopg.errors.UniqueViolation):
                connection.execute("INSERT INTO person VALUES ('ann@example.com')")
        log = (home / "server.log").read_text()
        assert "duplicate key" in log
        assert "ann@example.com" not in log

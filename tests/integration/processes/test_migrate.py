"""Migrations on a real database: up, down, status, several nodes at once, and failures."""

import threading
from pathlib import Path

import psycopg
import pytest

from support.waiting import wait_until
from televent.adapters.postgres.embedded import EmbeddedPostgres
from televent.adapters.postgres.embedded.binaries import installations
from televent.adapters.postgres.schema import migrate
from televent.adapters.postgres.schema.migrate import MigrationError

SHELVES = """-- migrate:up
CREATE TABLE shelf (id int PRIMARY KEY, label text DEFAULT '100%; full');
INSERT INTO shelf VALUES (1);

-- migrate:down
DROP TABLE shelf;
"""
BOOKS = """-- migrate:up
CREATE TABLE book (id int PRIMARY KEY, shelf int REFERENCES shelf);

-- migrate:down
DROP TABLE book;
"""
INDEX = """-- migrate:up transaction:false
-- One at a time; each on its own.
CREATE INDEX CONCURRENTLY book_shelf ON book (shelf);
CREATE INDEX CONCURRENTLY book_id ON book (id);

-- migrate:down transaction:false
DROP INDEX CONCURRENTLY book_shelf;
DROP INDEX CONCURRENTLY book_id;
"""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "1_shelves.sql").write_text(SHELVES)
    (tmp_path / "2_books.sql").write_text(BOOKS)
    (tmp_path / "3_index.sql").write_text(INDEX)
    return tmp_path


def relations(url: str) -> set[str]:
    with psycopg.connect(url) as connection:
        rows = connection.execute(
            "SELECT relname FROM pg_class WHERE relnamespace = 'public'::regnamespace AND relkind IN ('r', 'i')"
        )
        return {row[0] for row in rows} - {"schema_migrations", "schema_migrations_pkey"}


ALL = {"shelf", "shelf_pkey", "book", "book_pkey", "book_shelf", "book_id"}


def test_up_applies_everything_once_in_order(empty_database_url: str, folder: Path) -> None:
    assert [done.name for done in migrate.up(empty_database_url, folder=folder)] == ["shelves", "books", "index"]
    assert relations(empty_database_url) == ALL
    assert migrate.up(empty_database_url, folder=folder) == []


def test_down_takes_back_the_newest_first(empty_database_url: str, folder: Path) -> None:
    migrate.up(empty_database_url, folder=folder)
    assert [done.version for done in migrate.down(empty_database_url, folder=folder)] == ["3"]
    assert relations(empty_database_url) == ALL - {"book_shelf", "book_id"}
    assert [done.version for done in migrate.down(empty_database_url, 5, folder=folder)] == ["2", "1"]
    assert relations(empty_database_url) == set()
    assert [done.version for done in migrate.up(empty_database_url, folder=folder)] == ["1", "2", "3"]


def test_the_real_migrations_go_up_and_down_and_up_again(empty_database_url: str) -> None:
    applied = migrate.up(empty_database_url)
    assert applied
    there = relations(empty_database_url)
    migrate.down(empty_database_url, len(applied))
    assert relations(empty_database_url) == set()
    migrate.up(empty_database_url)
    assert relations(empty_database_url) == there


@pytest.mark.long
def test_the_real_migrations_suit_every_installation_of_this_machine(home: Path) -> None:
    found = [one for one in installations() if one.major >= 15]
    assert found
    for installation in found:
        with EmbeddedPostgres(binaries=installation.directory) as server:
            url = server.start(home / installation.version)
            applied = migrate.up(url)
            assert relations(url)
            assert len(migrate.down(url, len(applied))) == len(applied)
            assert relations(url) == set()


def test_a_migration_that_comes_late_with_an_older_number_is_still_applied(
    empty_database_url: str, folder: Path
) -> None:
    migrate.up(empty_database_url, folder=folder)
    (folder / "0_late.sql").write_text("-- migrate:up\nCREATE TABLE late (id int);\n")
    assert [done.name for done in migrate.up(empty_database_url, folder=folder)] == ["late"]


def test_ten_comes_after_nine(empty_database_url: str, folder: Path) -> None:
    for number in (10, 9):
        (folder / f"{number}_more.sql").write_text(f"-- migrate:up\nSELECT {number};\n-- migrate:down\nSELECT 1;\n")
    assert [done.version for done in migrate.up(empty_database_url, folder=folder)] == ["1", "2", "3", "9", "10"]
    assert [line.version for line in migrate.status(empty_database_url, folder=folder)][-2:] == ["9", "10"]
    assert [done.version for done in migrate.down(empty_database_url, folder=folder)] == ["10"]


def test_text_in_a_migration_arrives_as_it_was_written(empty_database_url: str, folder: Path) -> None:
    odd = "ä\u2028\x0b\x85 100% %s {} \\"
    (folder / "4_odd.sql").write_text(f"\ufeff-- migrate:up\nCREATE TABLE odd AS SELECT '{odd}' AS text;\n")
    migrate.up(empty_database_url, folder=folder)
    with psycopg.connect(empty_database_url) as connection:
        assert connection.execute("SELECT text FROM odd").fetchone() == (odd,)


def test_status_tells_applied_pending_changed_and_unknown(empty_database_url: str, folder: Path) -> None:
    def states() -> list[str]:
        return [line.state for line in migrate.status(empty_database_url, folder=folder)]

    assert states() == ["pending"] * 3
    (folder / "3_index.sql").rename(folder / "3_index.later")
    migrate.up(empty_database_url, folder=folder)
    (folder / "3_index.later").rename(folder / "3_index.sql")
    assert states() == ["applied", "applied", "pending"]
    (folder / "1_shelves.sql").write_text(SHELVES.replace("id int", "id bigint"))
    (folder / "2_books.sql").unlink()
    assert states() == ["changed", "unknown", "pending"]


def test_a_file_changed_after_it_was_applied_is_refused(empty_database_url: str, folder: Path) -> None:
    migrate.up(empty_database_url, folder=folder)
    (folder / "4_more.sql").write_text("-- migrate:up\nCREATE TABLE more (id int);\n")
    (folder / "1_shelves.sql").write_text(SHELVES.replace("id int", "id bigint"))
    with pytest.raises(MigrationError, match=r"^1_shelves\.sql: was changed after it was applied"):
        migrate.up(empty_database_url, folder=folder)
    assert relations(empty_database_url) == ALL


def test_other_line_endings_and_a_mended_way_down_are_no_change(empty_database_url: str, folder: Path) -> None:
    migrate.up(empty_database_url, folder=folder)
    mended = SHELVES.replace("DROP TABLE shelf;", "DROP TABLE IF EXISTS shelf;").replace("\n", "\r\n")
    (folder / "1_shelves.sql").write_bytes(mended.encode())
    assert migrate.up(empty_database_url, folder=folder) == []


def test_a_database_that_dbmate_migrated_is_taken_over(empty_database_url: str, folder: Path) -> None:
    with psycopg.connect(empty_database_url, autocommit=True) as connection:
        connection.execute("CREATE TABLE schema_migrations (version varchar(128) PRIMARY KEY)")
        connection.execute("CREATE TABLE shelf (id int PRIMARY KEY)")
        connection.execute("INSERT INTO schema_migrations (version) VALUES ('1')")
    assert [done.version for done in migrate.up(empty_database_url, folder=folder)] == ["2", "3"]
    with psycopg.connect(empty_database_url, autocommit=True) as connection:
        # A row that dbmate writes still fits.
        connection.execute("INSERT INTO schema_migrations (version) VALUES ('4')")
    assert [line.state for line in migrate.status(empty_database_url, folder=folder)] == ["applied"] * 3 + ["unknown"]


def test_several_nodes_at_once_apply_each_migration_once(empty_database_url: str, folder: Path) -> None:
    together = threading.Barrier(6)
    done: list[str] = []
    failed: list[Exception] = []

    def node() -> None:
        together.wait()
        try:
            done.extend(one.version for one in migrate.up(empty_database_url, folder=folder))
        except (MigrationError, psycopg.Error) as error:
            failed.append(error)

    nodes = [threading.Thread(target=node) for _ in range(6)]
    for each in nodes:
        each.start()
    for each in nodes:
        each.join()
    assert failed == []
    assert sorted(done) == ["1", "2", "3"]
    assert relations(empty_database_url) == ALL


def test_a_node_waits_for_the_one_that_works_and_gives_up_when_patience_ends(
    empty_database_url: str, folder: Path
) -> None:
    with psycopg.connect(empty_database_url, autocommit=True) as worker:
        worker.execute("SELECT pg_advisory_lock(%s)", [migrate.LOCK])
        with pytest.raises(MigrationError, match="another node has been migrating"):
            migrate.up(empty_database_url, folder=folder, timeout=0.1)
        waiting = threading.Thread(target=migrate.up, args=(empty_database_url,), kwargs={"folder": folder})
        waiting.start()
        wait_until(
            lambda: worker.execute(
                "SELECT 1 FROM pg_stat_activity WHERE datname = current_database() "
                "AND application_name = 'televent migrate' AND state = 'idle'"
            ).fetchall(),
            what="the second node asks for the lock and holds no snapshot meanwhile",
        )
        assert relations(empty_database_url) == set()
        worker.execute("SELECT pg_advisory_unlock(%s)", [migrate.LOCK])
        waiting.join()
    assert relations(empty_database_url) == ALL


def test_a_failing_migration_is_undone_named_with_its_line_and_keeps_those_before_it(
    empty_database_url: str, folder: Path
) -> None:
    (folder / "2_books.sql").write_text("-- migrate:up\nCREATE TABLE book (id int);\nSELECT\n  nothing_such;\n")
    with pytest.raises(MigrationError, match=r'^2_books\.sql:4: column "nothing_such" does not exist'):
        migrate.up(empty_database_url, folder=folder)
    assert relations(empty_database_url) == {"shelf", "shelf_pkey"}
    (folder / "2_books.sql").write_text(BOOKS)
    assert [done.version for done in migrate.up(empty_database_url, folder=folder)] == ["2", "3"]


def test_a_failure_outside_a_transaction_names_its_line(empty_database_url: str, folder: Path) -> None:
    (folder / "3_index.sql").write_text(
        "-- migrate:up transaction:false\nSELECT 1;\n\nCREATE INDEX CONCURRENTLY ON nowhere (id);\n"
    )
    with pytest.raises(MigrationError, match=r'^3_index\.sql:4: relation "nowhere" does not exist'):
        migrate.up(empty_database_url, folder=folder)
    assert [line.state for line in migrate.status(empty_database_url, folder=folder)] == ["applied"] * 2 + ["pending"]


def test_a_migration_without_a_way_down_is_not_taken_back(empty_database_url: str, folder: Path) -> None:
    (folder / "4_forward.sql").write_text("-- migrate:up\nCREATE TABLE forward (id int);\n")
    migrate.up(empty_database_url, folder=folder)
    with pytest.raises(MigrationError, match=r"4_forward\.sql: has no '-- migrate:down'"):
        migrate.down(empty_database_url, folder=folder)
    (folder / "4_forward.sql").unlink()
    with pytest.raises(MigrationError, match="4: applied, but there is no file"):
        migrate.down(empty_database_url, folder=folder)
    assert "forward" in relations(empty_database_url)


@pytest.mark.parametrize(
    ("name", "content", "said"),
    [
        ("first.sql", SHELVES, "the name of a migration must be"),
        ("1_again.sql", SHELVES, "has the same number"),
        ("5_none.sql", "CREATE TABLE t (id int);", "has no '-- migrate:up'"),
        ("5_twice.sql", "-- migrate:up\n-- migrate:up\n", "5_twice.sql:2: "),
        ("5_upside.sql", "-- migrate:down\n-- migrate:up\n", "5_upside.sql:2: "),
        ("5_option.sql", "-- migrate:up transacton:false\n", "the only option known"),
        ("5_bytes.sql", "-- migrate:up\n\udcff", "is not UTF-8"),
    ],
)
def test_a_wrong_file_is_named_and_nothing_is_applied(
    empty_database_url: str, folder: Path, name: str, content: str, said: str
) -> None:
    (folder / name).write_bytes(content.encode("utf-8", "surrogateescape"))
    with pytest.raises(MigrationError, match=said) as caught:
        migrate.up(empty_database_url, folder=folder)
    assert name in str(caught.value) or said == "has the same number"
    assert relations(empty_database_url) == set()


def test_a_missing_folder_is_named(empty_database_url: str, tmp_path: Path) -> None:
    with pytest.raises(MigrationError, match="no such folder"):
        migrate.up(empty_database_url, folder=tmp_path / "nowhere")

"""The incarnation of the data: changed after a restore, by an operator, and by a rebuild that found differences."""

from collections.abc import Iterator

import psycopg
import pytest
from click.testing import CliRunner

from support.dav import Client, Site, dav, event, open_site
from support.postgres import TestServer, as_url
from televent.adapters.postgres.event_store.shard import detect_restore
from televent.adapters.postgres.followers.rebuild import rebuild
from televent.cli import cli


@pytest.fixture
def site(database_url: str) -> Iterator[Site]:
    with open_site(database_url) as site:
        yield site


@pytest.fixture
def ann(site: Site) -> Client:
    ann = site.person(101, "Ann")
    assert ann.put(f"{ann.calendar()}a.ics", event("a@example.com")).status == 201
    return ann


def refused(client: Client, token: str) -> bool:
    answer = client.sync(client.calendar(), token)
    return answer.status == 403 and answer.precondition() == dav("valid-sync-token")


def test_a_start_like_any_other_changes_nothing(ann: Client, database_url: str) -> None:
    token = ann.sync(ann.calendar()).token()
    with psycopg.connect(database_url, autocommit=True) as connection:
        assert detect_restore(connection) is False
        assert detect_restore(connection) is False
    assert not refused(ann, token)


def test_a_database_made_of_a_copy_knows_that_it_is_another(
    postgres_server: TestServer, migrated_template: str
) -> None:
    first = postgres_server.create()
    with open_site(as_url(postgres_server.to(first))) as site:
        ann = site.person(101, "Ann")
        token = ann.sync(ann.calendar()).token()
        ctag = ann.propfind(ann.calendar(), "CS:getctag").body
    copy = postgres_server.create(template=first)
    with open_site(as_url(postgres_server.to(copy))) as site:
        again = Client(site, ann.tenant, ann.user, ann.password)
        assert refused(again, token)
        assert again.propfind(again.calendar(), "CS:getctag").body != ctag
    with open_site(as_url(postgres_server.to(first))) as site:
        assert not refused(Client(site, ann.tenant, ann.user, ann.password), token)
    for name in (first, copy):
        postgres_server.drop(name)


def test_tables_that_were_made_again_are_recognised(ann: Client, database_url: str) -> None:
    with psycopg.connect(database_url, autocommit=True) as connection:
        # pg_restore --clean drops and creates the table in this way.
        connection.execute("ALTER TABLE shard RENAME TO dumped")
        connection.execute("CREATE TABLE shard AS SELECT * FROM dumped")
        assert detect_restore(connection) is True
        assert detect_restore(connection) is False


def test_an_operator_can_say_so(ann: Client, database_url: str) -> None:
    token = ann.sync(ann.calendar()).token()
    result = CliRunner().invoke(cli, ["restored"], env={"DATABASE_URL": database_url})
    assert (result.exit_code, "again" in result.output) == (0, True)
    assert refused(ann, token)
    assert set(ann.sync(ann.calendar()).responses()) == {f"{ann.calendar()}a.ics"}


def test_a_rebuild_that_corrected_a_row_refuses_earlier_tokens(ann: Client, database_url: str) -> None:
    core, token = ann.site.core, ann.sync(ann.calendar()).token()
    assert rebuild(core.pool, core.store.facts, "dav_index", lambda done, total: None).differing == 0
    assert not refused(ann, token)
    with psycopg.connect(database_url, autocommit=True) as connection:
        connection.execute("UPDATE resource SET etag = 'wrong'")
    assert rebuild(core.pool, core.store.facts, "dav_index", lambda done, total: None).differing == 1
    assert refused(ann, token)

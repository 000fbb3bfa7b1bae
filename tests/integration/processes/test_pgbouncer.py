"""Televent through a real pgbouncer in transaction mode: it works, and leaves nothing in the pooler's sessions."""

from __future__ import annotations

import json
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from e2e.people import CalendarApp
from support.dav import Client, event, open_site
from support.followers import catch_up
from support.pgbouncer import ABSENT, left_behind, pooled, program, state_of_sessions
from support.running import Televent
from support.sync_clients import Copy, sync
from support.waiting import wait_until
from televent.adapters.postgres import wakeup
from televent.adapters.postgres.followers.rebuild import rebuild
from televent.adapters.postgres.session import leads_to_pooler
from televent.cli import cli
from televent.projections.due_reminders import DUE_REMINDERS

pytestmark = [
    pytest.mark.long,
    pytest.mark.own_database,
    pytest.mark.skipif(program() is None, reason=ABSENT),
]
PEOPLE, EVENTS = 4, 60


@pytest.fixture
def pooler(database_url: str) -> Iterator[str]:
    with pooled(database_url) as url:
        yield url


def command(*arguments: str, **environment: str) -> Result:
    return CliRunner().invoke(cli, arguments, env={"DATABASE_DIRECT_URL": None, **environment})


def filled(client: Client) -> set[str]:
    """Writes events over a connection of its own. Returns their paths."""
    path = client.calendar()
    written = {f"{path}{number}.ics" for number in range(EVENTS)}
    for each in written:
        assert client.put(each, event(f"{hash(each)}@example.com")).status == 201
    return written


def listed(client: Client) -> set[str]:
    """The paths that a client finds that syncs from nothing."""
    copy, path = Copy(), client.calendar()
    while not copy.whole:
        copy.take(sync(client, path, copy.token), path)
    return set(copy.has)


@pytest.mark.parametrize("mode", ["transaction", "session"])
def test_a_pooler_is_noticed(database_url: str, mode: str) -> None:
    assert not leads_to_pooler(database_url)
    with pooled(database_url, mode) as url:
        assert leads_to_pooler(url)


def test_people_write_while_two_rebuilds_run_and_every_event_is_listed(database_url: str, pooler: str) -> None:
    with open_site(pooler, DATABASE_DIRECT_URL=database_url) as site:
        people = [site.person(101 + number, f"Person {number}") for number in range(PEOPLE)]

        def again(name: str) -> None:
            core = site.core
            rebuild(core.pool, core.store.facts, name, lambda done, total: None, direct=core.direct)

        with ThreadPoolExecutor() as together:
            writing = [together.submit(filled, each) for each in people]
            rebuilding = [together.submit(again, name) for name in ("dav_index", "dav_index", "directory", "company")]
            written = [each.result() for each in writing]
            for each in rebuilding:
                each.result()
        assert [listed(each) for each in people] == written
        assert catch_up(site.core, DUE_REMINDERS) > 0
        for name in ("dav_index", "directory", "company", "due_reminders"):
            done = command("rebuild", name, "--json", DATABASE_URL=pooler, DATABASE_DIRECT_URL=database_url)
            assert json.loads(done.stdout)["differing_rows"] == 0
        assert command("verify", DATABASE_URL=pooler).exit_code == 0
        assert [listed(each) for each in people] == written
        assert left_behind(database_url) == {}
    assert state_of_sessions(pooler) == {}


def test_a_rebuild_without_a_session_is_refused_and_changes_nothing(database_url: str, pooler: str) -> None:
    with open_site(pooler, DATABASE_DIRECT_URL=database_url) as site:
        ann = site.person(101)
        written = filled(ann)
        for name in ("dav_index", "due_reminders"):
            done = command("rebuild", name, DATABASE_URL=pooler)
            assert "set DATABASE_DIRECT_URL to a URL of PostgreSQL itself" in str(done.exception)
        assert listed(ann) == written
        assert left_behind(database_url) == {}
    assert state_of_sessions(pooler) == {}


def test_migrations_without_a_session_are_refused_and_leave_no_lock(empty_database_url: str) -> None:
    with pooled(empty_database_url) as url:
        for arguments in (["migrate", "up"], ["migrate", "down", "--yes"], ["account", "list"]):
            done = command(*arguments, DATABASE_URL=url)
            assert "set DATABASE_DIRECT_URL to a URL of PostgreSQL itself" in str(done.exception)
            assert left_behind(empty_database_url) == {}
        assert command("migrate", "up", DATABASE_URL=url, DATABASE_DIRECT_URL=empty_database_url).exit_code == 0
        assert command("account", "list", DATABASE_URL=url).exit_code == 0
        assert left_behind(empty_database_url) == {}
        assert state_of_sessions(url) == {}


def test_a_direct_url_that_is_none_is_refused(database_url: str, empty_database_url: str, pooler: str) -> None:
    for direct, reason in ((pooler, "leads through a pooler"), (empty_database_url, "leads to another database")):
        for arguments in (["migrate", "up"], ["account", "list"], ["api"]):
            done = command(*arguments, DATABASE_URL=pooler, DATABASE_DIRECT_URL=direct, API_PORT="0")
            assert f"DATABASE_DIRECT_URL {reason}" in str(done.exception)


def test_doctor_leaves_the_number_of_sessions_to_the_pooler(pooler: str, tmp_path: Path) -> None:
    place = {"DATABASE_URL": pooler, "TELEVENT_DATA_DIR": str(tmp_path), "API_WORKERS": "64"}
    assert findings(command("doctor", "--json", **place))["connections"] == ""


def test_doctor_tells_of_a_pooler(database_url: str, pooler: str, tmp_path: Path) -> None:
    place = {"DATABASE_URL": pooler, "TELEVENT_DATA_DIR": str(tmp_path)}
    assert "DATABASE_DIRECT_URL is not set" in findings(command("doctor", "--json", **place))["sessions"]
    assert findings(command("doctor", "--json", **place, DATABASE_DIRECT_URL=database_url))["sessions"] == ""


def findings(done: Result) -> dict[str, str]:
    """The details of what is wrong, by check; "" where nothing is."""
    return {each["check"]: "" if each["ok"] else each["detail"] for each in json.loads(done.stdout)}


def test_notifications_sent_through_it_prepare_nothing(pooler: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(wakeup, "INTERVAL", 0.0)
    wakeups = wakeup.Wakeups(pooler, listens=False)
    for _ in range(20):
        wakeups.notify(wakeup.OUTBOX)
        wait_until(lambda: not wakeups._pending, what="the notification is taken")
    wakeups.close()
    assert state_of_sessions(pooler) == {}


@pytest.mark.parametrize(("direct", "processes"), [(True, 1), (False, 1), (True, 3), (False, 3)])
def test_all_services_run_through_it(
    database_url: str, pooler: str, tmp_path: Path, direct: bool, processes: int
) -> None:
    """Without DATABASE_DIRECT_URL too: nothing is pending, and changes are polled for. Three API processes with their
    pools share the pooler's six sessions with worker and bot."""
    more = {"DATABASE_DIRECT_URL": database_url} if direct else {}
    more["API_WORKERS"] = str(processes)
    with Televent(tmp_path / "data", DATABASE_URL=pooler, **more) as televent:
        added = json.loads(televent.run("account", "add", "--telegram-id", "1001", "--name", "Ann", "--json").stdout)
        with CalendarApp(televent.api, 1001, added["password"]) as app:
            for number in range(20):
                app.calendar.save_event(event(f"{number}@example.com", f"SUMMARY:Tea {number}").decode())
            assert len(app.summaries()) == 20
            entries, token = app.sync()
            assert len(entries) == 20
            assert app.sync(token)[0] == {}
        assert televent.stop() == 0
        assert '"level": "error"' not in televent.output()
    assert left_behind(database_url) == {}
    assert state_of_sessions(pooler) == {}

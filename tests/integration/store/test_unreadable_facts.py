"""A fact that cannot be decrypted keeps no follower from the facts of other accounts, and the operator sees it."""

from __future__ import annotations

import os
import threading
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import psycopg
import pytest

from support.doctor import findings
from support.followers import catch_up
from support.push_post import open_post, put, token
from support.sample_projection import DDL, TITLES
from support.sample_webhook import WEBHOOK
from support.shares import mounted, with_alarm
from support.town import Person, Town, meeting, open_town
from support.waiting import await_settled, wait_until
from televent.adapters.postgres.event_store.unreadable import READ_AGAIN_WITHIN
from televent.adapters.postgres.followers.push_feed import PUSH
from televent.adapters.postgres.followers.rebuild import rebuild
from televent.adapters.postgres.followers.runner import Runner, following, register
from televent.adapters.postgres.followers.tracking import restart, statuses
from televent.application.followers import Policy, Projection
from televent.application.push import SPACING
from televent.domain.ids import AccountId
from televent.runtime.compose import Core

KEY = "SELECT key FROM subject_key WHERE subject_id = %s"
SET_KEY = "UPDATE subject_key SET key = %s WHERE subject_id = %s"


@pytest.fixture
def town(database_url: str) -> Iterator[Town]:
    with psycopg.connect(database_url, autocommit=True) as connection:
        connection.execute(DDL)
    with open_town(database_url) as town:
        register(town.core.pool, [following(WEBHOOK), following(TITLES)])
        yield town


def write(person: Person, uid: str) -> None:
    text = meeting(f"SUMMARY:{uid}", people=(), organizer="X-NOBODY:x", uid=uid)
    person.put(text, href=f"{uid}.ics")


def titles(town: Town) -> list[str]:
    with psycopg.connect(town.url) as connection:
        return [row[0] for row in connection.execute("SELECT summary FROM title ORDER BY summary").fetchall()]


def hooks(town: Town) -> list[str]:
    return sorted(each["values"]["uid"] for each in town.owed("telegram_notification"))


def unreadable(core: Core, name: str) -> int:
    with core.pool.connection() as connection:
        return next(each.unreadable for each in statuses(connection) if each.name == name)


def change_key(core: Core, tenant: AccountId, key: bytes) -> bytes:
    """Gives the account another key, and returns the one it had."""
    with core.pool.connection() as connection:
        row: tuple[Any, ...] | None = connection.execute(KEY, (tenant,)).fetchone()
        connection.execute(SET_KEY, (key, tenant))
    assert row is not None
    core.keys.forget(tenant)
    return bytes(row[0])


@pytest.mark.parametrize("wrong", [os.urandom(32), b"short"], ids=["another key", "no key at all"])
def test_an_unreadable_fact_keeps_nobody_else_waiting(town: Town, tmp_path: Path, wrong: bytes) -> None:
    ann, bob, core = town.person("ann"), town.person("bob"), town.core
    write(ann, "broken")
    write(bob, "whole")
    change_key(core, ann.tenant, wrong)
    catch_up(core, WEBHOOK, TITLES)
    assert (hooks(town), titles(town)) == (["whole"], ["whole"])
    assert unreadable(core, "webhook") == 1
    good, detail = findings(town.url, tmp_path)["follower webhook"]
    assert not good
    assert f"it went on without 1 facts that cannot be read, such as {ann.tenant}" in detail


def test_a_policy_reads_only_the_facts_of_people_it_can_reach(town: Town) -> None:
    ann, bob, core = town.person("ann"), town.person("bob"), town.core
    with core.pool.connection() as connection:
        connection.execute("UPDATE account SET telegram_id = NULL WHERE tenant_id = %s", (ann.tenant,))
        connection.execute("UPDATE account SET telegram_id = 7 WHERE tenant_id = %s", (bob.tenant,))
    write(ann, "broken")
    write(bob, "whole")
    change_key(core, ann.tenant, os.urandom(32))
    catch_up(core, replace(WEBHOOK, only_for="chat"))
    assert (hooks(town), unreadable(core, "webhook")) == (["whole"], 0)


def test_a_key_that_is_back_makes_the_facts_readable_from_a_restart_on(town: Town) -> None:
    ann, core = town.person("ann"), town.core
    write(ann, "broken")
    key = change_key(core, ann.tenant, os.urandom(32))
    catch_up(core, WEBHOOK, TITLES)
    change_key(core, ann.tenant, key)
    restart(core.pool, "webhook")
    catch_up(core, WEBHOOK)
    rebuild(core.pool, core.store.facts, "titles", lambda _, __: None, followers=[TITLES])
    assert (hooks(town), titles(town)) == (["broken"], ["broken"])
    assert (unreadable(core, "webhook"), unreadable(core, "titles")) == (0, 0)


def lead(town: Town, *followers: Policy | Projection, later: timedelta = timedelta()) -> int:
    """A worker that starts now, or so much later, runs the followers to the end of the log. Returns the number of the
    events that they processed."""
    await_settled(town.core.recorder)
    core, done = town.core, 0
    for each in followers:
        runner = Runner(core.store, core.pool, core.wakeups, following(each), lambda: town.now + later)
        while count := runner.advance():
            done += count
    return done


def test_the_next_worker_reads_facts_again_that_it_can_read(town: Town) -> None:
    ann, bob, core = town.person("ann"), town.person("bob"), town.core
    write(bob, "before")
    write(ann, "broken")
    write(bob, "after")
    key = change_key(core, ann.tenant, os.urandom(32))
    lead(town, WEBHOOK, TITLES)
    assert (hooks(town), titles(town)) == (["after", "before"], ["after", "before"])
    change_key(core, ann.tenant, key)
    lead(town, WEBHOOK, TITLES)
    # Once each, though "after" was read again.
    assert (hooks(town), titles(town)) == (["after", "before", "broken"], ["after", "before", "broken"])
    assert (unreadable(core, "webhook"), unreadable(core, "titles")) == (0, 0)


def test_a_worker_that_runs_reads_them_when_it_takes_over(town: Town) -> None:
    ann, core = town.person("ann"), town.core
    write(ann, "broken")
    key = change_key(core, ann.tenant, os.urandom(32))
    lead(town, WEBHOOK)
    change_key(core, ann.tenant, key)
    runner = Runner(core.store, core.pool, core.wakeups, following(WEBHOOK), lambda: town.now)
    thread = threading.Thread(target=runner.run)
    thread.start()
    try:
        wait_until(lambda: hooks(town) == ["broken"], what="the fact is read again")
    finally:
        runner.stop()
        thread.join()
    assert unreadable(core, "webhook") == 0


def test_what_stays_unreadable_is_noted_again_and_holds_up_nobody(town: Town) -> None:
    ann, bob, core = town.person("ann"), town.person("bob"), town.core
    write(bob, "broken")
    write(ann, "lost")
    change_key(core, ann.tenant, os.urandom(32))
    key = change_key(core, bob.tenant, os.urandom(32))
    lead(town, WEBHOOK)
    change_key(core, bob.tenant, key)
    assert lead(town, WEBHOOK) == 2
    assert (hooks(town), unreadable(core, "webhook")) == (["broken"], 1)
    # Nothing else is readable by now, so no worker goes back.
    assert lead(town, WEBHOOK) == 0


def test_an_old_fact_is_left_to_the_operator(town: Town) -> None:
    ann, core = town.person("ann"), town.core
    write(ann, "broken")
    key = change_key(core, ann.tenant, os.urandom(32))
    lead(town, WEBHOOK)
    change_key(core, ann.tenant, key)
    assert lead(town, WEBHOOK, later=READ_AGAIN_WITHIN) == 0
    assert (hooks(town), unreadable(core, "webhook")) == ([], 1)
    assert lead(town, WEBHOOK, later=READ_AGAIN_WITHIN - timedelta(minutes=1)) == 1


def test_a_rebuild_passes_an_unreadable_fact_and_says_so(town: Town) -> None:
    ann, bob, core = town.person("ann"), town.person("bob"), town.core
    write(ann, "broken")
    write(bob, "whole")
    catch_up(core, TITLES)
    assert titles(town) == ["broken", "whole"]
    change_key(core, ann.tenant, os.urandom(32))
    rebuild(core.pool, core.store.facts, "titles", lambda _, __: None, followers=[TITLES])
    assert titles(town) == ["whole"]
    assert unreadable(core, "titles") > 0


def test_a_key_of_before_in_the_cache_makes_no_fact_unreadable(town: Town) -> None:
    ann, core = town.person("ann"), town.core
    write(ann, "tea")
    key = change_key(core, ann.tenant, os.urandom(32))
    # This process caches the wrong key. Then the right one is put back elsewhere.
    assert core.keys.key(ann.tenant) != key
    with core.pool.connection() as connection:
        connection.execute(SET_KEY, (key, ann.tenant))
    catch_up(core, TITLES)
    assert (titles(town), unreadable(core, "titles")) == (["tea"], 0)


def test_the_facts_of_an_erased_person_are_not_called_unreadable(town: Town) -> None:
    ann, core = town.person("ann"), town.core
    write(ann, "broken")
    change_key(core, ann.tenant, os.urandom(32))
    catch_up(core, TITLES)
    assert unreadable(core, "titles") > 0
    core.keys.destroy(ann.tenant, town.now)
    assert unreadable(core, "titles") == 0


def test_push_goes_on_past_an_unreadable_fact(database_url: str) -> None:
    with open_post(database_url, TELEVENT_PUSH_HOSTS="any") as post:
        ann = post.site.person(101, "Ann", "ann@example.com")
        bob = post.site.person(102, "Bob", "bob@example.com")
        ann.ask("MKCALENDAR", ann.calendar("work"))
        path = mounted(ann, bob)
        put(ann, "a", "work")
        anns, _ = post.device(ann, ann.calendar("work")), post.device(bob, path)
        assert bob.put(f"{path}a.ics", with_alarm(bob.ask("GET", f"{path}a.ics").body)).status == 204
        put(ann, "b", "work")
        change_key(post.site.core, bob.tenant, os.urandom(32))
        post.work(SPACING)
        assert [message.token for message in anns.heard()] == [token(ann, "work")]
        assert unreadable(post.site.core, PUSH.name) == 1

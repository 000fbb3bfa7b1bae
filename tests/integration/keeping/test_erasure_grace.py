"""The life of a requested erasure: reminders, the revoke, the end; on one server, with the clock of the test."""

from __future__ import annotations

from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import Any

import psycopg
import pytest

from support.followers import catch_up
from support.town import Person, Town, meeting
from televent.application.event_store.deciders import ACCOUNT
from televent.application.refusals import UnknownAccount
from televent.application.use_cases.people import erasure
from televent.application.use_cases.people.accounts import change_profile, open_account
from televent.application.use_cases.people.devices import add_device
from televent.application.use_cases.people.erasure import erase_due, keep_account, request_erasure
from televent.domain.account.decide import decide
from televent.domain.ids import AccountId, account_stream
from televent.runtime.workers.grace import context_of, step

pytestmark = pytest.mark.own_database


@pytest.fixture
def ann(town: Town) -> Person:
    town.core.backend.clock = lambda: town.now
    ann = town.person("ann")
    ann.put(meeting(people=(ann.address, "bob@example.com")))
    return ann


def notices(town: Town) -> list[tuple[str, str, Any]]:
    """The messages about an erasure: kind, what, and when it is final."""
    owed = [*town.owed("erasure_notice"), *town.owed("erasure_mail")]
    return [(each["kind"], each["what"], each["final_at"]) for each in owed]


def told(town: Town) -> Counter[str]:
    """The number of messages about each thing."""
    return Counter(what for _, what, _ in notices(town))


def is_there(town: Town, person: Person) -> bool:
    return town.core.reads.account(person.tenant) is not None


def test_a_request_reminds_twice_and_ends_with_the_erasure(town: Town, ann: Person) -> None:
    final_at = request_erasure(town.core.backend, ann.context())
    assert final_at == town.now + timedelta(days=30)
    assert request_erasure(town.core.backend, ann.context()) == final_at
    start = town.now
    for day in range(30):
        town.now = start + timedelta(days=day)
        step(town.core)
        step(town.core)
        assert told(town) == {"requested": 1, **({"ahead": (day >= 23) + (day >= 29)} if day >= 23 else {})}
        assert is_there(town, ann)
    town.now = final_at
    step(town.core)
    assert not is_there(town, ann)
    assert town.core.keys.key(ann.tenant) is None
    assert notices(town) == []
    step(town.core)
    with psycopg.connect(town.url) as connection:
        query = "SELECT count(*) FROM event WHERE tenant_id = %s AND topic LIKE 'account-erased/%%'"
        assert connection.execute(query, (ann.tenant,)).fetchone() == (1,)


def test_after_days_without_a_worker_it_is_erased_once_and_reminded_by_the_last_reminder_only(
    town: Town, ann: Person
) -> None:
    bob = town.person("bob")
    for each in (ann, bob):
        request_erasure(town.core.backend, each.context())
    town.now += timedelta(days=29, hours=12)
    step(town.core)
    assert told(town) == {"requested": 2, "ahead": 2}
    town.now += timedelta(days=12)
    step(town.core)
    assert town.core.reads.accounts() == []


def test_many_workers_remind_and_erase_once(town: Town, ann: Person) -> None:
    final_at = request_erasure(town.core.backend, ann.context())
    for moment, left in ((final_at - timedelta(days=1), True), (final_at, False)):
        town.now = moment
        with ThreadPoolExecutor(4) as threads:
            list(threads.map(lambda _: step(town.core), range(4)))
        assert is_there(town, ann) == left
        if left:
            assert told(town) == {"requested": 1, "ahead": 1}
    with psycopg.connect(town.url) as connection:
        query = "SELECT count(*) FROM event WHERE tenant_id = %s AND topic LIKE 'account-erased/%%'"
        assert connection.execute(query, (ann.tenant,)).fetchone() == (1,)


def test_a_person_without_a_chat_is_told_by_mail(town: Town, ann: Person) -> None:
    with psycopg.connect(town.url) as connection:
        connection.execute("UPDATE account SET telegram_id = NULL WHERE tenant_id = %s", (ann.tenant,))
    final_at = request_erasure(town.core.backend, ann.context())
    town.now = final_at - timedelta(days=7)
    step(town.core)
    at = final_at.isoformat().replace("+00:00", "Z")
    assert sorted(notices(town)) == [("erasure_mail", "ahead", at), ("erasure_mail", "requested", at)]


def test_who_keeps_the_account_is_told_and_not_erased(town: Town, ann: Person) -> None:
    final_at = request_erasure(town.core.backend, ann.context())
    town.now = final_at - timedelta(days=3)
    step(town.core)
    keep_account(town.core.backend, ann.context())
    keep_account(town.core.backend, ann.context())
    assert told(town) == {"requested": 1, "ahead": 1, "kept": 1}
    town.now = final_at + timedelta(days=1)
    step(town.core)
    assert is_there(town, ann)
    assert b"SUMMARY:Sync" in ann.text()
    again = request_erasure(town.core.backend, ann.context())
    assert again == town.now + timedelta(days=30)
    town.now = again - timedelta(days=7)
    step(town.core)
    assert told(town) == {"requested": 2, "ahead": 2, "kept": 1}


def test_an_app_that_reads_and_writes_revokes_nothing_and_a_new_password_does(town: Town, ann: Person) -> None:
    request_erasure(town.core.backend, ann.context())
    ann.put(meeting("SUMMARY:Later", people=(ann.address, "bob@example.com")))
    change_profile(town.core.backend, ann.context(), name="Anna")
    assert town.core.backend.people.account(ann.tenant).erase_at is not None
    assert b"SUMMARY:Later" in ann.text()
    add_device(town.core.backend, context_of(town.core, ann.tenant), name="by an operator")
    assert town.core.backend.people.account(ann.tenant).erase_at is not None
    add_device(town.core.backend, ann.context(), name="phone")
    assert town.core.backend.people.account(ann.tenant).erase_at is None


@pytest.mark.parametrize("first", ["keep", "erase"])
def test_a_revoke_that_races_with_the_end_keeps_or_erases_the_whole(
    town: Town, ann: Person, first: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The other command comes between the load and the append of the first one's attempt."""
    backend = town.core.backend
    town.now = request_erasure(backend, ann.context())
    decided, between = decide, list[Any]()

    def keep() -> None:
        keep_account(backend, ann.context())

    def end() -> None:
        erase_due(backend, context_of(town.core, ann.tenant))

    overtaking, overtaken = (keep, end) if first == "keep" else (end, keep)

    def slow(state: Any, command: Any) -> Any:
        facts = decided(state, command)
        if not between:
            between.append(command)
            overtaking()
        return facts

    monkeypatch.setattr(erasure, "decide", slow)
    if first == "keep":
        overtaken()
    else:
        with pytest.raises(UnknownAccount):
            overtaken()
    state = town.core.store.load(ACCOUNT, account_stream(ann.tenant)).state
    assert state.erased == (first == "erase")
    assert is_there(town, ann) == (first == "keep")
    assert (town.core.keys.key(ann.tenant) is None) == (first == "erase")
    assert len(ann.rows()) == (1 if first == "keep" else 0)


def test_the_rows_of_a_request_are_what_the_facts_say(town: Town, ann: Person) -> None:
    request_erasure(town.core.backend, ann.context())
    catch_up(town.core)
    from televent.adapters.postgres.followers.rebuild import rebuild

    core = town.core
    assert rebuild(core.pool, core.store.facts, "directory", lambda done, total: None).differing == 0
    keep_account(core.backend, ann.context())
    assert rebuild(core.pool, core.store.facts, "directory", lambda done, total: None).differing == 0


def test_who_was_erased_begins_again_with_a_new_account(town: Town, ann: Person) -> None:
    before = town.core.backend.people.account(ann.tenant)
    town.now = request_erasure(town.core.backend, ann.context())
    step(town.core)
    newcomer = Person(town, AccountId(town.core.backend.ids()), ann.address)
    row = open_account(town.core.backend, newcomer.context(), telegram_id=before.telegram_id, name="Ann")
    assert row.tenant != ann.tenant
    assert (row.erase_at, newcomer.rows()) == (None, [])

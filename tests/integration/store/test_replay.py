"""A replay names exactly the rows that differ from the facts, and mends them; one account's trouble stops no other."""

from __future__ import annotations

import os
import threading
from collections.abc import Callable, Iterator
from typing import Any

import psycopg
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from support.corruption import GHOST, KEYS, Named, corrupt, rows_of_all
from support.town import Person, Town, meeting, open_town
from televent.adapters.postgres.followers.rebuild import rebuild_projections, verify_projections
from televent.adapters.postgres.replay import mending, runs
from televent.adapters.postgres.replay.parts import Result
from televent.adapters.postgres.replay.replay import NothingToResume
from televent.application.use_cases.calendars import calendars, sharing
from televent.application.use_cases.people import devices, free_busy, principal
from televent.application.use_cases.people.preferences import change_preferences
from televent.application.use_cases.scheduling.answer_invitation import answer_invitation
from televent.domain.account.preferences import STRANGERS
from televent.domain.refusal import Refusal
from televent.ical.queries.occurs import season_of

PROJECTIONS = ("dav_index", "company", "directory")


@pytest.fixture
def town(database_url: str) -> Iterator[Town]:
    with open_town(database_url) as town:
        yield town


def quiet(done: int, total: int) -> None:
    """Progress that nobody looks at."""


def compared(town: Town, progress: Callable[[int, int], None] = quiet, **more: Any) -> Result:
    core = town.core
    season = season_of(core.backend.clock())
    return verify_projections(
        core.pool, core.store.facts, progress, followers=[], season=season, wanted=PROJECTIONS, **more
    )


def mended(town: Town, progress: Callable[[int, int], None] = quiet, **more: Any) -> Result:
    core = town.core
    return rebuild_projections(
        core.pool, core.store.facts, progress, followers=[], season=None, wanted=PROJECTIONS, **more
    )


def named(result: Result) -> set[Named]:
    return {(each.table, each.key, each.kind) for each in result.differences}


# ---- Any history, any corruption ------------------------------------------------------------------------------------
def put(person: Person, other: Person, number: int) -> None:
    rule = ("RRULE:FREQ=WEEKLY;COUNT=5", "RRULE:FREQ=DAILY", "RRULE:FREQ=YEARLY", "TRANSP:TRANSPARENT")[number % 4]
    text = meeting(f"SUMMARY:{number}", rule, people=(), organizer="X-NOBODY:x", uid=f"{number % 3}@example.com")
    person.put(text, href=f"{number % 3}.ics")


def invite(person: Person, other: Person, number: int) -> None:
    people = (person.address, other.address)
    person.put(meeting(f"SUMMARY:{number}", people=people, organizer=person.address, uid=f"with{number % 2}"), "w.ics")


def answer(person: Person, other: Person, number: int) -> None:
    partstat = ("ACCEPTED", "DECLINED", "TENTATIVE")[number % 3]
    for row in person.rows(f"with{number % 2}"):
        if row.href != "w.ics":
            answer_invitation(person.town.core.backend, person.context(), stream_id=row.stream_id, partstat=partstat)


def delete(person: Person, other: Person, number: int) -> None:
    person.delete(f"{number % 3}.ics")


def make_calendar(person: Person, other: Person, number: int) -> None:
    calendars.create_calendar(person.town.core.backend, person.context(), name=f"calendar{number % 2}")


def delete_calendar(person: Person, other: Person, number: int) -> None:
    calendars.delete_calendar(person.town.core.backend, person.context(), name=f"calendar{number % 2}")


def share(person: Person, other: Person, number: int) -> None:
    sharee = person.town.core.backend.people.account(other.tenant)
    access = ("read", "read-write")[number % 2]
    sharing.share_calendar(person.town.core.backend, person.context(), name="default", sharee=sharee, access=access)


def accept_share(person: Person, other: Person, number: int) -> None:
    backend = person.town.core.backend
    for row in backend.reads.shares_of(person.tenant):
        sharing.answer_share(backend, person.context(), share_id=row.share_id, accept=number % 3 > 0)


def choose(person: Person, other: Person, number: int) -> None:
    backend = person.town.core.backend
    change_preferences(backend, person.context(), {"strangers": STRANGERS[number % 2]})
    principal.change_principal(backend, person.context(), set={"inbox {DAV:}x": str(number)})
    free_busy.open_free_busy(backend, person.context(), audience="named", people=[other.tenant])


def add_device(person: Person, other: Person, number: int) -> None:
    backend = person.town.core.backend
    made = devices.add_device(backend, person.context(), name=f"Phone {number}")
    if number % 2:
        devices.revoke_device(backend, person.context(), device_id=made.device_id)


ACTS = (put, put, invite, answer, delete, make_calendar, delete_calendar, share, accept_share, choose, add_device)
HISTORIES = st.lists(st.tuples(st.sampled_from(ACTS), st.booleans(), st.integers(0, 11)), min_size=4, max_size=14)
CORRUPTIONS = st.lists(
    st.tuples(
        st.sampled_from(sorted(KEYS)), st.integers(0, 50), st.sampled_from(["wrong", "missing", "superfluous"]),
        st.integers(0, 50),
    ),
    min_size=1,
    max_size=4,
    unique_by=lambda each: each[0],
)  # fmt: skip


def test_any_corrupted_rows_are_named_exactly_and_mended(town: Town) -> None:
    people = town.person("ann"), town.person("bob")

    @settings(max_examples=12)
    @given(history=HISTORIES, corruptions=CORRUPTIONS)
    def check(history: list[tuple[Any, bool, int]], corruptions: list[tuple[str, int, str, int]]) -> None:
        for act, first, number in history:
            person, other = people if first else people[::-1]
            try:
                act(person, other, number)
            except Refusal:
                continue
            town.carry()
            assert compared(town).differences == ()
        with psycopg.connect(town.url, autocommit=True) as connection:
            before = rows_of_all(connection)
            done = {each for each in (corrupt(connection, *chosen) for chosen in corruptions) if each is not None}
        assert named(compared(town)) == done
        assert named(compared(town)) == done, "a comparison changes nothing"
        assert named(mended(town)) == done
        with psycopg.connect(town.url, autocommit=True) as connection:
            assert rows_of_all(connection) == before
        assert compared(town).differing == mended(town).differing == 0

    check()


@pytest.mark.parametrize("table", sorted(GHOST))
def test_each_table_is_compared(town: Town, table: str) -> None:
    """Rows of every table are there, and each kind of corruption is found."""
    ann, bob = town.person("ann"), town.person("bob")
    for act, number in ((put, 0), (invite, 0), (share, 1), (choose, 1), (add_device, 0)):
        act(ann, bob, number)
    town.carry()
    accept_share(bob, ann, 1)
    for kind in ("wrong", "missing", "superfluous"):
        with psycopg.connect(town.url, autocommit=True) as connection:
            done = corrupt(connection, table, 0, kind, 0)
        assert named(compared(town)) == ({done} if done else set())
        assert mended(town).differing == (done is not None)


# ---- Trouble --------------------------------------------------------------------------------------------------------
def damage(town: Town, person: Person) -> None:
    with psycopg.connect(town.url, autocommit=True) as connection:
        connection.execute("UPDATE resource SET etag = 'wrong' WHERE tenant_id = %s", (person.tenant,))


def etags(town: Town, person: Person) -> set[str]:
    return {row.etag for number in range(3) for row in person.rows(f"{number}@example.com")}


def other_key(town: Town, person: Person) -> None:
    with psycopg.connect(town.url, autocommit=True) as connection:
        connection.execute("UPDATE subject_key SET key = %s WHERE subject_id = %s", (os.urandom(32), person.tenant))
    town.core.keys.forget(person.tenant)


def unknown_version(town: Town, person: Person) -> None:
    with psycopg.connect(town.url, autocommit=True) as connection:
        connection.execute(
            "INSERT INTO event SELECT (jsonb_populate_record(last, jsonb_build_object('version', version + 1,"
            " 'topic', 'event-revised/99', 'position', position + 1, 'state', '\\x9280c0'))).* FROM event AS last"
            " WHERE tenant_id = %s ORDER BY position DESC LIMIT 1",
            (person.tenant,),
        )


@pytest.mark.parametrize(
    ("trouble", "reason"), [(other_key, "InvalidTag"), (unknown_version, "event-revised/99")], ids=["key", "version"]
)
@pytest.mark.parametrize("processes", [0, 2])
def test_the_trouble_of_one_account_is_told_and_stops_no_other(
    town: Town, trouble: Callable[[Town, Person], None], reason: str, processes: int
) -> None:
    people = [town.person(name) for name in ("ann", "bob", "cem")]
    for each in people:
        put(each, each, 1)
        damage(town, each)
    broken, *whole = people
    trouble(town, broken)
    found = mended(town, processes=processes)
    assert found.differing == len(whole)
    assert {each.tenant for each in found.troubles} == {broken.tenant}
    assert all(reason in each.reason for each in found.troubles)
    assert etags(town, broken) == {"wrong"}, "its rows are the last good ones, as far as anybody knows"
    assert "wrong" not in etags(town, whole[0]) | etags(town, whole[1])
    again = compared(town)
    assert (again.differing, {each.tenant for each in again.troubles}) == (0, {broken.tenant})


# ---- Beside writers -------------------------------------------------------------------------------------------------
@pytest.mark.parametrize("before_locks", [0, 3], ids=["with locks", "first without"])
def test_rows_are_mended_while_their_calendar_is_written_to(
    town: Town, monkeypatch: pytest.MonkeyPatch, before_locks: int
) -> None:
    monkeypatch.setattr(mending, "BEFORE_LOCKS", before_locks)
    ann = town.person("ann")
    put(ann, ann, 1)
    stop, written = threading.Event(), 0

    def write() -> None:
        nonlocal written
        while not stop.is_set():
            text = meeting(people=(), organizer="X-NOBODY:x", uid=f"beside{written}@example.com")
            ann.put(text, f"beside{written % 5}-{written}.ics")
            written += 1

    thread = threading.Thread(target=write)
    thread.start()
    try:
        for _ in range(4):
            damage_one(town)
            mended(town)
    finally:
        stop.set()
        thread.join()
    assert written > 0
    mended(town)
    assert compared(town).differing == 0
    assert len(ann.rows("1@example.com")) == 1


def damage_one(town: Town) -> None:
    with psycopg.connect(town.url, autocommit=True) as connection:
        connection.execute("UPDATE resource SET etag = 'wrong' WHERE uid = '1@example.com'")


def test_rows_of_one_calendar_that_hold_each_others_numbers_are_mended(town: Town) -> None:
    ann = town.person("ann")
    for number in range(3):
        put(ann, ann, number)
    with psycopg.connect(town.url, autocommit=True) as connection:
        before = rows_of_all(connection)
        connection.execute("UPDATE resource SET seq = -seq")
        connection.execute("UPDATE resource SET seq = (-seq) % 3 + 1")
    found = mended(town)
    assert (found.differing, found.troubles) == (3, ())
    with psycopg.connect(town.url) as connection:
        assert rows_of_all(connection) == before


# ---- Interrupted ----------------------------------------------------------------------------------------------------
class Killed(Exception):
    pass


def test_an_interrupted_replay_goes_on_where_it_was(town: Town, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(runs, "PART", 1)
    people = [town.person(name) for name in ("ann", "bob", "cem", "dan")]
    for each in people:
        put(each, each, 1)
        damage(town, each)
    with pytest.raises(NothingToResume):
        mended(town, resume=True)
    seen: list[tuple[int, int]] = []

    def interrupted(done: int, total: int) -> None:
        seen.append((done, total))
        if len(seen) == 3:
            raise Killed

    with pytest.raises(Killed):
        mended(town, interrupted)
    assert seen[0][0] == 0
    damage(town, min(people, key=lambda each: each.tenant))
    resumed: list[tuple[int, int]] = []
    found = mended(town, lambda done, total: resumed.append((done, total)), resume=True)
    # It tells all that was found, and does not look again at accounts that were done.
    assert (resumed[0], resumed[-1][0]) == (seen[2], seen[0][1])
    assert (found.differing, len(found.differences)) == (len(people), len(people))
    assert compared(town).differing == 1
    with pytest.raises(NothingToResume):
        mended(town, resume=True)
    with psycopg.connect(town.url) as connection:
        left = [connection.execute(query).fetchone() for query in ("TABLE replay_run", "TABLE replay_finding")]
    assert left == [None, None]


def test_rows_that_hold_each_others_unique_keys_are_mended(town: Town) -> None:
    """The account that comes first cannot have its address back before the other one has lost it."""
    people = sorted((town.person(name) for name in ("ann", "bob")), key=lambda each: each.tenant)
    first, second = people
    with psycopg.connect(town.url, autocommit=True) as connection:
        connection.execute("DELETE FROM address WHERE tenant_id = %s", (first.tenant,))
        connection.execute("UPDATE address SET address = %s WHERE tenant_id = %s", (first.address, second.tenant))
    found = mended(town)
    assert (found.troubles, found.differing) == ((), 3)
    assert compared(town).differing == 0

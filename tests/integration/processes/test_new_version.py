"""A changed projection: its rows are made beside those of the earlier version, which are served until the change."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import psycopg
import pytest

from support.doctor import findings
from support.followers import catch_up
from support.sample_projection import DDL, TITLES, fold
from support.town import Person, Town, meeting, open_town
from televent.adapters.postgres.followers.rebuild import rebuild_projections, verify_projections
from televent.adapters.postgres.followers.runner import following, register
from televent.adapters.postgres.replay import new_version, runs
from televent.adapters.postgres.replay.replay import OtherVersion
from televent.application.event_store.envelope import Envelope
from televent.application.followers import Delete, RowWrite
from televent.runtime import compose

INDEXES = "SELECT indexname FROM pg_indexes WHERE tablename = 'title' ORDER BY indexname"


def loud(fact: Any, envelope: Envelope) -> list[RowWrite]:
    """The same question, with titles in capitals."""
    return [
        each
        if isinstance(each, Delete)
        else replace(each, values={**each.values, "summary": str(each.values["summary"]).upper()})
        for each in fold(fact, envelope)
    ]


NEXT = replace(TITLES, fold=loud, version=2)


@pytest.fixture
def town(database_url: str) -> Iterator[Town]:
    with psycopg.connect(database_url, autocommit=True) as connection:
        connection.execute(DDL)
        connection.execute("CREATE INDEX title_of ON title (summary) WHERE version > 1")
    with open_town(database_url) as town:
        register(town.core.pool, [following(TITLES)])
        yield town


def write(person: Person, name: str, title: str) -> None:
    person.put(meeting(f"SUMMARY:{title}", people=(), organizer="X-NOBODY:x", uid=name), href=f"{name}.ics")


def titles(town: Town) -> list[str]:
    with psycopg.connect(town.url) as connection:
        return [row[0] for row in connection.execute("SELECT summary FROM title ORDER BY summary").fetchall()]


def quiet(done: int, total: int) -> None:
    """Progress that nobody looks at."""


def renewed(town: Town, progress: Any = quiet, **more: Any) -> Any:
    core = town.core
    return rebuild_projections(
        core.pool, core.store.facts, progress, followers=[NEXT], season=None, wanted=["titles"], **more
    )


def test_the_earlier_version_serves_until_the_next_has_caught_up(
    town: Town, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    people = [town.person(name) for name in ("ann", "bob", "cem")]
    for each in people:
        write(each, "a", "tea")
        write(each, "b", "gone")
    catch_up(town.core, TITLES)
    with psycopg.connect(town.url) as connection:
        indexes = connection.execute(INDEXES).fetchall()
    register(town.core.pool, [following(NEXT)])
    write(people[0], "c", "late")
    # Workers of the next version leave the rows alone; those of the earlier one go on.
    assert catch_up(town.core, NEXT) == 0
    assert catch_up(town.core, TITLES) == 1
    monkeypatch.setattr(compose, "FOLLOWERS", (NEXT,))
    good, detail = findings(town.url, tmp_path)["follower titles"]
    assert not good
    assert "televent rebuild titles" in detail
    core = town.core
    with pytest.raises(OtherVersion):
        verify_projections(core.pool, core.store.facts, quiet, followers=[NEXT], season=1, wanted=["titles"])
    monkeypatch.setattr(runs, "PART", 1)

    def meanwhile(done: int, total: int) -> None:
        # Every account changes after and before its part is made.
        for each in people:
            write(each, "a", f"tea {done}")
        catch_up(town.core, TITLES)
        assert f"tea {done}" in titles(town), "the earlier version serves"

    renewed(town, meanwhile)
    people[1].delete("b.ics")
    write(people[2], "d", "new")
    assert catch_up(town.core, TITLES) == 0, "workers of the earlier version lead no more"
    assert catch_up(town.core, NEXT) == 2
    with psycopg.connect(town.url) as connection:
        (last,) = connection.execute("SELECT DISTINCT summary FROM title WHERE summary LIKE 'TEA%'").fetchall()
        assert connection.execute(INDEXES).fetchall() == indexes
        assert connection.execute("SELECT to_regclass('next_title')").fetchone() == (None,)
    assert titles(town) == ["GONE", "GONE", "LATE", "NEW", *3 * [last[0]]]
    core = town.core
    found = verify_projections(core.pool, core.store.facts, quiet, followers=[NEXT], season=1, wanted=["titles"])
    assert (found.differing, found.rows) == (0, 7)
    assert findings(town.url, tmp_path)["follower titles"][0]
    assert renewed(town).differing == 0, "once it is there, a rebuild corrects rows as always"


class Killed(Exception):
    pass


@pytest.mark.parametrize("where", ["parts", "following", "change"])
def test_an_interrupted_change_of_version_goes_on(town: Town, monkeypatch: pytest.MonkeyPatch, where: str) -> None:
    people = [town.person(name) for name in ("ann", "bob", "cem")]
    for each in people:
        write(each, "a", "tea")
    catch_up(town.core, TITLES)
    monkeypatch.setattr(runs, "PART", 1)
    monkeypatch.setattr(new_version, "PAGE", 1)
    seen: list[int] = []

    def interrupted(done: int, total: int) -> None:
        seen.append(done)
        write(people[0], f"n{len(seen)}", f"during {len(seen)}")
        if where == "parts" and len(seen) == 3:
            raise Killed

    def dying(*_: Any) -> None:
        raise Killed

    with monkeypatch.context() as dead:
        if where == "following":
            dead.setattr(new_version, "patiently", dying)
        if where == "change":
            dead.setattr(new_version, "note", dying)
        with pytest.raises(Killed):
            renewed(town, interrupted)
    catch_up(town.core, TITLES)
    before = titles(town)
    assert "tea" in before, "nothing has changed"
    resumed: list[int] = []
    renewed(town, lambda done, total: resumed.append(done), resume=True)
    assert resumed[0] == seen[-1]
    assert titles(town) == sorted(each.upper() for each in before)
    assert catch_up(town.core, NEXT) == 0

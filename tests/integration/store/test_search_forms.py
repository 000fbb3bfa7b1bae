"""The words of events that another program wrote, and the room that marks leave."""

from __future__ import annotations

import pytest

from support.followers import catch_up
from support.town import Person, Town
from televent.adapters.postgres.search import finding, indexing
from televent.application.use_cases.calendars.search_events import search_events
from televent.application.use_cases.calendars.search_query import Question


def write(person: Person, title: str, *lines: str, href: str) -> None:
    text = [f"UID:{href}", "DTSTAMP:20261101T000000Z", "DTSTART:20261222T120000Z", f"SUMMARY:{title}", *lines]
    whole = ["BEGIN:VCALENDAR", "VERSION:2.0", "PRODID:-//test//EN", "BEGIN:VEVENT", *text, "END:VEVENT"]
    person.put("\r\n".join([*whole, "END:VCALENDAR", ""]).encode(), href=href)


def found(person: Person, text: str = "", location: str = "") -> list[str]:
    question = Question(text, location=location)
    answer = search_events(person.town.core.backend, person.tenant, question, now=person.town.now, after=None, limit=20)
    return [hit.entry.summary for hit in answer.hits]


def words(town: Town, person: Person) -> set[str]:
    with town.core.pool.connection() as connection:
        rows = connection.execute("SELECT word FROM search_word WHERE tenant_id = %s", (person.tenant,)).fetchall()
        return {row[0] for row in rows}


def indexed(town: Town) -> None:
    """As a worker leaves the index."""
    catch_up(town.core)
    while town.core.search.step():
        pass


def test_the_room_of_many_marks_is_given_back_once_none_is_left(town: Town, monkeypatch: pytest.MonkeyPatch) -> None:
    ann = town.person("ann")
    write(ann, "Tea", href="tea.ics")
    catch_up(town.core)
    monkeypatch.setattr(indexing, "LARGE", 0)
    room = "SELECT pg_total_relation_size('search_mark'), (SELECT count(*) FROM search_mark)"
    with town.core.pool.connection() as connection, connection.transaction():
        before = connection.execute(room).fetchone()
    assert before is not None
    assert before[1] == 1
    while town.core.search.step():
        pass
    with town.core.pool.connection() as connection, connection.transaction():
        # Somebody who writes marks at this moment is not waited for.
        connection.execute("LOCK TABLE search_mark IN ROW EXCLUSIVE MODE")
        assert town.core.search.step() == 0
    with town.core.pool.connection() as connection:
        after = connection.execute(room).fetchone()
    assert after is not None
    assert (after[0] < before[0], after[1]) == (True, 0)
    assert found(ann, "tea") == ["Tea"]


EARLIER = "UPDATE search_entry SET words = search_lexemes(tenant_id, words)"


@pytest.mark.parametrize("ranked", [0, 1_000], ids=["in the order of their rank", "ranked together"])
def test_words_that_an_earlier_program_wrote_are_found_beside_others(
    town: Town, monkeypatch: pytest.MonkeyPatch, ranked: int
) -> None:
    monkeypatch.setattr(finding, "MAX_RANKED", ranked)
    ann = town.person("ann")
    write(ann, "Harbour 1", "LOCATION:Old quay", href="1.ics")
    write(ann, "Tea", "DESCRIPTION:by the harbour\\, at the old quay", href="2.ics")
    indexed(town)
    with town.core.pool.connection() as connection:
        connection.execute(EARLIER)
        before = connection.execute("SELECT words FROM search_entry ORDER BY 1").fetchall()
        connection.execute(EARLIER)
        assert connection.execute("SELECT words FROM search_entry ORDER BY 1").fetchall() == before
    write(ann, "Harbour 2", "LOCATION:New quay", href="3.ics")
    write(ann, "Lunch", "DESCRIPTION:harbour", href="4.ics")
    indexed(town)
    for _ in range(2):
        assert sorted(found(ann, "harb")[:2]) == ["Harbour 1", "Harbour 2"]
        assert sorted(found(ann, "harbour")[2:]) == ["Lunch", "Tea"]
        assert sorted(found(ann, "harbour quay")) == ["Harbour 1", "Harbour 2", "Tea"]
        assert found(ann, "harbour old") == ["Harbour 1", "Tea"]
        assert sorted(found(ann, "harbuor")) == ["Harbour 1", "Harbour 2", "Lunch", "Tea"]
        assert found(ann, location="old") == ["Harbour 1"]
        # An event that changes gets the form of this program; a word that nobody has any more is gone.
        write(ann, "Harbour 1", "LOCATION:Old quay\\, left", href="1.ics")
        indexed(town)
    write(ann, "Harbour 1", href="1.ics")
    write(ann, "Tea", href="2.ics")
    indexed(town)
    assert found(ann, "old") == []
    assert words(town, ann) >= {"harbour", "lunch"}
    assert "left" not in words(town, ann)


def test_new_words_wait_in_a_short_list_before_they_are_moved_into_the_index(town: Town) -> None:
    """Each search reads that list, and a list of more words costs each write less WAL (ADR 104)."""
    with town.core.pool.connection() as connection:
        row = connection.execute("SELECT reloptions FROM pg_class WHERE relname = 'search_entry_words'").fetchone()
    assert row is not None
    assert sorted(row[0]) == ["fastupdate=on", "gin_pending_list_limit=64"]

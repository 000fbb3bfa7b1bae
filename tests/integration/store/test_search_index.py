"""A search for events over real PostgreSQL: what is found, in which order, by whom, and what of it stays."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any
from uuid import uuid4

import pytest

from support.followers import catch_up
from support.town import NOON, Person, Town
from support.waiting import await_settled
from televent.adapters.postgres.followers.rebuild import rebuild
from televent.adapters.postgres.search import finding, indexing
from televent.application.conditions import NONE
from televent.application.use_cases.calendars.calendars import create_calendar
from televent.application.use_cases.calendars.search_events import Results, read_cursor, search_events
from televent.application.use_cases.calendars.search_query import Question
from televent.application.use_cases.calendars.sharing import answer_share, share_calendar, withdraw_share
from televent.application.use_cases.objects.put_object import put_object
from televent.application.use_cases.people.accounts import erase_account
from televent.domain.sharing.access import share_id
from televent.ical.objects.calendar_text import CalendarText
from televent.projections.search import SEARCH


def event(title: str, *lines: str, at: datetime = NOON + timedelta(days=1), uid: str = "") -> bytes:
    return "\r\n".join(
        (
            "BEGIN:VCALENDAR", "VERSION:2.0", "PRODID:-//test//EN", "BEGIN:VEVENT", f"UID:{uid or uuid4()}",
            "DTSTAMP:20261101T000000Z", f"DTSTART:{at:%Y%m%dT%H%M%SZ}", "DURATION:PT1H", f"SUMMARY:{title}", *lines,
            "END:VEVENT", "END:VCALENDAR", "",
        )
    ).encode()  # fmt: skip


def write(person: Person, title: str, *lines: str, at: datetime = NOON + timedelta(days=1), href: str = "") -> None:
    href = href or f"{uuid4()}.ics"
    person.put(event(title, *lines, at=at, uid=href), href=href)


def found(person: Person, text: str = "", limit: int = 20, **question: Any) -> list[str]:
    return titles(results(person, text, limit, **question))


def results(person: Person, text: str = "", limit: int = 20, after: str = "", **question: Any) -> Results:
    backend = person.town.core.backend
    cursor = read_cursor(after) if after else None
    return search_events(
        backend, person.tenant, Question(text, **question), now=person.town.now, after=cursor, limit=limit
    )


def titles(results: Results) -> list[str]:
    return [hit.entry.summary for hit in results.hits]


def rows(town: Town, table: str, person: Person) -> list[Any]:
    with town.core.pool.connection() as connection:
        query = f"SELECT * FROM {table} WHERE tenant_id = %s ORDER BY 2"  # noqa: S608
        return connection.execute(query.encode(), (person.tenant,)).fetchall()


def indexed(town: Town) -> None:
    """As a worker leaves the index."""
    catch_up(town.core)
    while town.core.search.step():
        pass


def test_every_part_of_an_event_is_found_at_once_by_words_in_any_order(town: Town) -> None:
    ann = town.person("ann")
    write(
        ann,
        "Quarterly review of the Budget",
        "LOCATION:Room Ångström",
        "DESCRIPTION:Bring the contracts\\, please",
        "ORGANIZER;CN=Ann:mailto:ann@example.com",
        "ATTENDEE;CN=Пётр Ильич:mailto:p.tchaikovsky@music.example",
    )
    for query in (
        "budget", "BUDGET quarterly", "angstrom", "ångström room", "contracts", "петр", "Пётр", "petr", "ilich",
        "p.tchaikovsky@music.example", "music budget contr", "bud", "revi", "budgte", "quaterly",
    ):  # fmt: skip
        assert found(ann, query) == ["Quarterly review of the Budget"], query
    for query in ("dentist", "budget dentist", "", "  ", "-", "udget contract x"):
        assert found(ann, query) == [], query


def test_a_part_can_be_named(town: Town) -> None:
    ann = town.person("ann")
    write(ann, "Lunch", "LOCATION:Dinner Street", "DESCRIPTION:no breakfast")
    assert found(ann, title="lunch") == ["Lunch"]
    assert found(ann, title="dinner") == []
    assert found(ann, location="dinner") == ["Lunch"]
    assert found(ann, description="breakfast", title="lunch") == ["Lunch"]
    assert found(ann, "lunch", description="dinner") == []
    assert found(ann, attendee="lunch") == []


def test_cyrillic_and_latin_find_each_other(town: Town) -> None:
    ann = town.person("ann")
    write(ann, "Ёлка у Щукиных", "LOCATION:Красноярск")
    for query in ("елка", "ёлка", "ЁЛКА", "elka", "щук", "schuk", "krasnoyarsk", "Красноярс", "краснаярск"):
        assert found(ann, query) == ["Ёлка у Щукиных"], query


def test_the_title_counts_most_then_the_place_then_the_description_and_errors_least(town: Town) -> None:
    ann = town.person("ann")
    write(ann, "Three", "DESCRIPTION:harbour")
    write(ann, "Two", "LOCATION:Harbour")
    write(ann, "Harbour")
    write(ann, "Harbor")
    assert found(ann, "harbour") == ["Harbour", "Two", "Three", "Harbor"]


def test_what_is_ahead_comes_before_what_is_over_and_the_nearest_first(town: Town) -> None:
    ann = town.person("ann")
    for days in (-1, 30, -20, 2):
        write(ann, f"Dentist {days}", at=NOON + timedelta(days=days))
    write(ann, "Dentist series", "RRULE:FREQ=WEEKLY", at=NOON - timedelta(days=70))
    assert found(ann, "dentist") == ["Dentist series", "Dentist 2", "Dentist 30", "Dentist -1", "Dentist -20"]


def test_a_series_is_one_result_at_its_next_occurrence(town: Town) -> None:
    ann = town.person("ann")
    first = NOON - timedelta(days=69, hours=1)
    write(ann, "Choir", "RRULE:FREQ=WEEKLY", at=first)
    (hit,) = results(ann, "choir").hits
    assert hit.entry.recurs
    assert hit.entry.start == first + timedelta(days=70)
    (dated,) = results(ann, "choir 2026-12-12").hits + results(ann, f"choir {first + timedelta(days=84):%d.%m.%Y}").hits
    assert dated.entry.start == first + timedelta(days=84)


def test_days_among_the_words_and_ranges_beside_them_narrow_the_search(town: Town) -> None:
    ann = town.person("ann")
    for day in (1, 9, 20):
        write(ann, f"Yoga {day}", at=datetime(2026, 12, day, 10, tzinfo=NOON.tzinfo))
    assert found(ann, "yoga 2026-12-09") == ["Yoga 9"]
    assert found(ann, "09.12.2026 yoga") == ["Yoga 9"]
    assert found(ann, "yoga 9.12.") == ["Yoga 9"]
    assert found(ann, "yoga 2026-12-05 2026-12-31") == ["Yoga 9", "Yoga 20"]
    assert found(ann, "yoga 2026-12") == ["Yoga 1", "Yoga 9", "Yoga 20"]
    assert found(ann, "2026-12-20") == ["Yoga 20"]
    assert found(ann, "yoga", end=datetime(2026, 12, 2, tzinfo=NOON.tzinfo)) == ["Yoga 1"]
    assert found(ann, start=datetime(2026, 12, 2, tzinfo=NOON.tzinfo)) == ["Yoga 9", "Yoga 20"]


@pytest.mark.parametrize("limit", [1, 3, 7])
def test_pages_have_every_result_once_and_in_order(town: Town, monkeypatch: pytest.MonkeyPatch, limit: int) -> None:
    ann = town.person("ann")
    for number in range(12):
        line = "RRULE:FREQ=DAILY" if number % 5 == 0 else "LOCATION:garden"
        write(ann, f"Garden {number}" if number % 2 else "Party", line, at=NOON + timedelta(days=number - 6))
    whole = [hit.entry.stream_id for hit in results(ann, "garden", limit=100).hits]
    assert len(whole) == 10
    assert paged(ann, "garden", limit) == whole
    # With more matches than are ranked at once, they are read in the order of their rank.
    monkeypatch.setattr(finding, "MAX_RANKED", 2)
    assert paged(ann, "garden", limit) == whole


def paged(person: Person, text: str, limit: int) -> list[Any]:
    """The streams of all pages."""
    streams: list[Any] = []
    after = ""
    while True:
        page = results(person, text, limit, after)
        streams += [hit.entry.stream_id for hit in page.hits]
        assert len(page.hits) <= limit
        if page.next is None:
            return streams
        after = str(page.next)


def test_changes_are_found_at_once_and_what_is_gone_is_not(town: Town) -> None:
    ann = town.person("ann")
    write(ann, "Swimming", href="s.ics")
    assert found(ann, "swimming") == ["Swimming"]
    indexed(town)
    write(ann, "Sailing", href="s.ics")
    assert found(ann, "swimming") == []
    assert found(ann, "sailing") == ["Sailing"]
    ann.delete("s.ics")
    assert found(ann, "sailing") == []
    assert rows(town, "search_entry", ann) == rows(town, "search_word", ann) == []


def test_nobody_finds_the_events_of_others(town: Town) -> None:
    ann, bob = town.person("ann"), town.person("bob")
    write(ann, "Secret plan")
    assert found(bob, "secret plan") == []
    assert found(bob, "2026-11") == []


def share(ann: Person, bob: Person, access: str = "read") -> None:
    backend = ann.town.core.backend
    share_calendar(backend, ann.context(), name="default", sharee=backend.people.account(bob.tenant), access=access)
    calendar = next(each for each in backend.reads.calendars(ann.tenant) if each.name == "default")
    if access != "busy":
        answer_share(backend, bob.context(), share_id=share_id(calendar.calendar_id, bob.tenant), accept=True)


def test_a_sharee_finds_what_the_share_shows_and_nothing_else(town: Town) -> None:
    ann, bob = town.person("ann"), town.person("bob")
    share(ann, bob)
    write(ann, "Rehearsal", "DESCRIPTION:violin")
    write(ann, "Rehearsal of my own", "CLASS:PRIVATE")
    write(ann, "Rehearsal at the doctor", "CLASS:CONFIDENTIAL", "DESCRIPTION:violin")
    (hit,) = results(bob, "rehearsal violin").hits
    assert (hit.entry.summary, hit.entry.shared_by, hit.calendar.tenant) == ("Rehearsal", "Ann", ann.tenant)
    assert found(bob, "rehearsal") == ["Rehearsal"]
    assert found(bob, "doctor") == found(bob, "busy") == found(bob, "own") == []
    assert sorted(found(ann, "rehearsal")) == ["Rehearsal", "Rehearsal at the doctor", "Rehearsal of my own"]
    withdraw_share(town.core.backend, ann.context(), name="default", sharee=bob.tenant)
    assert found(bob, "rehearsal") == []


def test_an_event_that_became_private_is_hidden_before_its_words_are_read_again(
    town: Town, monkeypatch: pytest.MonkeyPatch
) -> None:
    ann, bob = town.person("ann"), town.person("bob")
    share(ann, bob)
    write(ann, "Interview", href="i.ics")
    assert found(bob, "interview") == ["Interview"]
    write(ann, "Interview", "CLASS:CONFIDENTIAL", href="i.ics")
    monkeypatch.setattr(town.core.search, "freshen", lambda tenant: None)
    assert found(bob, "interview") == []


def test_a_shared_event_that_the_person_has_as_well_is_found_once(town: Town) -> None:
    ann, bob = town.person("ann"), town.person("bob")
    share(ann, bob)
    for person in (ann, bob):
        person.put(event("Regatta", uid=f"regatta{ann.tenant}"), href="r.ics")
    (hit,) = results(bob, "regatta").hits
    assert hit.entry.shared_by == ""


def test_a_hostile_text_costs_a_bounded_number_of_words(town: Town) -> None:
    ann = town.person("ann")
    words = [f"w{number:x}{'abcdefgh'[number % 8]}" for number in range(90_000)]
    write(ann, " ".join(words[:500]), f"DESCRIPTION:{' '.join(words)}", f"LOCATION:{'x' * 5_000}")
    assert found(ann, "x" * 200) == [" ".join(words[:500])]
    indexed(town)
    ((*_, text),) = rows(town, "search_entry", ann)
    assert len(text.split()) <= 480
    assert len(rows(town, "search_word", ann)) <= 480
    assert found(ann, " ".join(words[:200])) == [" ".join(words[:500])]


@pytest.mark.own_database
def test_a_rebuild_gives_the_same_rows(town: Town) -> None:
    ann = town.person("ann")
    for title in ("One fish", "Two fish", "Red fish", "Blue fish"):
        write(ann, title, href=f"{title.split()[0]}.ics")
    write(ann, "Old fish", href="One.ics")
    ann.delete("Two.ics")
    indexed(town)
    before = [rows(town, table, ann) for table in ("search_entry", "search_word")]
    assert before[0]
    with town.core.pool.connection() as connection:
        connection.execute("UPDATE search_entry SET words = ''::tsvector")
        connection.execute("DELETE FROM search_word WHERE word = 'blue'")
    await_settled(town.core.recorder)
    rebuild(town.core.pool, town.core.store.facts, "search", lambda *_: None, followers=[SEARCH])
    indexed(town)
    assert [rows(town, table, ann) for table in ("search_entry", "search_word")] == before


@pytest.mark.own_database
def test_the_words_of_the_doors_are_those_of_the_worker(town: Town) -> None:
    ann = town.person("ann")
    write(ann, "Concert", "DESCRIPTION:the whole evening")
    assert found(ann, "evening") == ["Concert"]
    before = [rows(town, table, ann) for table in ("search_entry", "search_word")]
    indexed(town)
    assert [rows(town, table, ann) for table in ("search_entry", "search_word")] == before
    assert rows(town, "search_mark", ann) == []


def test_an_erasure_leaves_no_word_and_a_worker_adds_none_after_it(town: Town) -> None:
    ann = town.person("ann")
    write(ann, "Diary")
    assert found(ann, "diary") == ["Diary"]
    stream = ann.row(rows_uid(ann)).stream_id
    erase_account(town.core.backend, ann.context())
    with town.core.pool.connection() as connection:
        connection.execute("INSERT INTO search_mark VALUES (%s, %s, 1)", (ann.tenant, stream))
    catch_up(town.core)
    while town.core.search.step():
        pass
    for table in ("search_mark", "search_entry", "search_word"):
        assert rows(town, table, ann) == [], table


def test_the_worker_writes_the_changes_of_many_accounts_together(town: Town) -> None:
    """And an account that is erased meanwhile gets nothing."""
    ann, bob, eve = (town.person(name) for name in ("ann", "bob", "eve"))
    for person in (ann, bob, eve):
        write(person, "Sketching lesson", href="s.ics")
    catch_up(town.core)
    assert town.core.search.step() == 3
    for person in (ann, bob, eve):
        assert {row[1] for row in rows(town, "search_word", person)} == {"sketching", "lesson"}
    write(ann, "Painting lesson", href="s.ics")
    write(bob, "Sketching course", href="s.ics")
    write(eve, "Diary", href="s.ics")
    catch_up(town.core)
    stream = eve.row(rows_uid(eve)).stream_id
    erase_account(town.core.backend, eve.context())
    with town.core.pool.connection() as connection:
        connection.execute("INSERT INTO search_mark VALUES (%s, %s, 1) ON CONFLICT DO NOTHING", (eve.tenant, stream))
    assert town.core.search.step() == 3
    assert {row[1] for row in rows(town, "search_word", ann)} == {"painting", "lesson"}
    assert {row[1] for row in rows(town, "search_word", bob)} == {"sketching", "course"}
    for table in ("search_mark", "search_entry", "search_word"):
        assert rows(town, table, eve) == [], table
    assert found(ann, "painting") == ["Painting lesson"]
    assert found(ann, "sketching") == found(bob, "painting") == []


def rows_uid(person: Person) -> str:
    with person.town.core.pool.connection() as connection:
        row = connection.execute("SELECT uid FROM resource WHERE tenant_id = %s", (person.tenant,)).fetchone()
    assert row is not None
    return str(row[0])


def test_a_sharee_learns_nothing_from_the_number_of_pages(town: Town) -> None:
    ann, bob = town.person("ann"), town.person("bob")
    share(ann, bob)
    for _ in range(8):
        write(ann, "Oncology", "CLASS:CONFIDENTIAL")
    hidden = results(bob, "oncology", limit=1)
    assert (hidden.hits, hidden.next) == ((), None)


def test_only_the_shared_calendar_of_an_owner_is_searched(town: Town) -> None:
    ann, bob = town.person("ann"), town.person("bob")
    share(ann, bob)
    backend = town.core.backend
    create_calendar(backend, ann.context(), name="other")
    text = CalendarText(event("Elsewhere"))
    put_object(backend, ann.context(), calendar="other", href="e.ics", text=text, conditions=NONE)
    assert found(ann, "elsewhere") == ["Elsewhere"]
    hidden = results(bob, "elsewhere", limit=1)
    assert (hidden.hits, hidden.next) == ((), None)


def test_a_reader_that_was_overtaken_does_not_write_older_words(town: Town, monkeypatch: pytest.MonkeyPatch) -> None:
    ann = town.person("ann")
    write(ann, "Sketch", href="s.ics")
    read, overtaken = indexing._read, list[bool]()

    def slowly(*given: Any) -> Any:
        done = read(*given)
        if not overtaken:
            overtaken.append(True)
            write(ann, "Painting", href="s.ics")
            town.core.search.freshen(ann.tenant)
        return done

    monkeypatch.setattr(indexing, "_read", slowly)
    town.core.search.freshen(ann.tenant)
    ((*_, words),) = rows(town, "search_entry", ann)
    assert "painting" in words
    assert "sketch" not in words
    monkeypatch.undo()
    assert found(ann, "painting") == ["Painting"]

"""A search for events over real PostgreSQL: what is found, in which order, by whom, and what of it stays."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import uuid4

import pytest

from support.followers import catch_up
from support.town import NOON, Person, Town
from televent.application.use_cases.calendars.search_events import Results, read_cursor, search_events
from televent.application.use_cases.calendars.search_query import Question


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
        return connection.execute(
            f"SELECT * FROM {table} WHERE tenant_id = %s ORDER BY 2".encode(),
            (person.tenant,),  # noqa: S608
        ).fetchall()


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

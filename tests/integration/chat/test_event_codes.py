"""An event has one code for everybody in it; where two events share it, a longer one (ADR 51)."""

from datetime import timedelta
from itertools import count

from support.town import NOON, Person, Town, meeting
from televent.application.read_models.codes import LONGEST, SHORTEST, code_of
from televent.application.use_cases.calendars.agenda import Entry, agenda, find_events
from televent.application.use_cases.calendars.coming import coming

WEEK = timedelta(days=7)


def find(person: Person, query: str) -> list[Entry]:
    return find_events(person.town.core.backend, person.tenant, query, now=NOON)


def shown(person: Person) -> list[Entry]:
    return agenda(person.town.core.backend, person.tenant, start=NOON - WEEK, end=NOON + 4 * WEEK)


def event(uid: str, title: str, *lines: str) -> bytes:
    body = [f"UID:{uid}", "DTSTAMP:20261121T120000Z", "DTSTART:20261123T090000Z", "DTEND:20261123T100000Z"]
    text = ["BEGIN:VCALENDAR", "VERSION:2.0", "PRODID:-//t//t//EN", "BEGIN:VEVENT", *body, f"SUMMARY:{title}", *lines]
    return "\r\n".join([*text, "END:VEVENT", "END:VCALENDAR", ""]).encode()


def sharing_a_code() -> tuple[str, str]:
    """Two UIDs whose codes begin with the same SHORTEST digits."""
    seen: dict[str, str] = {}
    for n in count():
        uid = f"{n}@example.com"
        earlier = seen.setdefault(code_of(uid)[:SHORTEST], uid)
        if earlier != uid:
            return earlier, uid
    raise AssertionError


def test_everybody_in_a_meeting_sees_the_same_code(town: Town) -> None:
    ann, bob = town.person("ann"), town.person("bob")
    ann.put(meeting("SUMMARY:Sync", people=(bob.address,), organizer=ann.address))
    (mine,), (theirs,) = shown(ann), shown(bob)
    assert mine.code == theirs.code
    assert len(mine.code) == SHORTEST
    assert [each.summary for each in find(bob, mine.code)] == ["Sync"]
    assert [each.summary for each in find(bob, f"/e_{mine.code.upper()}")] == ["Sync"]


def test_a_code_of_before_still_names_its_event(town: Town) -> None:
    ann = town.person("ann")
    ann.put(event("one@example.com", "One"), "one.ics")
    (found,) = find(ann, ann.row("one@example.com").stream_id.hex[:6])
    assert found.summary == "One"
    assert find(ann, str(found.stream_id)) == [found]
    assert find(ann, "one@example.com") == [found]


def test_events_that_share_a_code_get_longer_ones(town: Town) -> None:
    ann = town.person("ann")
    first, second = sharing_a_code()
    ann.put(event(first, "First"), "1.ics")
    (alone,) = shown(ann)
    assert len(alone.code) == SHORTEST
    ann.put(event(second, "Second"), "2.ics")
    codes = {each.summary: each.code for each in shown(ann)}
    assert SHORTEST < len(codes["First"]) < LONGEST
    assert codes["First"].startswith(alone.code)
    assert [each.summary for each in find(ann, codes["First"])] == ["First"]
    assert [each.summary for each in find(ann, codes["Second"])] == ["Second"]
    # The short code names both: the person is asked which one.
    assert {each.summary: each.code for each in find(ann, alone.code)} == codes


def test_another_person_s_event_has_no_code_here(town: Town) -> None:
    ann, bob = town.person("ann"), town.person("bob")
    ann.put(event("private@example.com", "Private"), "p.ics")
    assert find(bob, code_of("private@example.com")[:SHORTEST]) == []
    assert find(bob, str(ann.row("private@example.com").stream_id)) == []


def test_words_of_a_title_are_found_however_they_are_written(town: Town) -> None:
    ann = town.person("ann")
    title = "Обсуждение квартальных результатов, планов и бюджета с командой из Санкт-Петербурга"
    written = title.replace(",", "\\,")
    folded = event("long@example.com", "\r\n ".join((written[:7], written[7:30], written[30:])))
    ann.put(folded, "long.ics")
    for query in ("результатов, планов", "санкт-петербурга", "ОБСУЖДЕНИЕ бюджета"):
        assert [each.summary for each in find(ann, query)] == [title], query
    assert find(ann, "результатов; планов") == []


def test_a_series_is_listed_once_with_its_next_date(town: Town) -> None:
    ann = town.person("ann")
    ann.put(event("daily@example.com", "Daily", "RRULE:FREQ=DAILY", "EXDATE:20261123T090000Z"), "d.ics")
    ann.put(event("once@example.com", "Once"), "o.ics")
    backend = town.core.backend
    listed = coming(backend, ann.tenant, now=NOON, start=NOON, end=NOON + WEEK)
    assert [(each.entry.summary, each.entry.start.day) for each in listed] == [("Once", 23), ("Daily", 24)]
    assert listed[1].rrule == "FREQ=DAILY"
    later = coming(backend, ann.tenant, now=NOON, start=NOON + WEEK, end=NOON + 2 * WEEK)
    assert later == []


def test_the_next_date_of_a_series_is_one_that_takes_place(town: Town) -> None:
    ann, bob = town.person("ann"), town.person("bob")
    ann.put(
        meeting(
            "SUMMARY:Weekly",
            "RRULE:FREQ=WEEKLY",
            people=(bob.address,),
            organizer=ann.address,
        )
    )
    backend = town.core.backend
    (before,) = coming(backend, bob.tenant, now=NOON, start=NOON, end=NOON + 4 * WEEK)
    bob.answer("DECLINED", before.entry.recurrence_id)
    (after,) = coming(backend, bob.tenant, now=NOON, start=NOON, end=NOON + 4 * WEEK)
    assert after.entry.start == before.entry.start + WEEK

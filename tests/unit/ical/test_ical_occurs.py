"""The index rows of a calendar object: its occurrences and their busy type (ADR 0015)."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from support.as_bytes import occurs
from televent.ical.queries.occurs import ALL_YEAR, MAX_KEPT, Occurs, days_asked, wall_ranges

ANN, BOB = "mailto:ann@example.com", "mailto:bob@example.com"


def at(*when: int) -> datetime:
    return datetime(*when, tzinfo=UTC)  # type: ignore[misc, arg-type]


def event(*lines: str, kind: str = "VEVENT") -> bytes:
    head = ("BEGIN:VCALENDAR", "VERSION:2.0", f"BEGIN:{kind}", "UID:a@example.com")
    return "\r\n".join([*head, *lines, f"END:{kind}", "END:VCALENDAR", ""]).encode()


TIMES = ("DTSTART:20260506T090000Z", "DTEND:20260506T100000Z")


def test_an_event_is_there_from_its_start_to_its_end() -> None:
    found = occurs(event("DTSTART;TZID=Europe/Berlin:20260506T090000", "DTEND;TZID=Europe/Berlin:20260506T100000"))
    assert found == Occurs(firm=((at(2026, 5, 6, 7), at(2026, 5, 6, 8)),), fbtype="BUSY")


def test_a_floating_time_is_kept_as_clocks_show_it_and_found_wherever_they_are() -> None:
    found = occurs(event("DTSTART;VALUE=DATE:20260506"))
    assert found.floats == ((at(2026, 5, 6), at(2026, 5, 7)),)
    assert found.span == (at(2026, 5, 5, 10), at(2026, 5, 7, 14))


def test_a_series_is_kept_in_part_and_the_rest_may_be_at_any_time() -> None:
    found = occurs(event(*TIMES, "RRULE:FREQ=DAILY"))
    assert len(found.firm) == MAX_KEPT + 1  # DTSTART is an instance even where the rule does not make it
    ((tail, end),) = found.loose
    assert end is None
    assert tail is not None
    assert tail <= at(2026, 5, 6, 9) + timedelta(days=MAX_KEPT)
    ended = occurs(event(*TIMES, "RRULE:FREQ=DAILY;UNTIL=20300101T000000Z"), last=at(2030, 1, 1))
    assert ended.loose[0][1] == at(2030, 1, 1)


def test_a_rule_that_costs_too_much_may_be_at_any_time_after_its_start() -> None:
    found = occurs(event(*TIMES, "RRULE:FREQ=DAILY;BYMONTH=2;BYMONTHDAY=30"))
    assert found.loose == ((at(2026, 5, 5, 19), None),)


def test_a_text_that_cannot_be_read_may_be_at_any_time() -> None:
    assert occurs(b"").span == (None, None)
    dates = ",".join(["20260506T090000Z"] * 5000)
    assert occurs(event(*TIMES, f"RDATE:{dates}")).span == (None, None)


def test_a_yearly_occurrence_is_searched_in_its_season_only() -> None:
    birthday = occurs(event("DTSTART;VALUE=DATE:19710506", "RRULE:FREQ=YEARLY"))
    assert birthday.days[0] > 100
    assert birthday.days[1] < 140
    assert occurs(event(*TIMES, "RRULE:FREQ=WEEKLY")).days == ALL_YEAR
    assert days_asked(at(2026, 5, 4), at(2026, 5, 11)) == [(122, 133)]
    assert days_asked(at(2026, 12, 28), at(2027, 1, 4)) == [(1, 6), (360, 366)]
    assert days_asked(at(2026, 1, 1), None) == [ALL_YEAR]


def test_a_task_without_dates_is_where_its_table_may_find_it() -> None:
    assert occurs(event(kind="VTODO")).loose == ((None, None),)
    (created,) = occurs(event("CREATED:20260506T090000Z", kind="VTODO")).loose
    assert created == (at(2026, 5, 6, 8, 59, 59), None)
    both = event("CREATED:20260506T090000Z", "COMPLETED:20260507T090000Z", kind="VTODO")
    assert occurs(both).loose == ((at(2026, 5, 6, 8, 59, 59), at(2026, 5, 7, 9, 0, 1)),)
    assert occurs(event("SUMMARY:x", kind="VJOURNAL")).span is None


@pytest.mark.parametrize(
    ("lines", "outline", "kind"),
    [
        ((), {}, "BUSY"),
        (("STATUS:TENTATIVE",), {}, "BUSY-TENTATIVE"),
        (("STATUS:CANCELLED",), {}, "FREE"),
        (("TRANSP:TRANSPARENT",), {}, "FREE"),
        (
            (f"ORGANIZER:{BOB}", f"ATTENDEE;PARTSTAT=DECLINED:{ANN}"),
            {"role": "attendee", "partstat": "DECLINED"},
            "FREE",
        ),
        (
            (f"ORGANIZER:{BOB}", f"ATTENDEE:{ANN}", "TRANSP:TRANSPARENT"),
            {"role": "attendee", "partstat": "NEEDS-ACTION"},
            "BUSY-TENTATIVE",
        ),
        (
            (f"ORGANIZER:{ANN}", f"ATTENDEE;PARTSTAT=ACCEPTED:{ANN}", f"ATTENDEE:{BOB}"),
            {"role": "organizer", "organizer": "ann@example.com"},
            "BUSY",
        ),
        # The text does not say which addresses belong to the owner.
        ((f"ORGANIZER:{ANN}", f"ATTENDEE:{BOB}"), {"role": "organizer", "organizer": "ann@example.com"}, None),
        ((f"ATTENDEE:{BOB}",), {}, None),
    ],
)
def test_the_owners_part_says_what_it_is_to_free_busy(
    lines: tuple[str, ...], outline: dict[str, str], kind: str | None
) -> None:
    assert occurs(event(*TIMES, *lines), **outline).fbtype == kind


def test_instances_that_differ_are_read() -> None:
    changed = ("END:VEVENT", "BEGIN:VEVENT", "UID:a@example.com", "RECURRENCE-ID:20260513T090000Z")
    text = event(*TIMES, "RRULE:FREQ=WEEKLY", *changed, "DTSTART:20260513T090000Z", "STATUS:CANCELLED")
    assert occurs(text).fbtype is None


def test_only_at_the_edges_a_floating_time_is_not_certain() -> None:
    within, wide = wall_ranges(at(2026, 5, 4), at(2026, 5, 11), ZoneInfo("Europe/Berlin"))
    assert within == (at(2026, 5, 4, 5), at(2026, 5, 10, 23))
    assert wide == (at(2026, 5, 3, 23), at(2026, 5, 11, 5))
    assert wall_ranges(at(2026, 5, 4), at(2026, 5, 4, 1), ZoneInfo("Europe/Berlin"))[0] is None
    assert wall_ranges(at(2026, 5, 4), None, None) == (None, (at(2026, 5, 3, 7), None))

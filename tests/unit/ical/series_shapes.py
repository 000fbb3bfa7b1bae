"""Series of many shapes, for tests of edits: what calendar apps store."""

from datetime import UTC, datetime, timedelta
from itertools import islice

from ical_texts import calendar, event

from televent.ical.objects.calendar_text import CalendarText
from televent.ical.recurrence.occurrences import FIRST, LAST, Occurrence
from televent.ical.recurrence.recurrence_set import RecurrenceSet
from televent.ical.text.wall_clock import wall_of
from televent.ical.zones.moments import utc_of

BERLIN = "DTSTART;TZID=Europe/Berlin:20261019T100000"
"""A Monday; the clock changes on the Sunday after it."""
END = "DTEND;TZID=Europe/Berlin:20261019T110000"
DAY = "DTSTART;VALUE=DATE:20261019"


def _changed(day: str, start: str, *lines: str) -> str:
    rid = f"RECURRENCE-ID;TZID=Europe/Berlin:{day}T100000"
    end = f"{int(start[-6:-4]) + 1:02d}{start[-4:]}"
    return event(
        rid, f"DTEND;TZID=Europe/Berlin:{start[:-6]}{end}", *lines, start=f"DTSTART;TZID=Europe/Berlin:{start}"
    )


SHAPES: dict[str, bytes] = {
    "weekly over a clock change": calendar(event(END, "RRULE:FREQ=WEEKLY", "SUMMARY:Sync", start=BERLIN)),
    "with a count": calendar(event(END, "RRULE:FREQ=WEEKLY;COUNT=6", start=BERLIN)),
    "with an end in UTC": calendar(event(END, "RRULE:FREQ=WEEKLY;UNTIL=20261123T090000Z", start=BERLIN)),
    "with an end on a day": calendar(event(END, "RRULE:FREQ=WEEKLY;UNTIL=20261123", start=BERLIN)),
    "several weekdays": calendar(event(END, "RRULE:FREQ=WEEKLY;BYDAY=MO,WE,FR", start=BERLIN)),
    "every second week, two days": calendar(event(END, "RRULE:FREQ=WEEKLY;INTERVAL=2;BYDAY=MO,SU", start=BERLIN)),
    "every weekday": calendar(event(END, "RRULE:FREQ=DAILY;BYDAY=MO,TU,WE,TH,FR", start=BERLIN)),
    "every third day, counted": calendar(event("DURATION:PT90M", "RRULE:FREQ=DAILY;INTERVAL=3;COUNT=12", start=BERLIN)),
    "with removed days": calendar(
        event(
            END,
            "RRULE:FREQ=WEEKLY;COUNT=8",
            "EXDATE;TZID=Europe/Berlin:20261026T100000,20261116T100000",
            "EXDATE:20261109T090000Z",
            start=BERLIN,
        )
    ),
    "with added days": calendar(
        event(
            END,
            "RRULE:FREQ=WEEKLY;COUNT=4",
            "RDATE;TZID=Europe/Berlin:20261021T100000,20261104T160000",
            start=BERLIN,
        )
    ),
    "only added days": calendar(event(END, "RDATE;TZID=Europe/Berlin:20261027T100000,20261103T160000", start=BERLIN)),
    "with changed occurrences": calendar(
        event(END, "RRULE:FREQ=WEEKLY;COUNT=7", "SUMMARY:Sync", start=BERLIN),
        _changed("20261026", "20261026T150000", "SUMMARY:Sync"),
        _changed("20261109", "20261109T100000", "SUMMARY:Party"),
    ),
    "whole days": calendar(event("RRULE:FREQ=WEEKLY;UNTIL=20261130", "EXDATE;VALUE=DATE:20261102", start=DAY)),
    "days by the month": calendar(event("RRULE:FREQ=MONTHLY;COUNT=5", start=DAY)),
    "first Monday": calendar(
        event(
            "DTEND;TZID=Europe/Berlin:20261102T110000",
            "RRULE:FREQ=MONTHLY;BYDAY=1MO",
            start="DTSTART;TZID=Europe/Berlin:20261102T100000",
        )
    ),
    "in UTC": calendar(event("DURATION:PT1H", "RRULE:FREQ=DAILY;COUNT=9", start="DTSTART:20261019T100000Z")),
    "floating": calendar(
        event("DURATION:PT1H", "RRULE:FREQ=DAILY;UNTIL=20261030T100000", start="DTSTART:20261019T100000")
    ),
    "leap days": calendar(event("RRULE:FREQ=YEARLY;COUNT=3", start="DTSTART;VALUE=DATE:20240229")),
}


def instances(text: CalendarText, limit: int = 40) -> list[Occurrence]:
    """The first instances of the event, earliest first."""
    every = RecurrenceSet(text.tree)
    return sorted(islice(every.instances(FIRST, LAST), limit), key=lambda each: utc_of(each.start))


def times(text: CalendarText, limit: int = 40) -> list[tuple[datetime, datetime]]:
    """Their starts and ends in UTC."""
    return [(utc_of(each.start), utc_of(each.end)) for each in instances(text, limit)]


def walls(text: CalendarText, limit: int = 40) -> list[datetime]:
    """Their starts on their own wall clock."""
    return [wall_of(each.start) for each in instances(text, limit)]


NOW = datetime(2026, 11, 2, 8, 0, tzinfo=UTC)
WEEK = timedelta(days=7)

"""Shows an event of a plain text in JSON (ical.objects.plain_event): the same as ``event_of``, several times faster."""

from __future__ import annotations

from datetime import UTC, datetime
from functools import lru_cache

from televent.adapters.rest.mapping.shapes import Event, Organizer, Repetition
from televent.adapters.rest.mapping.showing import attachment, people_of, repetition
from televent.adapters.rest.mapping.times import instant, local, zone_name
from televent.application.read_models.resources import ResourceRow
from televent.application.use_cases.calendars.agenda import Standing, standing_of
from televent.ical.editing.changes import minutes_before
from televent.ical.editing.values import categories_in
from televent.ical.objects.plain_event import PlainEvent
from televent.ical.objects.reading import integer
from televent.ical.text.values import Moment, moment, unescape


def event_of_plain(
    row: ResourceRow, plain: PlainEvent, me: frozenset[str], at: tuple[str | None, Moment, Moment] | None = None
) -> Event:
    """The event of a row whose text was read as ``plain``; the rest as in ``event_of``."""
    value = plain.value
    organizer, status = plain.organizer(), value("STATUS").strip().upper() or None
    people = plain.attendees()
    # Most events have no guests, no categories and no files; each call less is a tenth of a microsecond.
    standing = standing_of(organizer, people, status, me) if organizer or people else _alone(status)
    made = moment(value("CREATED"), UTC)
    start, end = (plain.start, plain.end) if at is None else at[1:]
    zone = zone_name(start)
    end_zone = zone_name(end)
    floats = isinstance(plain.start, datetime) and plain.start.tzinfo is None
    categories, files, sequence = plain.all("CATEGORIES"), plain.all("ATTACH"), value("SEQUENCE")
    return Event(
        id=row.stream_id,
        calendar_id=row.calendar_id,
        uid=plain.uid,
        occurrence_id=at[0] if at is not None else None,
        etag=row.etag,
        version=row.seq,
        sequence=integer(sequence) if sequence != "0" else 0,
        created_at=made if isinstance(made, datetime) else None,
        updated_at=row.modified_at,
        summary=unescape(value("SUMMARY")),
        description=unescape(value("DESCRIPTION")),
        location=unescape(value("LOCATION")),
        start=local(start),
        end=local(end),
        time_zone=zone,
        end_time_zone=end_zone if end_zone != zone else None,
        all_day=not isinstance(start, datetime),
        start_time=instant(start),
        end_time=instant(end),
        unknown_time_zone=(plain.tzid or None) if floats else None,
        status=standing.status,
        answer=standing.partstat,
        role=standing.role,
        transparency="TRANSPARENT" if value("TRANSP").strip().upper() == "TRANSPARENT" else "OPAQUE",
        privacy=(value("CLASS") or "PUBLIC").strip().upper(),
        url=value("URL"),
        conference_url=value("CONFERENCE"),
        categories=categories_in(categories) if categories else (),
        reminders=_reminders(plain) if plain.alarms else (),
        recurrence=_repetition(plain) if plain.recurs else None,
        organizer=Organizer(organizer.address, organizer.cn) if organizer else None,
        attendees=people_of(standing.people) if people else (),
        attachments=tuple(map(attachment, files)) if files else (),
    )


@lru_cache(maxsize=64)
def _alone(status: str | None) -> Standing:
    """The standing of every person to an event without guests."""
    return standing_of(None, (), status, frozenset())


def _reminders(plain: PlainEvent) -> tuple[int, ...]:
    found = {minutes for each in plain.alarm_lines() if (minutes := minutes_before(*each)) is not None}
    return tuple(sorted(found))


def _repetition(plain: PlainEvent) -> Repetition:
    return repetition(plain.value("RRULE") or None, plain.start, plain.moments("RDATE"), plain.moments("EXDATE"))

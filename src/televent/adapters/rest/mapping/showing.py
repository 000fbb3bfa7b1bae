"""Shows a calendar object, or one occurrence of it, as an event in JSON."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, datetime

from televent.adapters.rest.mapping.shapes import Attachment, Attendee, Event, Organizer, Repetition
from televent.adapters.rest.mapping.times import instant, local, zone_name
from televent.application.read_models.resources import ResourceRow
from televent.application.use_cases.calendars.agenda import entry_of
from televent.ical.editing.changes import reminders_of
from televent.ical.editing.values import categories_of
from televent.ical.itip.parts import Parts, parts_of
from televent.ical.objects.reading import Attendee as Person
from televent.ical.objects.reading import Instance, Reading
from televent.ical.text.tree import Component, Property
from televent.ical.text.values import Moment, moment


def event_of(row: ResourceRow, me: frozenset[str], at: tuple[str | None, Moment, Moment] | None = None) -> Event:
    """The event of a row that has its text, for the person with these addresses. ``at``: one occurrence, by its id,
    start and end. Raises IcalError."""
    reading, parts = row.text.reading, parts_of(row.text)
    rid = at[0] if at is not None else None
    instance = instance_for(reading, rid)
    entry = entry_of(row.stream_id, reading, instance, me)
    start, end = (at[1], at[2]) if at is not None else (entry.start, entry.end)
    part = parts.get(instance.recurrence_id) or row.text.tree
    return Event(
        id=row.stream_id,
        calendar_id=row.calendar_id,
        uid=reading.uid,
        occurrence_id=rid if at is not None else instance.recurrence_id,
        etag=row.etag,
        version=row.seq,
        sequence=instance.sequence,
        created_at=_created(part),
        updated_at=row.modified_at,
        summary=instance.summary,
        description=instance.description,
        location=instance.location,
        **times_of(start, end),  # type: ignore[arg-type]
        unknown_time_zone=instance.unknown_zone,
        status=entry.status,
        answer=entry.partstat,
        role=entry.role,
        transparency="TRANSPARENT" if instance.transp == "TRANSPARENT" else "OPAQUE",
        privacy=(part.value("CLASS") or "PUBLIC").strip().upper(),
        url=part.value("URL") or "",
        conference_url=part.value("CONFERENCE") or "",
        categories=categories_of(part),
        reminders=reminders_of(part),
        recurrence=repetition_of(reading, parts),
        organizer=Organizer(reading.organizer.address, reading.organizer.cn) if reading.organizer else None,
        attendees=people_of(entry.attendees),
        attachments=tuple(map(attachment, part.all("ATTACH"))),
    )


def instance_for(reading: Reading, rid: str | None) -> Instance:
    """The component that describes an occurrence: its own one, or the series."""
    instances = reading.instances()
    return next((each for each in instances if each.recurrence_id == rid), instances[0])


def times_of(start: Moment, end: Moment) -> dict[str, object]:
    """The fields about the times of an event."""
    zone, end_zone = zone_name(start), zone_name(end)
    return {
        "start": local(start),
        "end": local(end),
        "time_zone": zone,
        "end_time_zone": end_zone if end_zone != zone else None,
        "all_day": not isinstance(start, datetime),
        "start_time": instant(start),
        "end_time": instant(end),
    }


def people_of(people: Iterable[Person]) -> tuple[Attendee, ...]:
    """The attendees in JSON."""
    return tuple(Attendee(each.address, each.cn, each.partstat, each.role, each.cutype, each.rsvp) for each in people)


def repetition_of(reading: Reading, parts: Parts) -> Repetition | None:
    """The repetition of a series; None for a single event."""
    master = reading.master
    if not reading.recurs or master is None or parts.master is None:
        return None
    values = ([each for _, each in parts.listed(parts.master, name)] for name in ("RDATE", "EXDATE"))
    return repetition(master.rrule, master.start, *values)


def repetition(
    rule: str | None, start: Moment | None, dates: Iterable[Moment], excluded: Iterable[Moment]
) -> Repetition:
    """The repetition of a series that starts then. Single dates are shown in the zone of the start."""
    zone = start.tzinfo if isinstance(start, datetime) else None

    def shown(found: Iterable[Moment]) -> tuple[str, ...]:
        return tuple(
            local(each.astimezone(zone) if isinstance(each, datetime) and each.tzinfo and zone else each)
            for each in found
        )

    return Repetition(rule, shown(dates), shown(excluded))


def _created(part: Component) -> datetime | None:
    found = moment(part.value("CREATED") or "", UTC)
    return found if isinstance(found, datetime) else None


def attachment(line: Property) -> Attachment:
    """The file, or the link, of an ATTACH line."""
    inline = (line.param("VALUE") or "").upper() == "BINARY"
    size = line.param("SIZE") or ""
    return Attachment(
        "" if inline else line.value,
        line.param("FILENAME"),
        line.param("FMTTYPE"),
        int(size) if size.isascii() and size.isdigit() and len(size) < 16 else None,
        line.param("MANAGED-ID"),
    )

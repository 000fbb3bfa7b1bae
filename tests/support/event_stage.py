"""Events that the conversations about one event begin with."""

from datetime import datetime, timedelta
from uuid import UUID
from zoneinfo import ZoneInfo

from support.chat import Someone
from televent.application.read_models.resources import ResourceRow
from televent.application.use_cases.scheduling.meetings import Draft, invite, schedule_meeting

TUESDAY = datetime(2026, 11, 24, 15, 0)  # noqa: DTZ001 (a wall clock)


def made(
    someone: Someone,
    title: str = "Sync",
    *guests: Someone,
    start: datetime = TUESDAY,
    rule: str | None = None,
    hours: float = 1,
) -> ResourceRow:
    """An event of this person, at a time of their wall clock, with these guests."""
    zone = someone.account.timezone
    begin = start.replace(tzinfo=ZoneInfo(zone))
    draft = Draft(title=title, start=begin, end=begin + timedelta(hours=hours), timezone=zone, rrule=rule)
    backend = someone.chats.core.backend
    row = schedule_meeting(backend, someone.context("bot"), draft=draft)
    if guests:
        addresses = [backend.people.internal_address(each.id) for each in guests]
        invite(backend, someone.context("bot"), stream_id=row.stream_id, addresses=addresses)
    return stored(someone, row.stream_id)


def stored(someone: Someone, stream: UUID) -> ResourceRow:
    """The event as it is stored now."""
    row = someone.chats.core.reads.by_stream(someone.account.tenant, stream)
    assert row is not None
    return row


def copies(someone: Someone) -> list[ResourceRow]:
    """All events of the person."""
    reads, tenant = someone.chats.core.reads, someone.account.tenant
    rows: list[ResourceRow] = []
    for calendar in reads.calendars(tenant):
        rows += reads.members(tenant, calendar.calendar_id, with_text=True)
    return rows


def starts(row: ResourceRow) -> list[str]:
    """The starts in an event's components, on their wall clock."""
    return [f"{each.start:%m-%d %H:%M}" for each in row.text.reading.instances()]

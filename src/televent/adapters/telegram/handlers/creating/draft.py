"""A draft: one event that a person has begun, with what is still to be asked."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from typing import Any, Final
from uuid import UUID, uuid5
from zoneinfo import ZoneInfo

from aiogram.types import Message

from televent.adapters.telegram.door import BotDoor, Person
from televent.application.field_limits import check_length
from televent.application.use_cases.scheduling import meetings
from televent.ical.text.values import Moment
from televent.phrases.durations import DEFAULT_DURATION
from televent.phrases.reading import Reading
from televent.phrases.understanding import understand

_DAY = timedelta(days=1)
_PLAIN: Final = (
    "title", "chosen", "minutes", "place", "description", "author", "dialogue", "shown", "given_up",
)  # fmt: skip
_LISTS: Final = ("guests", "unread")


@dataclass(frozen=True, slots=True)
class Draft:
    """An event that is not created yet. A draft is found by its id, which its buttons name.

    ``chosen``: the index of the reading that is meant; None while several are possible. ``minutes``: the length, where
    it was given beside the reading. ``unread``: words that the person has not explained yet. ``author``: who wrote a
    forwarded text. ``dialogue``: the questions are asked one after the other. ``shown``: the message with the preview.
    ``made``: the event, once it is created. ``given_up``: the person has cancelled it.
    """

    id: UUID
    title: str = ""
    readings: tuple[Reading, ...] = ()
    chosen: int | None = None
    minutes: int | None = None
    place: str = ""
    description: str = ""
    guests: tuple[str, ...] = ()
    unread: tuple[str, ...] = ()
    author: str = ""
    dialogue: bool = False
    shown: int | None = None
    made: UUID | None = None
    given_up: bool = False

    @property
    def open(self) -> bool:
        """Whether it can still be created."""
        return self.made is None and not self.given_up

    @property
    def reading(self) -> Reading | None:
        """The time that is meant; None where there is none, or one is still to be chosen."""
        if self.chosen is not None and self.chosen < len(self.readings):
            return self.readings[self.chosen]
        return self.readings[0] if len(self.readings) == 1 else None

    @property
    def needs_length(self) -> bool:
        """Whether the length would be assumed."""
        first = self.reading or next(iter(self.readings), None)
        return first is not None and isinstance(first.start, datetime) and first.end is None and self.minutes is None

    def ends(self, reading: Reading) -> tuple[Moment, Moment]:
        """Start and end of the event with this reading."""
        start = reading.start
        given = timedelta(minutes=self.minutes) if self.minutes is not None else None
        if not isinstance(start, datetime):
            days = max(_DAY, timedelta(days=given.days)) if given is not None else _DAY
            return start, reading.end if given is None and reading.end is not None else start + days
        if given is None and reading.end is not None:
            return start, reading.end
        return start, (start.astimezone(UTC) + (given or DEFAULT_DURATION)).astimezone(start.tzinfo)

    def at(self, *readings: Reading) -> Draft:
        """The draft at another time. A length that was said before stays where the new time says none."""
        new = any(each.end is not None for each in readings)
        return replace(self, readings=readings, chosen=None, minutes=None if new else self.minutes)


def draft_id(person: Person, message: Message) -> UUID:
    """The id of the draft that begins with this message. A repeated or edited message has the same one."""
    return uuid5(person.account.tenant, f"draft:{message.chat.id}:{message.message_id}")


def read_line(draft: Draft, line: str, person: Person) -> Draft:
    """The draft as a sentence gives it. Raises TextTooLong."""
    read = understand(line, now=person.display.now, language=person.language)
    check_length("SUMMARY", read.title)
    check_length("LOCATION", read.place)
    return replace(
        draft,
        title=" ".join(read.title.split()),
        readings=read.readings,
        chosen=None,
        minutes=None,
        place=" ".join(read.place.split()),
        # The lines of a long text that name no time are kept, and not lost.
        description=read.rest.strip(),
        guests=read.guests,
        unread=read.unread,
    )


def meeting_of(draft: Draft, person: Person) -> meetings.Draft:
    """The event that the preview shows, still without guests. The draft must have a reading."""
    reading = draft.reading
    assert reading is not None
    start, end = draft.ends(reading)
    return meetings.Draft(
        title=draft.title,
        start=start,
        end=end,
        timezone=reading.zone or person.account.timezone,
        description=draft.description,
        location=draft.place,
        rrule=reading.rrule,
    )


async def load(door: BotDoor, person: Person, id_: UUID) -> Draft | None:
    """The draft with that id; None where it is forgotten."""
    content = await door.run(door.backend.drafts.read, person.account.tenant, id_)
    # The drafts of files are kept in the same table.
    return _restored(id_, content, person.zone) if content is not None and "readings" in content else None


async def keep(door: BotDoor, person: Person, draft: Draft) -> None:
    """Stores the draft."""
    await door.run(door.backend.drafts.write, person.account.tenant, draft.id, _stored(draft), door.backend.clock())


def _stored(draft: Draft) -> dict[str, Any]:
    return {
        "readings": [
            {
                "start": _written(each.start),
                "end": _written(each.end) if each.end is not None else None,
                "rrule": each.rrule,
                "zone": each.zone,
                "guesses": list(each.guesses),
                "past": each.past,
                "gap": each.gap,
            }
            for each in draft.readings
        ],
        **{name: getattr(draft, name) for name in (*_PLAIN, *_LISTS)},
        "made": str(draft.made) if draft.made is not None else None,
    }


def _restored(id_: UUID, stored: dict[str, Any], zone: ZoneInfo) -> Draft:
    readings = tuple(_reading(each, zone) for each in stored["readings"])
    made = UUID(stored["made"]) if stored["made"] else None
    fields: dict[str, Any] = {name: stored[name] for name in _PLAIN}
    lists: dict[str, Any] = {name: tuple(stored[name]) for name in _LISTS}
    return Draft(id_, readings=readings, made=made, **fields, **lists)


def _reading(stored: dict[str, Any], zone: ZoneInfo) -> Reading:
    end = _read(stored["end"], zone) if stored["end"] is not None else None
    more = {"gap": stored["gap"]} if stored.get("gap") else {}
    return Reading(
        _read(stored["start"], zone),
        end,
        stored["rrule"],
        stored["zone"],
        tuple(stored["guesses"]),
        stored["past"],
        **more,
    )


def _written(value: Moment) -> str:
    return value.astimezone(UTC).isoformat() if isinstance(value, datetime) else value.isoformat()


def _read(text: str, zone: ZoneInfo) -> datetime | date:
    return datetime.fromisoformat(text).astimezone(zone) if "T" in text else date.fromisoformat(text)

"""Takes over a file that was read at the URL of a subscription: only what changed, event by event."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Final
from uuid import UUID, uuid5

import structlog

from televent.application.backend import Backend
from televent.application.conditions import Conditions
from televent.application.event_store.context import Context
from televent.application.feeds.taken import KEEPER, Subscription
from televent.application.field_limits import check_texts
from televent.application.outage import Outage
from televent.application.read_models.resources import ResourceRow
from televent.application.refusals import UnknownResource
from televent.application.use_cases.objects.delete_object import delete_object
from televent.application.use_cases.objects.put_object import put_object
from televent.application.use_cases.people.accounts import DEFAULT_CALENDAR
from televent.domain.refusal import Refusal
from televent.ical.editing.attachments import foreign
from televent.ical.editing.unscheduled import unscheduled
from televent.ical.mending.files import read_any_file
from televent.ical.objects.calendar_text import CalendarText
from televent.ical.text.errors import IcalError, TooLarge
from televent.ical.text.tree import Component, Property
from televent.ical.text.values import duration, unescape

log = structlog.get_logger("televent.subscriptions")

MAX_TITLE: Final = 200
"""Max characters of a title that a calendar gives itself."""
_END: Final = b"END:VCALENDAR"
_TITLES: Final = ("NAME", "X-WR-CALNAME")
_INTERVALS: Final = ("REFRESH-INTERVAL", "X-PUBLISHED-TTL")
_STAMPS: Final = frozenset(("DTSTAMP",))


class Broken(Exception):
    """The file is no calendar that can be taken over; nothing has changed. ``code``: for the person."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


@dataclass(frozen=True, slots=True)
class Taken:
    """The result. ``error``: a code where a part of the file could not be taken over, else ""."""

    events: int
    changed: int
    title: str
    interval: timedelta | None
    error: str = ""


def take_feed(backend: Backend, context: Context, subscription: Subscription, calendar_id: UUID, data: bytes) -> Taken:
    """Makes the calendar what the file says. Idempotent. Raises Broken, Outage.

    An event that is not in the file any more is deleted, unless a part of the file could not be read: it may be in
    that. Nobody is told by iTIP, whatever ORGANIZER and ATTENDEE say.
    """
    if not data.rstrip().endswith(_END):
        raise Broken("not-a-calendar")
    try:
        file = read_any_file(data)
        root = _heading(data)
    except TooLarge:
        raise Broken("too-large") from None
    except IcalError:
        raise Broken("not-a-calendar") from None
    reads = backend.reads
    here = {row.href: row for row in reads.members(subscription.keeper, calendar_id, with_text=True)}
    wanted: set[str] = set()
    changed = refused = 0
    for text in file.objects:
        href = f"{uuid5(calendar_id, text.reading.uid)}.ics"
        wanted.add(href)
        try:
            changed += _put(backend, context, subscription, href, here.get(href), text)
        except Outage:
            raise
        except (Refusal, IcalError) as refusal:
            refused += 1
            log.info(
                "an event of a subscription is refused", keeper=str(subscription.keeper), reason=type(refusal).__name__
            )
    whole = not file.unreadable and not refused
    if not file.unreadable:
        for href in here.keys() - wanted:
            own = _own(context, subscription, f"delete/{here[href].etag}/{href}")
            # A worker whose lease ended may still be at it.
            with suppress(UnknownResource):
                delete_object(backend, own, calendar=DEFAULT_CALENDAR, href=href, reply=False)
                changed += 1
    error = "" if whole else "partly-unreadable"
    return Taken(len(wanted), changed, _title(root), _interval(root), error)


def _put(
    backend: Backend,
    context: Context,
    subscription: Subscription,
    href: str,
    row: ResourceRow | None,
    text: CalendarText,
) -> int:
    """Stores an object where it differs from the stored one; returns the number of changes."""
    check_texts(text)
    clean = _clean(unscheduled(foreign(text)))
    if row is not None and _compared(clean) == _compared(row.text):
        return 0
    conditions = Conditions(if_match=(row.etag,)) if row is not None else Conditions(if_none_match=("*",))
    own = _own(context, subscription, f"put/{row.etag if row is not None else ''}/{href}")
    put_object(backend, own, calendar=DEFAULT_CALENDAR, href=href, text=clean, conditions=conditions)
    return 1


def _own(context: Context, subscription: Subscription, purpose: str) -> Context:
    return replace(context, tenant=subscription.keeper, actor=KEEPER, command_id=uuid5(context.command_id, purpose))


def _clean(text: CalendarText) -> CalendarText:
    """The text without alarms, which are the business of the subscriber, and without CLASS: who reads the calendar here
    was given its address."""
    root = text.copy()
    for part in root.components():
        if part.name != "VTIMEZONE":
            part.remove_if(_left_out)
    return CalendarText.of_tree(root)


def _left_out(each: Property | Component) -> bool:
    return each.name == ("VALARM" if isinstance(each, Component) else "CLASS")


def _compared(text: CalendarText) -> bytes:
    """The text as it is compared: many servers write the time of the request into DTSTAMP."""
    root = text.copy()
    for part in root.components():
        part.remove_if(lambda each: isinstance(each, Property) and each.name in _STAMPS)
    return root.to_bytes()


def _heading(data: bytes) -> list[tuple[str, str]]:
    """The properties of the file itself."""
    return list(_properties(data))


def _properties(data: bytes) -> Iterator[tuple[str, str]]:
    try:
        root = CalendarText(data).tree
    except IcalError:
        return  # a file that only another reader takes
    for prop in root.properties:
        yield prop.name, prop.value


def _title(properties: list[tuple[str, str]]) -> str:
    found = (unescape(value) for wanted in _TITLES for name, value in properties if name == wanted)
    words = " ".join(next(found, "").split())
    return "".join(each for each in words if each.isprintable())[:MAX_TITLE]


def _interval(properties: list[tuple[str, str]]) -> timedelta | None:
    found = (duration(value) for wanted in _INTERVALS for name, value in properties if name == wanted)
    return next((each for each in found if each is not None), None)

"""PROPPATCH of a person's home and inbox (RFC 4918 §9.2), where only a few properties can be set."""

from __future__ import annotations

from televent.adapters.caldav.door.destination import same_person
from televent.adapters.caldav.door.door import Door
from televent.adapters.caldav.http import Request
from televent.adapters.caldav.properties.own import OWN
from televent.adapters.caldav.properties.rfc6638 import DEFAULT_CALENDAR
from televent.adapters.caldav.properties.settable import Changes
from televent.adapters.caldav.properties.view import Person
from televent.adapters.caldav.sharing.share import path_of
from televent.adapters.caldav.tree import BadPath, Kind, parse
from televent.adapters.caldav.webdav.names import c, d, empty
from televent.application.refusals import ComponentNotSupported, TooManyProperties, UnknownCalendar
from televent.application.use_cases.people.principal import change_principal

Outcomes = dict[str, tuple[int, str]]


def change_own(door: Door, request: Request, person: Person, changes: Changes) -> Outcomes:
    """Applies all changes or none. Returns the status and the precondition, as XML, of each property by name."""
    keys = OWN.get(request.target.kind, {})
    own = {*keys, DEFAULT_CALENDAR} if changes.inbox else keys
    bad = {name: (403, changes.refused.get(name, "")) for name in changes.names if name not in own}
    bad |= {name: (403, error) for name, error in changes.refused.items()}
    if bad:
        return _refused(changes, bad)
    put = {keys[name]: value for name, value in changes.put.items() if name in keys}
    gone = frozenset(keys[name] for name in changes.gone if name in keys) - put.keys()
    outcome = (200, "")
    try:
        default = _calendar_named(person, changes.default_calendar) if changes.default_calendar is not None else None
        change_principal(door.backend, door.context(request, person), set=put, remove=gone, default_calendar=default)
    except (UnknownCalendar, ComponentNotSupported):
        # RFC 6638 §4.3.1.2: the default must be one of the person's calendars, and it must store events.
        return _refused(changes, {DEFAULT_CALENDAR: (403, empty(c("valid-schedule-default-calendar-URL")))})
    except TooManyProperties:
        outcome = (507, empty(d("quota-not-exceeded")))
    return dict.fromkeys(changes.names, outcome)


def _refused(changes: Changes, bad: Outcomes) -> Outcomes:
    return {name: bad.get(name, (424, "")) for name in changes.names}


def _calendar_named(person: Person, url: str) -> str:
    """The name of the person's calendar at a URL. Raises UnknownCalendar if the URL names none."""
    try:
        target = parse(path_of(url))
    except BadPath:
        target = None
    if target is None or target.kind is not Kind.CALENDAR or not same_person(target, person):
        raise UnknownCalendar(name=url)
    return target.calendar

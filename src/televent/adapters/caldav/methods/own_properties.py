"""PROPPATCH of a person's own collections, home and inbox: RFC 4918 §9.2. Few properties can be set there."""

from __future__ import annotations

from televent.adapters.caldav.door import Door
from televent.adapters.caldav.http import Request
from televent.adapters.caldav.properties.own import OWN
from televent.adapters.caldav.properties.view import Person
from televent.adapters.caldav.webdav.names import d, empty
from televent.adapters.caldav.webdav.settable import Changes
from televent.application.refusals import TooManyProperties
from televent.application.use_cases.principal import change_principal

Outcomes = dict[str, tuple[int, str]]


def change_own(door: Door, request: Request, person: Person, changes: Changes) -> Outcomes:
    """Status and precondition by name: all of it or nothing."""
    keys = OWN.get(request.target.kind, {})
    bad = {name: (403, changes.refused.get(name, "")) for name in changes.names if name not in keys}
    bad |= {name: (403, error) for name, error in changes.refused.items()}
    if bad:
        return {name: bad.get(name, (424, "")) for name in changes.names}
    put = {keys[name]: value for name, value in changes.put.items() if name in keys}
    gone = frozenset(keys[name] for name in changes.gone if name in keys) - put.keys()
    outcome = (200, "")
    try:
        change_principal(door.office, door.context(request, person), set=put, remove=gone)
    except TooManyProperties:
        outcome = (507, empty(d("quota-not-exceeded")))
    return dict.fromkeys(changes.names, outcome)

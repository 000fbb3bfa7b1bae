"""What a live property is: a name, and for each kind of resource how its content is read."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Final

from televent.adapters.caldav.tree import Kind

Getter = Callable[[Any], str | None]
"""From a view to the element's content as XML; None: this resource does not have the property."""

COLLECTIONS: Final = frozenset({Kind.ROOT, Kind.HOME, Kind.CALENDAR, Kind.INBOX, Kind.OUTBOX, Kind.NOTIFICATIONS})
EVERYWHERE: Final = COLLECTIONS | {Kind.OBJECT, Kind.NOTIFICATION}


@dataclass(frozen=True, slots=True)
class Live:
    """``allprop``: given when a client asks for all (RFC 4918 §9.1.5); the others only by name. ``settable``: on a
    calendar a client may change it; the text is then kept as it came."""

    name: str
    getters: Mapping[Kind, Getter]
    allprop: bool = False
    settable: bool = False


def live(name: str, kinds: Iterable[Kind], getter: Getter, *, allprop: bool = False, settable: bool = False) -> Live:
    """A property that is read alike on several kinds."""
    return Live(name, dict.fromkeys(kinds, getter), allprop, settable)


def constant(content: str) -> Getter:
    """A property that is the same on every resource of a kind."""
    return lambda view: content


def stored(name: str) -> Getter:
    """A property whose content a client has set on a calendar."""

    def read(view: Any) -> str | None:
        value: str | None = view.row.props.get(name)
        return value

    return read


def stored_attributes(name: str) -> Callable[[Any], str]:
    """The attributes that came with a stored property (RFC 4918 §4.3)."""
    key = attributes_key(name)

    def read(view: Any) -> str:
        value: str = view.row.props.get(key, "")
        return value

    return read


def attributes_key(name: str) -> str:
    """Under which key a stored property's attributes stand, beside its content."""
    return f"@{name}"

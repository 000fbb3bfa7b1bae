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


@dataclass(frozen=True, slots=True)
class Constant:
    """A property that is the same on every resource of a kind."""

    content: str

    def __call__(self, view: object) -> str:
        return self.content


def constant(content: str) -> Getter:
    """The same, as a getter."""
    return Constant(content)


@dataclass(frozen=True, slots=True)
class Cell:
    """A property of a member that one column of its row tells: a long list can be written without the rest of the row.

    ``column`` is a field of ResourceRow; of a live member it is never None and ``read`` makes a text of it that is not
    empty. ``before`` and ``after`` stand around it.
    """

    column: str
    before: str = ""
    after: str = ""
    read: Callable[[Any], str] = str

    def __call__(self, view: Any) -> str | None:
        value = getattr(view.row, self.column)
        return None if value is None else f"{self.before}{self.read(value)}{self.after}"


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

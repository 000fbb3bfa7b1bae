"""Defines a live property: its name and, for each kind of resource, the function that reads its content."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from televent.adapters.caldav.tree import Kind

Getter = Callable[[Any], str | None]
"""Returns the element's content as XML for a view; None: this resource does not have the property."""

COLLECTIONS: Final = frozenset({Kind.ROOT, Kind.HOME, Kind.CALENDAR, Kind.INBOX, Kind.OUTBOX, Kind.NOTIFICATIONS})
EVERYWHERE: Final = COLLECTIONS | {Kind.OBJECT, Kind.NOTIFICATION}


@dataclass(frozen=True, slots=True)
class Live:
    """One live property. ``allprop``: allprop includes it (RFC 4918 §9.1.5); the others are given by name only.
    ``settable``: a client may set it on a calendar; the server stores the text as the client sent it."""

    name: str
    getters: Mapping[Kind, Getter]
    allprop: bool = False
    settable: bool = False


def live(name: str, kinds: Iterable[Kind], getter: Getter, *, allprop: bool = False, settable: bool = False) -> Live:
    """A property with the same getter on several kinds of resources."""
    return Live(name, dict.fromkeys(kinds, getter), allprop, settable)


@dataclass(frozen=True, slots=True)
class Constant:
    """A property that is the same on every resource of a kind."""

    content: str

    def __call__(self, view: object) -> str:
        return self.content


def constant(content: str) -> Getter:
    """A getter that always returns ``content``."""
    return Constant(content)


@dataclass(frozen=True, slots=True)
class Cell:
    """A property of a member that needs only one column of its row. A long list can be written from such columns.

    ``column`` is a field of ResourceRow, which is never None for a live member, but where ``optional``: a member
    without it does not have the property. ``read`` turns its value into text that is not empty. ``before`` and
    ``after`` are written around that text.
    """

    column: str
    before: str = ""
    after: str = ""
    read: Callable[[Any], str] = str
    read_each: Callable[[Sequence[Any]], list[str]] | None = None
    """Reads many values at once, as ``read`` would read each of them."""
    optional: bool = False

    def texts(self, values: Sequence[Any]) -> list[str]:
        """The values as text."""
        return [self.read(each) for each in values] if self.read_each is None else self.read_each(values)

    def __call__(self, view: Any) -> str | None:
        value = getattr(view.row, self.column)
        return None if value is None else f"{self.before}{self.read(value)}{self.after}"


def stored(name: str) -> Getter:
    """A getter for a property that a client has set on a calendar."""

    def read(view: Any) -> str | None:
        value: str | None = view.row.props.get(name)
        return value

    return read


def stored_attributes(name: str) -> Callable[[Any], str]:
    """A function that returns the attributes of a stored property (RFC 4918 §4.3)."""
    key = attributes_key(name)

    def read(view: Any) -> str:
        value: str = view.row.props.get(key, "")
        return value

    return read


def attributes_key(name: str) -> str:
    """The key under which the attributes of a stored property are kept."""
    return f"@{name}"
